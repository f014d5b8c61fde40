"""Why a worker is gone that did not say goodbye, as far as it can be known.

Knows nothing of TensorFlow, and of a run only its directory and its last status.
"""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import psutil

from core.errors import ReadingError
from core.files import write_atomically
from core.machine.resources import boot_id
from core.reading import read_json
from core.runs.status import Status

_LITTLE_MEMORY = 0.04  # share of the machine's memory below which the kernel begins to kill
_LITTLE_SPACE = 1 << 16  # bytes; a status takes less
_MOST_BYTES = 1 << 16


def record_exit(folder: Path, pid: int, returncode: int) -> None:
    """Note how a worker process ended; only its parent can know."""
    text = json.dumps({"pid": pid, "returncode": returncode})
    write_atomically(folder / "exit.json", text.encode(), durable=False)


def crash_reason(folder: Path, status: Status) -> str:
    """One sentence on what ended the worker.

    Args:
        folder: the run's directory.
        status: what the worker wrote last.
    """
    if _restarted_since(status):
        return "The machine was restarted while the run was at work."
    ended = _signal(folder, status.pid)
    reading = status.resources
    short = reading is not None and (
        reading.memory_available < _LITTLE_MEMORY * reading.memory_total
    )
    if short and ended in (None, signal.SIGKILL):
        return "The worker was killed, most likely because the machine ran out of memory."
    if ended is not None:
        return f"The worker was killed ({ended.name})."
    if _disk_is_full(folder):
        return "The disk that its record lies on is full, so the worker could not even say why."
    return "The worker ended without a word; its log may say more."


def _restarted_since(status: Status) -> bool:
    """Where starts of the machine have names; else by the clock, which may have been set."""
    now = boot_id()
    if now and status.boot_id:
        return now != status.boot_id
    return not now and psutil.boot_time() > status.heartbeat


def _disk_is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LITTLE_SPACE
    except OSError:
        return False


def _signal(folder: Path, pid: int) -> signal.Signals | None:
    try:
        noted = read_json(folder / "exit.json", _MOST_BYTES)
        if noted["pid"] != pid or noted["returncode"] >= 0:
            return None
        return signal.Signals(-noted["returncode"])
    except (ReadingError, ValueError, KeyError, TypeError):
        return None
