"""Fetch one file from the web: whole and verified, or not at all.

Knows nothing of what a file is for. `pooch` asks the server, writes and checks the MD5; what it
writes lies in a hidden folder until then, which goes whatever interrupts the download.
"""

from __future__ import annotations

import errno
import http.client
import shutil
import socket
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.data.sources.source import Progress, no_progress
from core.errors import DatasetError
from core.files import exclusive, move_into_place

_BLOCK_BYTES = 1 << 18
_MEBIBYTE = 1 << 20
# What a server may send beyond the size known, a page that explains an error say.
_MARGIN_BYTES = _MEBIBYTE
_REASONS: dict[int | None, str] = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "the disk is full"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "its folder cannot be written to"),
    **dict.fromkeys(
        (errno.ENOTDIR, errno.EEXIST, errno.EISDIR),
        "something else lies where its folder should be",
    ),
}


@dataclass(frozen=True)
class RemoteFile:
    """A file with a home on the web."""

    filename: str
    url: str
    md5: str
    size: int  # bytes


def download(
    remote: RemoteFile, folder: Path, progress: Progress = no_progress, timeout: float = 30.0
) -> Path:
    """Put a remote file into a folder, unless it lies there already.

    Args:
        timeout: seconds without a single byte, after which it is given up.

    Raises:
        DatasetError: says what happened, the address, and where to put the file by hand.
    """
    target = folder / remote.filename
    lock = folder / f".{remote.filename}.lock"
    waiting = f"Another process is downloading {remote.filename}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(lock, lambda: progress(None, waiting)):
            try:
                if not target.exists():
                    _fetch(remote, target, progress, timeout)
            finally:
                lock.unlink(missing_ok=True)
    except (OSError, ValueError) as trouble:  # a wrong MD5 is a ValueError
        raise _failure(remote, target, _reason(trouble, timeout)) from trouble
    return target


def _fetch(remote: RemoteFile, target: Path, progress: Progress, timeout: float) -> None:
    import pooch  # with requests a quarter of a second, which only a download should cost

    pooch.get_logger().setLevel("WARNING")  # it tells stderr of each file
    progress(None, f"Asking for {remote.filename}")
    ask = pooch.HTTPDownloader(
        progressbar=_Bar(remote, progress),
        chunk_size=_BLOCK_BYTES,
        timeout=timeout,
        headers={"User-Agent": "ConvScope", "Accept-Encoding": "identity"},
        hooks={"response": partial(_look_at_answer, remote)},
    )
    hidden = target.with_name(f".{remote.filename}.part")
    try:
        shutil.rmtree(hidden, ignore_errors=True)  # of a killed process: we hold the lock
        _require_space(target.parent, remote.size)
        md5 = f"md5:{remote.md5}"
        whole = pooch.retrieve(remote.url, md5, remote.filename, hidden, downloader=ask)
        move_into_place(Path(whole), target)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


class _TooMuch(OSError):
    """A server that sends more than the file."""


def _look_at_answer(remote: RemoteFile, response: Any, **_: Any) -> None:
    """Before its body is read."""
    # Some servers call a .gz file gzip-encoded; requests would unpack it on its way.
    response.raw.headers.pop("Content-Encoding", None)
    promised = response.headers.get("Content-Length", "0")
    if not promised.isdecimal():
        del response.headers["Content-Length"]  # nothing depends on it
    elif response.ok and not response.is_redirect:
        _require_bounded(remote, int(promised))


def _require_bounded(remote: RemoteFile, size: int) -> None:
    if size > remote.size + _MARGIN_BYTES:
        raise _TooMuch(
            f"the server sends more than the {remote.size / _MEBIBYTE:,.0f} MB that the file has"
        )


@dataclass
class _Bar:
    """The progress bar that pooch moves."""

    remote: RemoteFile
    progress: Progress
    done: int = 0
    received: int = 0
    ended: bool = False
    total: int = 0  # pooch sets what the server promised; the right size is in `remote`

    def update(self, count: int) -> None:
        # pooch counts the last block as a full one and, at the end, everything once more.
        size = self.remote.size
        if not self.ended:
            self.received += count
            _require_bounded(self.remote, self.received)
        self.done = min(self.done + count, size)
        so_far = f"{self.done / _MEBIBYTE:.0f} of {size / _MEBIBYTE:.0f} MB"
        fraction = self.done / size if size else None
        self.progress(fraction, f"Downloading {self.remote.filename}: {so_far}")

    def reset(self) -> None:
        """All has arrived. To begin again, as it says, would be seen to jump back."""
        self.ended = True

    close = reset


def _require_space(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise OSError(
            f"the disk is full: it needs {size / _MEBIBYTE:,.0f} MB and only "
            f"{free / _MEBIBYTE:,.0f} MB are free"
        )


def _failure(remote: RemoteFile, target: Path, reason: str) -> DatasetError:
    return DatasetError(
        f"{remote.filename} could not be downloaded: {reason}. Nothing was kept.",
        f"Try again, or fetch {remote.url} by hand and put it at {target}.",
    )


def _reason(trouble: BaseException, timeout: float) -> str:
    """What went wrong, as the middle of a sentence."""
    response = getattr(trouble, "response", None)
    if response is not None and response.is_redirect:
        return "the server sends from one address to another without end"
    if response is not None:
        return f"the server answered {response.status_code} ({response.reason})"
    # requests wraps what urllib3 wrapped around what happened.
    while isinstance(inner := trouble.__cause__ or [None, *trouble.args][-1], BaseException):
        trouble = inner
    if isinstance(trouble, socket.gaierror):
        return "the server was not found, so this computer may be offline"
    if isinstance(trouble, TimeoutError):
        return f"the server did not answer for {timeout:g} seconds"
    if isinstance(trouble, ConnectionRefusedError):
        return "the server refused the connection"
    if isinstance(trouble, http.client.IncompleteRead | ConnectionError):
        return "the connection was cut before everything had arrived"
    if isinstance(trouble, OSError) and trouble.errno in _REASONS:
        return _REASONS[trouble.errno]
    return str(trouble).rstrip(". \r\n") or type(trouble).__name__
