"""Downloads against a real local server: whole and verified, or nothing at all."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pooch
import pytest

from core.data.sources import download as module
from core.data.sources.download import RemoteFile, download
from core.errors import DatasetError
from tests.permissions import as_a_stranger

CONTENT = os.urandom(700_000)
MD5 = hashlib.md5(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    requests: list[str]
    silent = threading.Event()

    def do_GET(self) -> None:
        type(self).requests.append(self.path)
        if self.path == "/missing":
            self.send_error(404, "Not Found")
            return
        if self.path == "/dropped":
            return
        if self.path in ("/circle", "/elsewhere"):
            self.send_response(302)
            self.send_header("Location", {"/circle": "/circle"}.get(self.path, "file:///etc/hosts"))
            self.end_headers()
            return
        self.send_response(200)
        if self.path in ("/promises-more", "/promises-nonsense"):
            self.send_header("Content-Length", "9" * 12 if "more" in self.path else "many")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(CONTENT)
            return
        if self.path == "/endless":
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(CONTENT)
        if self.path != "/unsized":
            self.send_header("Content-Length", str(len(CONTENT)))
        if self.path == "/labelled":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if self.path == "/cut":
            self.wfile.write(CONTENT[:300_000])
        elif self.path == "/silent":
            self.wfile.write(CONTENT[:1000])
            self.wfile.flush()
            self.silent.wait(5)
        else:
            self.wfile.write(CONTENT if self.path != "/wrong" else CONTENT[::-1])

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def home() -> Iterator[str]:
    Handler.requests = []
    Handler.silent.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        Handler.silent.set()
        server.shutdown()
        server.server_close()
        thread.join()


def remote(url: str) -> RemoteFile:
    return RemoteFile("set.bin", url, MD5, len(CONTENT))


@contextmanager
def refused(folder: Path, *words: str) -> Iterator[None]:
    """The download inside fails with these words and what to do, and leaves nothing."""
    with pytest.raises(DatasetError) as caught:
        yield
    message = str(caught.value)
    for word in (*words, "by hand", str(folder / "set.bin"), "Nothing was kept"):
        assert word in message
    assert list(folder.iterdir()) == []


def test_a_good_download_arrives_under_its_name(home: str, tmp_path: Path) -> None:
    seen: list[tuple[float | None, str]] = []
    folder = tmp_path / "datasets" / "inner"
    path = download(remote(home + "good"), folder, lambda *report: seen.append(report))
    assert path.read_bytes() == CONTENT
    assert list(folder.iterdir()) == [path]
    fractions = [fraction for fraction, _ in seen if fraction is not None]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert "set.bin" in seen[-1][1]


def test_what_is_there_is_not_fetched_again(home: str, tmp_path: Path) -> None:
    download(remote(home + "good"), tmp_path)
    download(remote(home + "good"), tmp_path)
    assert Handler.requests == ["/good"]


def test_a_server_that_tells_no_size_is_fine(home: str, tmp_path: Path) -> None:
    assert download(remote(home + "unsized"), tmp_path).read_bytes() == CONTENT


def test_a_server_that_calls_the_file_encoded_is_fine(home: str, tmp_path: Path) -> None:
    assert download(remote(home + "labelled"), tmp_path).read_bytes() == CONTENT


def test_nothing_is_told_on_stderr(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = io.StringIO()
    monkeypatch.setattr(pooch.get_logger().handlers[0], "stream", told)
    download(remote(home + "good"), tmp_path)
    assert told.getvalue() == ""


def test_two_at_once_fetch_once(home: str, tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=download, args=(remote(home + "good"), tmp_path)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "set.bin").read_bytes() == CONTENT
    assert Handler.requests == ["/good"]


def test_not_found(home: str, tmp_path: Path) -> None:
    with refused(tmp_path, "the server answered 404", home + "missing"):
        download(remote(home + "missing"), tmp_path)


def test_a_wrong_checksum_is_thrown_away(home: str, tmp_path: Path) -> None:
    with refused(tmp_path, "MD5", MD5):
        download(remote(home + "wrong"), tmp_path)


@pytest.mark.parametrize("where", ["cut", "dropped"])
def test_a_connection_cut_midway(home: str, tmp_path: Path, where: str) -> None:
    with refused(tmp_path, "was cut"):
        download(remote(home + where), tmp_path)


def test_a_silent_server_is_given_up(home: str, tmp_path: Path) -> None:
    with refused(tmp_path, "did not answer for 0.3 seconds"):
        download(remote(home + "silent"), tmp_path, timeout=0.3)


@pytest.mark.parametrize("where", ["endless", "promises-more"])
def test_a_server_that_sends_more_than_the_file_is_left(
    home: str, tmp_path: Path, where: str
) -> None:
    with refused(tmp_path, "sends more than the 1 MB that the file has"):
        download(remote(home + where), tmp_path)


def test_a_server_that_tells_nonsense_of_its_size_is_fine(home: str, tmp_path: Path) -> None:
    assert download(remote(home + "promises-nonsense"), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("where", "words"),
    [("circle", "from one address to another without end"), ("elsewhere", "file:///etc/hosts")],
)
def test_redirections_that_lead_nowhere(home: str, tmp_path: Path, where: str, words: str) -> None:
    with refused(tmp_path, words):
        download(remote(home + where), tmp_path)


def test_a_folder_that_may_not_be_written_to(home: str, reachable_folder: Path) -> None:
    closed = reachable_folder / "closed"
    closed.mkdir()
    download(remote(home + "good"), reachable_folder)  # imports what only root may read
    with as_a_stranger(reachable_folder):
        closed.chmod(0o500)
        for folder in (closed, closed / "inner"):
            with pytest.raises(DatasetError, match="cannot be written to"):
                download(remote(home + "good"), folder)


def test_a_refused_connection(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with refused(tmp_path, "refused the connection"):
        download(remote(f"http://127.0.0.1:{port}/x"), tmp_path)


def test_a_disk_too_small(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 5000}))
    with refused(tmp_path, "the disk is full"):
        download(remote(home + "good"), tmp_path)


def test_a_disk_that_fills_up(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with refused(tmp_path, "the disk is full"):
        download(remote(home + "good"), tmp_path)


def test_interrupting_leaves_nothing(home: str, tmp_path: Path) -> None:
    def interrupt(fraction: float | None, message: str) -> None:
        if fraction is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(remote(home + "good"), tmp_path, interrupt)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / ".set.bin.part" / "tmpk3x8"
    left.parent.mkdir()
    left.write_bytes(b"half")

    def usage(_: Path) -> Any:
        """It filled the disk."""
        return type("Usage", (), {"free": 0 if left.exists() else 1 << 30})

    monkeypatch.setattr(module.shutil, "disk_usage", usage)
    download(remote(home + "good"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["set.bin"]


def test_a_folder_that_cannot_be_made(home: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DatasetError, match="could not be downloaded"):
        download(remote(home + "good"), tmp_path / "file")
