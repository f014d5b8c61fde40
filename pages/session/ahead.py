"""TensorFlow and a network loaded behind the person's back, so that no first picture waits.

TensorFlow once a server, by a thread: importing it takes seconds. That rests while a page is drawn
and, for a minute at most, while a run is at work: for those somebody waits.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Final

from core.errors import UserError
from core.models.inference import is_prepared, prepare_server
from core.photos.network_input import prepare_reading
from core.reading import is_file
from core.runs import Run
from pages.session import cache, run_list

_LOOK: Final = 0.1  # seconds between looks for a run at work
_LONGEST: Final = 60.0  # seconds of giving way, all in all: a run may take hours
_SCRIPT: Final = "ScriptRunner"  # how Streamlit names the thread that draws a page
_LOCK = threading.Lock()
_begun = threading.Event()


def begin(wanted: str | None) -> None:
    """Begin to load, where that was not begun and there is a network to ask. Returns at once.

    Args:
        wanted: id of the run whose network is most likely to be asked; None takes the newest's.
    """
    if _begun.is_set():
        return
    try:
        candidates = run_list.runs("train", with_model=True)
    except (UserError, OSError):
        return  # the pages that need a run say so
    if not candidates:
        return
    run = next((run for run in candidates if run.id == wanted), candidates[0])
    with _LOCK:
        if not _begun.is_set():
            _begun.set()
            threading.Thread(target=_load, args=(run,), name="load-ahead", daemon=True).start()


def expect(run: Run) -> None:
    """Load the network of a run that has just ended, as it is the next one asked. Returns at once.

    Nothing where TensorFlow is not there yet: to load that is long and has its own time.
    """
    if is_prepared() and is_file(run.model_path):
        threading.Thread(target=_load, args=(run,), name="load-ahead", daemon=True).start()


def _load(run: Run) -> None:
    """What is wrong with the run is told by the page that needs it."""
    with suppress(UserError, OSError):
        prepare_server(_Manners().give_way)
        cache.warm_up(run)
        prepare_reading(run.dataset())


class _Manners:
    """Whether there is something that a person waits for now."""

    def __init__(self) -> None:
        self._rested = 0.0
        self._asked = self._looked = time.monotonic()
        self._busy = _a_run_is_at_work()

    def give_way(self) -> bool:
        now = time.monotonic()
        if now - self._looked >= _LOOK:
            self._looked, self._busy = now, _a_run_is_at_work()
        yes = self._rested < _LONGEST and (self._busy or _a_page_is_drawn())
        if yes:
            self._rested += now - self._asked
        self._asked = now
        return yes


def _a_page_is_drawn() -> bool:
    return any(thread.name.startswith(_SCRIPT) for thread in threading.enumerate())


def _a_run_is_at_work() -> bool:
    return run_list.at_work() is not None
