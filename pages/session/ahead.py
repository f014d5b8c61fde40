"""TensorFlow and a network loaded behind the person's back, so that no first picture waits.

Once a server, by a thread, after the first page was drawn: importing TensorFlow takes seconds.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Final

from core.errors import UserError
from core.photos.network_input import prepare_reading
from core.runs import Run
from pages.session import cache, run_list, state

_PAUSE: Final = 0.3  # seconds; what was drawn is still on its way to the browser
_LOOK: Final = 0.2  # seconds
_MOST_WAITED: Final = 60.0  # seconds: a queued run may wait for hours
_LOCK = threading.Lock()
_begun = threading.Event()


def begin() -> None:
    """Begin to load, where that was not begun and there is a network to ask. Returns at once."""
    if _begun.is_set():
        return
    try:
        candidates = run_list.runs("train", with_model=True)
    except (UserError, OSError):
        return  # the pages that need a run say so
    if not candidates:
        return
    wanted = state.run_id()
    run = next((run for run in candidates if run.id == wanted), candidates[0])
    with _LOCK:
        if not _begun.is_set():
            _begun.set()
            threading.Thread(target=_load, args=(run,), name="load-ahead", daemon=True).start()


def _load(run: Run) -> None:
    """What is wrong with the run is told by the page that needs it."""
    time.sleep(_PAUSE)
    with suppress(UserError, OSError):
        _let_a_run_start()
        cache.warm_up(run)
        prepare_reading(run.dataset())


def _let_a_run_start() -> None:
    """A worker imports TensorFlow as well, and the person waits for that."""
    until = time.monotonic() + _MOST_WAITED
    while time.monotonic() < until:
        run = run_list.at_work()
        if run is None or run.status().step:
            return
        time.sleep(_LOOK)
