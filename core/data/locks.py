"""Wait for a lock that another process holds, and say so meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.data.source import Progress
from core.runs import lock_exclusively

_LOOK_SECONDS = 0.5


@contextmanager
def exclusive(path: Path, progress: Progress, waiting: str) -> Iterator[None]:
    """Hold the lock on `path`; `waiting` is reported twice a second until it is free."""
    lock = lock_exclusively(path)
    while lock is None:
        progress(None, waiting)
        lock = lock_exclusively(path, _LOOK_SECONDS)
    with lock:
        yield
