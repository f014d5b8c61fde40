"""Whom the server lets in: a page elsewhere that lets its name point here is not one of them."""

from __future__ import annotations

import socket
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.conftest import ROOT
from tools.dashboard import Server, serving
from tools.serve import LOOPBACK, allowed_hosts, streamlit_command


@pytest.fixture(scope="module")
def outside() -> Iterator[socket.socket]:
    """A proxy that answers nobody: where a request to the internet would turn up."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield listener


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, own_folders: None, outside: socket.socket
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hosts")
    proxy = f"http://127.0.0.1:{outside.getsockname()[1]}"
    proxies = {name: proxy for name in ("http_proxy", "https_proxy")}
    with serving(folder, folder / "streamlit.log", no_proxy="", **proxies) as started:
        yield started


def handshake(server: Server, host: str, origin: str | None) -> int:
    """The status that a browser gets which opens the WebSocket; 101 is a welcome."""
    headers = {
        "Host": host,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **({"Origin": origin} if origin else {}),
    }
    lines = ["GET /_stcore/stream HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return int(connection.recv(1000).split()[1])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_a_browser_that_came_by_this_machines_own_name_is_let_in(server: Server, name: str):
    host = f"{name}:{server.port}"
    assert handshake(server, host, f"http://{host}") == 101


@pytest.mark.parametrize(
    "name",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1@evil.example"],
)
def test_a_name_that_was_made_to_point_here_is_refused(server: Server, name: str):
    host = f"{name}:{server.port}"
    assert handshake(server, host, f"http://{host}") == 403
    assert handshake(server, host, None) == 403


def test_a_page_of_another_origin_is_refused_and_nobody_outside_is_asked(
    server: Server, outside: socket.socket
):
    host = f"127.0.0.1:{server.port}"
    assert handshake(server, host, "http://evil.example") == 403
    assert handshake(server, host, "null") == 403
    with pytest.raises(BlockingIOError):
        outside.accept()


def test_an_upload_needs_a_session_that_is_there(server: Server):
    """Streamlit asks no upload for its Host; the number of a session cannot be guessed."""
    address = f"{server.url}/_stcore/upload_file/00000000-0000-0000-0000-000000000000/1"
    token = "2|00000000|" + "0" * 32 + "|1700000000"
    headers = {
        "Host": "evil.example",
        "Cookie": f"_streamlit_xsrf={token}",
        "X-Xsrftoken": token,
    }
    request = urllib.request.Request(address, b"", headers, method="PUT")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(request, timeout=30)


def test_without_the_makefile_the_same_names_are_let_in():
    path = ROOT / ".streamlit" / "config.toml"
    config = tomllib.loads(path.read_text(encoding="utf-8"))["server"]
    assert tuple(config["allowedHosts"]) == LOOPBACK
    assert config["address"] in LOOPBACK


def test_the_address_asked_for_is_let_in_too():
    assert allowed_hosts("127.0.0.1") == list(LOOPBACK)
    assert allowed_hosts("192.0.2.7") == [*LOOPBACK, "192.0.2.7"]
    assert allowed_hosts("Lab.Example.ORG") == [*LOOPBACK, "lab.example.org"]
    assert allowed_hosts("2001:DB8:0:0::1") == [*LOOPBACK, "2001:db8::1"]


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_where_it_listens_everywhere_all_its_own_names_are_let_in(
    everywhere: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(socket, "gethostname", lambda: "lab.example.org")
    names = allowed_hosts(everywhere)
    assert set(LOOPBACK) | {"lab.example.org", "lab.local"} <= set(names)
    assert not {"0.0.0.0", "::", "*", ""} & set(names)
    assert not [name for name in names if "%" in name]


def test_names_of_a_proxy_are_added():
    assert allowed_hosts("127.0.0.1", "a.example, b.example,") == [
        *LOOPBACK,
        "a.example",
        "b.example",
    ]
    command = streamlit_command("127.0.0.1", 8501, "a.example")
    assert command[-2:] == ["--server.allowedHosts", "a.example"]
