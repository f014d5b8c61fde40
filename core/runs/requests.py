"""Asking a living worker to stop or pause, through a file in its run record.

A file works from any process and any browser session, and outlives them.
"""

from __future__ import annotations

from enum import StrEnum

from core.files import write_atomically
from core.runs.record import Run


class Request(StrEnum):
    STOP = "stop"
    PAUSE = "pause"


def ask(run: Run, request: Request) -> None:
    write_atomically(run.path / "request", request.value.encode())


def pending(run: Run) -> Request | None:
    """What has been asked of the run and not yet been done."""
    try:
        return Request((run.path / "request").read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return None


def clear(run: Run) -> None:
    (run.path / "request").unlink(missing_ok=True)
