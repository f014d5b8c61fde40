"""tools/serve.py: which ports it takes, and what it says of the others."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools import serve
from tools.serve import PortError, check_port


@pytest.fixture
def busy_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_free_port_is_taken():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert check_port("127.0.0.1", str(port)) == port


def test_a_busy_port_is_said_and_another_proposed(busy_port):
    with pytest.raises(PortError, match=f"Port {busy_port} is taken") as caught:
        check_port("127.0.0.1", str(busy_port))
    proposed = int(str(caught.value).rpartition("make run PORT=")[2])
    assert proposed != busy_port
    assert check_port("127.0.0.1", str(proposed)) == proposed


def test_a_port_busy_on_every_address_is_busy_on_this_one():
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        with pytest.raises(PortError, match="is taken"):
            check_port("127.0.0.1", str(listener.getsockname()[1]))


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_quoted(text):
    with pytest.raises(PortError, match=f"PORT={text} is no port"):
        check_port("127.0.0.1", text)


def test_an_address_of_another_machine_is_said():
    with pytest.raises(PortError, match=r"HOST=192\.0\.2\.1 is no address of this machine"):
        check_port("192.0.2.1", "8501")


def test_the_command_ends_with_one_line_and_a_status(busy_port):
    command = [sys.executable, str(Path(serve.__file__)), "--port", str(busy_port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
