"""The dashboard's own process as the parent of workers, told what to start without a browser.

`python -m tests.jobs.parent` serves app.py and takes Streamlit's options. Each line on its
standard input is what to do and the path of a run record; it is done as a click would do it, and
how that went is a line in the log.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from core.errors import UserError, from_os_error
from core.jobs import launch
from core.runs import Run, delete_run
from tools import streamlit_server
from tools.dashboard import Server

_ANSWER = "answer: "
_ACTIONS = {
    "resume": launch.resume,
    "stop": launch.request_stop,
    "pause": launch.request_pause,
    "delete": delete_run,
}


class Parent(Server):
    """Such a process, seen from a test."""

    def command(self) -> list[str]:
        self.stdin = subprocess.PIPE
        return [word.replace(streamlit_server.__name__, __name__) for word in super().command()]

    def kill(self) -> None:
        super().kill()
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    def order(self, what: str, run: Run) -> None:
        """Ask for "resume", "stop", "pause" or "delete"; does not wait for the answer."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what} {run.path}\n".encode())
        self.process.stdin.flush()

    def answers(self) -> list[str]:
        """What came of each order so far: "done", or a sentence."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [line.removeprefix(_ANSWER) for line in lines if line.startswith(_ANSWER)]


def _obey() -> None:
    for line in sys.stdin:
        what, _, path = line.rstrip("\n").partition(" ")
        print(f"{_ANSWER}{_try(_ACTIONS[what], Run(Path(path)))}", flush=True)


def _try(action: Callable[[Run], None], run: Run) -> str:
    """As pages.widgets.page.attempt does."""
    try:
        action(run)
    except (UserError, OSError) as error:
        return str(from_os_error(error) if isinstance(error, OSError) else error)
    except Exception:  # the server goes on; the test finds it in the log
        return traceback.format_exc()
    return "done"


if __name__ == "__main__":
    threading.Thread(target=_obey, daemon=True).start()
    streamlit_server.main()
