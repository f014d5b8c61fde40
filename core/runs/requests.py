"""Asking a living worker to stop or pause, through a file in its run record.

A file works from any process and any browser session, and outlives them.
"""

from __future__ import annotations

from enum import StrEnum

from core.errors import ReadingError
from core.files import write_atomically
from core.reading import read_text
from core.runs.record import Run

_MOST_BYTES = 100


class Request(StrEnum):
    STOP = "stop"
    PAUSE = "pause"


def ask(run: Run, request: Request) -> None:
    write_atomically(run.path / "request", request.value.encode())


def pending(run: Run) -> Request | None:
    """What has been asked of the run and not yet been done."""
    try:
        return Request(read_text(run.path / "request", _MOST_BYTES).strip())
    except (ReadingError, ValueError):
        return None


def clear(run: Run) -> None:
    (run.path / "request").unlink(missing_ok=True)
