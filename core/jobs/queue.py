"""The queue of a device: one run at a time, in order, with no server to keep it.

A waiting run has a ticket, an empty file runs/.queue/<rank>~<run id>; the device is a
flock on runs/.device.lock held by the worker at work. Whoever waits looks at the tickets
itself, so the queue drains with no browser and no Streamlit. Knows nothing of TensorFlow.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.files import is_locked, lock_exclusively
from core.runs import Run

_TICKET = re.compile(r"-?\d+\.\d{6}~.+", re.DOTALL)


def enqueue(run: Run) -> None:
    """Put a run at the end of its device's queue."""
    folder = _folder(run.path.parent)
    folder.mkdir(parents=True, exist_ok=True)
    leave(run)  # a killed worker's ticket stays until somebody prunes
    (folder / f"{time.time():017.6f}~{run.id}").touch()


def leave(run: Run) -> None:
    for ticket in _tickets(run.path.parent):
        if _run_of(ticket) == run:
            ticket.unlink(missing_ok=True)


def waiting(runs_folder: Path) -> list[Run]:
    """Runs that wait, first in line first. Changes nothing; see `prune`."""
    runs = (_run_of(ticket) for ticket in _tickets(runs_folder))
    return [run for run in runs if is_locked(run.lock_path)]


def prune(runs_folder: Path) -> None:
    """Throw away the tickets of workers that are gone."""
    for ticket in _tickets(runs_folder):
        if not is_locked(_run_of(ticket).lock_path):
            ticket.unlink(missing_ok=True)


def move_to_front(run: Run) -> None:
    """Let a waiting run go before all others."""
    tickets = _tickets(run.path.parent)
    own = [ticket for ticket in tickets if _run_of(ticket) == run]
    if not own or own[0] == tickets[0]:
        return
    first = float(tickets[0].name.partition("~")[0])
    with suppress(FileNotFoundError):  # its turn came in between
        own[0].rename(own[0].with_name(f"{first - 1.0:017.6f}~{run.id}"))


def ahead_of(run: Run) -> int | None:
    """How many runs wait before this one; None where the device is free for it."""
    line = [other.id for other in waiting(run.path.parent)]
    ahead = line.index(run.id) if run.id in line else 0
    return ahead if ahead or device_is_busy(run.path.parent) else None


def device_is_busy(runs_folder: Path) -> bool:
    """True where a worker holds the device."""
    return is_locked(device_lock(runs_folder))


def take_device(run: Run) -> IO[bytes] | None:
    """The device's lock, where it is free and this run is first in line; else None."""
    line = waiting(run.path.parent)
    if line and line[0].id != run.id:
        return None
    lock = lock_exclusively(device_lock(run.path.parent))
    if lock is not None:
        leave(run)
        prune(run.path.parent)
    return lock


def device_lock(runs_folder: Path) -> Path:
    """The file whose lock the worker at work holds."""
    return runs_folder / ".device.lock"


def _tickets(runs_folder: Path) -> list[Path]:
    """In the order of the line; whatever else lies there is none."""
    return sorted(path for path in _folder(runs_folder).glob("*~*") if _TICKET.fullmatch(path.name))


def _run_of(ticket: Path) -> Run:
    return Run(ticket.parent.parent / ticket.name.partition("~")[2])


def _folder(runs_folder: Path) -> Path:
    return runs_folder / ".queue"
