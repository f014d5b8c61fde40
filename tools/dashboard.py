"""The real dashboard in a real browser: for browser tests, screenshots and benchmarks.

Starts Streamlit on a free port and Debian's Chromium through Playwright. Knows nothing of
what the pages show.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, ConsoleMessage, Page, sync_playwright

from tools.serve import streamlit_command

ROOT = Path(__file__).resolve().parent.parent
# Streamlit's front end asks for these under the path of a page too, and gets a 404.
_STREAMLITS_OWN = ("_stcore/health", "_stcore/host-config")


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@dataclass
class Server:
    """A Streamlit process that serves app.py."""

    runs: Path
    log: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    stdin: int = subprocess.DEVNULL

    def command(self) -> list[str]:
        """How it is started."""
        return streamlit_command("127.0.0.1", self.port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "the server has not been started"
        return self.process.pid

    def start(self, seconds: float = 60.0) -> None:
        """Returns as soon as the server answers.

        Raises:
            RuntimeError: it ended, or gave no answer in that time; with its log.
        """
        self.port = self.port or free_port()
        environment = {**os.environ, "CONVSCOPE_RUNS": str(self.runs), **self.environment}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command(), "--server.headless", "true"],
                cwd=ROOT,
                env=environment,
                stdin=self.stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Streamlit did not come up:\n{self.log.read_text()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL, as a crash would be; the workers it started live on."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def serving(runs: Path, log: Path, **environment: str) -> Iterator[Server]:
    """A running server over that runs folder, ended at the end."""
    server = Server(runs, log, environment=environment)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. One at a time in a process: for a further one ask `launched`.

    Raises:
        RuntimeError: none is installed.
    """
    with sync_playwright() as playwright, launched(playwright.chromium) as browser:
        yield browser


@contextmanager
def launched(kind: BrowserType, *options: str) -> Iterator[Browser]:
    """A headless Chromium of its own command line, beside others of the same Playwright.

    Raises:
        RuntimeError: none is installed.
    """
    path = find_chromium()
    if path is None:
        raise RuntimeError("No Chromium is installed. On Debian: apt-get install chromium")
    # Without its sandbox, which root has no right to; it only ever opens our own pages.
    always = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
    browser = kind.launch(executable_path=path, args=[*always, *options])
    try:
        yield browser
    finally:
        browser.close()


class Complaints:
    """What the browser's console said in anger while a page was open."""

    def __init__(self, page: Page) -> None:
        self.lines: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.lines.append(f"uncaught: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "").partition("?")[0]
        if message.type == "error" and not url.endswith(_STREAMLITS_OWN):
            self.lines.append(f"{message.text} ({url})")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
