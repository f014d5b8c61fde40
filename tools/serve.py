"""Opens the dashboard: looks whether the port is free, then becomes Streamlit.

Knows nothing of what the dashboard shows. Standard library only, but for one question: a
machine's own addresses.
"""

from __future__ import annotations

import argparse
import errno
import ipaddress
import os
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The names of this machine on itself, as .streamlit/config.toml has them. Streamlit compares them
# with a Host header without its port and without the brackets of an IPv6 address.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


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


def allowed_hosts(host: str, names: str = "") -> list[str]:
    """The names that a browser may have reached the dashboard under.

    A page elsewhere can let its own name point here, and a browser then takes the dashboard for
    a part of that page. It cannot choose the Host header that the browser sends along, which
    says that name: hence only names that somebody asked for.

    Args:
        host: where the dashboard listens; all of this machine's own names where that is
            everywhere.
        names: further ones with commas between, such as those of a proxy.
    """
    asked = [name.strip() for name in names.split(",")]
    found = [*LOOPBACK, *(_own_names() if _is_everywhere(host) else [_plain(host)]), *asked]
    return [name for name in dict.fromkeys(found) if name]


def _is_everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _plain(host: str) -> str:
    """As a browser writes it in a Host header: an IPv6 address in its shortest form."""
    try:
        return ipaddress.ip_address(host).compressed
    except ValueError:
        return host.lower()


def _own_names() -> list[str]:
    """This machine's name, alone, with its domain and as its neighbours find it; its addresses."""
    import psutil  # the standard library cannot list them

    name = socket.gethostname()
    families = (socket.AF_INET, socket.AF_INET6)
    addresses = [
        _plain(address.address)
        for interface in psutil.net_if_addrs().values()
        for address in interface
        # No browser takes an address with an interface in it.
        if address.family in families and "%" not in address.address
    ]
    return [name, socket.getfqdn(), f"{name.partition('.')[0]}.local", *addresses]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Open the dashboard.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="8501")
    parser.add_argument("--names", default="", help="further names of it, with commas between")
    options = parser.parse_args(arguments)
    try:
        port = check_port(options.host, options.port)
    except PortError as error:
        print(error, file=sys.stderr)
        return 1
    os.chdir(ROOT)
    command = streamlit_command(options.host, port, options.names)
    os.execv(command[0], command)


def streamlit_command(host: str, port: int, names: str = "") -> list[str]:
    """How the dashboard is started, here and in the browser tests."""
    server = ["--server.address", host, "--server.port", str(port)]
    for name in allowed_hosts(host, names):
        server += ["--server.allowedHosts", name]
    return [sys.executable, "-m", "tools.streamlit_server", *server]


if __name__ == "__main__":
    sys.exit(main())
