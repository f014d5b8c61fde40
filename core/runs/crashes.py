"""Why a worker is gone that did not say goodbye, as far as it can be known.

Knows nothing of TensorFlow, and of a run only its directory and its last status.
"""

from __future__ import annotations

import json
import signal
from pathlib import Path

import psutil

from core.machine.resources import Resources

_LITTLE_MEMORY = 0.04  # share of the machine's memory below which the kernel begins to kill


def record_exit(folder: Path, pid: int, returncode: int) -> None:
    """Note how a worker process ended; only its parent can know."""
    text = json.dumps({"pid": pid, "returncode": returncode})
    (folder / "exit.json").write_text(text, encoding="utf-8")


def crash_reason(folder: Path, pid: int, heartbeat: float, resources: Resources | None) -> str:
    """One sentence on what ended the worker.

    Args:
        folder: the run's directory.
        pid: of the worker that last wrote the status.
        heartbeat: when it last wrote, in seconds since the epoch.
        resources: its last reading; None before the first.
    """
    if psutil.boot_time() > heartbeat:
        return "The machine was restarted while the run was at work."
    ended = _signal(folder, pid)
    short = resources is not None and (
        resources.memory_available < _LITTLE_MEMORY * resources.memory_total
    )
    if short and ended in (None, signal.SIGKILL):
        return "The worker was killed, most likely because the machine ran out of memory."
    if ended is not None:
        return f"The worker was killed ({ended.name})."
    return "The worker ended without a word; its log may say more."


def _signal(folder: Path, pid: int) -> signal.Signals | None:
    try:
        noted = json.loads((folder / "exit.json").read_text(encoding="utf-8"))
        if noted["pid"] != pid or noted["returncode"] >= 0:
            return None
        return signal.Signals(-noted["returncode"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
