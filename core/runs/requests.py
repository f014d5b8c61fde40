"""Asking a living worker to stop or pause, through an empty file in its run record.

A file works from any process and any browser session, and outlives them; an empty one needs
no space, so that a run can be stopped where the disk is full.
"""

from __future__ import annotations

from enum import StrEnum

from core.files import open_to_append
from core.reading import is_file
from core.runs.record import Run


class Request(StrEnum):
    STOP = "stop"
    PAUSE = "pause"


def ask(run: Run, request: Request) -> None:
    """Raises OSError where the record is gone or may not be written to."""
    open_to_append(run.request_path(request)).close()


def pending(run: Run) -> Request | None:
    """What has been asked of the run and not yet been done; of both it is to stop."""
    return next((asked for asked in Request if is_file(run.request_path(asked))), None)


def clear(run: Run) -> None:
    for request in Request:
        run.request_path(request).unlink(missing_ok=True)
