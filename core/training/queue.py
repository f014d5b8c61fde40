"""The queue of a device: one run at a time, in order, with no server to keep it.

A waiting run has a ticket, an empty file runs/.queue/<rank>~<run id>; the device is a
flock on runs/.device.lock held by the worker at work. Whoever waits looks at the tickets
itself, so the queue drains with no browser and no Streamlit. Knows nothing of TensorFlow.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import IO

from core.runs import Run, is_locked, lock_exclusively


def enqueue(run: Run) -> None:
    """Put a run at the end of its device's queue."""
    folder = _folder(run.path.parent)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{time.time():017.6f}~{run.id}").touch()


def leave(run: Run) -> None:
    for ticket in _folder(run.path.parent).glob(f"*~{run.id}"):
        ticket.unlink(missing_ok=True)


def waiting(runs_folder: Path) -> list[Run]:
    """Runs that wait, first in line first. Tickets of dead workers are thrown away."""
    runs = []
    for ticket in sorted(_folder(runs_folder).glob("*~*")):
        run = Run(runs_folder / ticket.name.partition("~")[2])
        if is_locked(run.path / "lock"):
            runs.append(run)
        else:
            ticket.unlink(missing_ok=True)
    return runs


def move_to_front(run: Run) -> None:
    """Let a waiting run go before all others."""
    tickets = sorted(_folder(run.path.parent).glob("*~*"))
    own = [ticket for ticket in tickets if ticket.name.endswith(f"~{run.id}")]
    if not own or own[0] == tickets[0]:
        return
    first = float(tickets[0].name.partition("~")[0])
    own[0].rename(own[0].with_name(f"{first - 1.0:017.6f}~{run.id}"))


def device_is_busy(runs_folder: Path) -> bool:
    """True where a worker holds the device."""
    return is_locked(runs_folder / ".device.lock")


def take_device(run: Run) -> IO[bytes] | None:
    """The device's lock, where it is free and this run is first in line; else None."""
    line = waiting(run.path.parent)
    if line and line[0].id != run.id:
        return None
    lock = lock_exclusively(run.path.parent / ".device.lock")
    if lock is not None:
        leave(run)
    return lock


def _folder(runs_folder: Path) -> Path:
    return runs_folder / ".queue"
