"""Opens the dashboard: looks whether the port is free, then becomes Streamlit.

Knows nothing of what the dashboard shows. Standard library only.
"""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class PortError(Exception):
    """Why the dashboard cannot listen where it was told to, in words for a terminal."""


def is_free(host: str, port: int) -> bool:
    """True where a server could listen on `host`:`port` now.

    Raises:
        PortError: the host is none of this machine's, or the port is not for everybody.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # As servers do: a port left a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return True
    except PermissionError as error:
        raise PortError(f"Port {port} needs administrator rights. Try one above 1023.") from error
    except socket.gaierror as error:
        raise PortError(f"HOST={host} is no address that this machine knows.") from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise PortError(f"HOST={host} is no address of this machine.") from error
        return False


def check_port(host: str, text: str) -> int:
    """The port as a number.

    Raises:
        PortError: it is no port, or it is taken; then another is proposed.
    """
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise PortError(f"PORT={text} is no port: a port is a number from 1 to 65535.")
    port = int(text)
    if is_free(host, port):
        return port
    other = next((near for near in _others(port) if is_free(host, near)), None)
    advice = f" Port {other} is free: make run PORT={other}" if other else ""
    raise PortError(f"Port {port} is taken by another program.{advice}")


def _others(port: int) -> range:
    first = port + 1 if 1023 < port < 65435 else 8501
    return range(first, first + 100)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Open the dashboard.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="8501")
    options = parser.parse_args(arguments)
    try:
        port = check_port(options.host, options.port)
    except PortError as error:
        print(error, file=sys.stderr)
        return 1
    os.chdir(ROOT)
    command = streamlit_command(options.host, port)
    os.execv(command[0], command)


def streamlit_command(host: str, port: int) -> list[str]:
    """How the dashboard is started, here and in the browser tests."""
    server = ("--server.address", host, "--server.port", str(port))
    return [sys.executable, "-m", "tools.streamlit_server", *server]


if __name__ == "__main__":
    sys.exit(main())
