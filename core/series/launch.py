"""Starting the process that sees to a series. Imports no TensorFlow.

The conductor is its own process in its own session: it goes on when the dashboard is closed or
killed. Knows nothing of how it sees to its runs.
"""

from __future__ import annotations

import threading
from typing import Any

from core.errors import RunError, describe_os_error
from core.files import lock_exclusively, open_to_append
from core.jobs import launch
from core.series.record import SeriesRecord, clear_request


def start_conductor(record: SeriesRecord[Any, Any], module: str) -> None:
    """Start `python -m MODULE` on a series that was planned or stopped, or is asked for more.

    Raises:
        RunError: it has a conductor already, is gone, or the process cannot be started.
    """
    try:
        lock = lock_exclusively(record.lock_path, wait_seconds=5.0)
    except FileNotFoundError as error:
        words = f"The {record.kind} is no longer there: it has been deleted."
        raise RunError(words) from error
    if lock is None:
        raise RunError(f"The {record.kind} is at work already.")
    with lock, open_to_append(record.log_path) as log:
        clear_request(record)
        try:
            process = launch.spawn(module, record.path, lock, log)
        except OSError as error:
            raise RunError(
                f"The {record.kind} could not be started: {describe_os_error(error)}",
                "What was saved before is intact.",
            ) from error
    # A child that nobody waits for stays in the process table as a zombie.
    threading.Thread(target=process.wait, daemon=True, name=f"reap-{record.id}").start()
