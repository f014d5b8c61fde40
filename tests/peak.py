"""The most memory that a piece of work takes, for a process that does nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psutil


def peak_memory(work: Callable[[], object]) -> int:
    """Bytes above what the process has before, looked at every two milliseconds."""
    process = psutil.Process()
    before = peak = process.memory_info().rss
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.002):
            peak = max(peak, process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        work()
    finally:
        done.set()
        watching.join()
    return peak - before
