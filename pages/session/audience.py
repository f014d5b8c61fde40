"""How many sessions look at live pages now, and how often each of them then looks.

A look costs the server some ten milliseconds, which training on the same processor must do
without. Many sessions look less often, so that what all of them cost stays small. Knows
nothing of what is looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

EVERY_SECONDS = 1.0
# What is newest is to be on every page within three seconds, with some left for the server.
EVERY_SECONDS_IN_A_CROWD = 2.5
# Two bounds, so that one who comes and goes does not change everybody's pace each time.
_A_CROWD = 9
_NO_CROWD = 5
_GONE_AFTER_SECONDS = 3 * EVERY_SECONDS_IN_A_CROWD


class Audience:
    """The sessions that have looked lately; threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_looks: dict[str, float] = {}
        self._crowded = False
        self._lock = threading.Lock()

    def look(self, session: str) -> float:
        """Note that this session looks now; how many seconds it should let pass between looks."""
        with self._lock:
            now = self._clock()
            self._last_looks[session] = now
            self._last_looks = {
                name: last
                for name, last in self._last_looks.items()
                if now - last <= _GONE_AFTER_SECONDS
            }
            watching = len(self._last_looks)
            self._crowded = watching >= (_NO_CROWD + 1 if self._crowded else _A_CROWD)
            return self.pace

    @property
    def pace(self) -> float:
        """Seconds between looks, as the last look left it."""
        return EVERY_SECONDS_IN_A_CROWD if self._crowded else EVERY_SECONDS


_AUDIENCE = Audience()


def seconds_between_looks(session: str) -> float:
    """Note that this session looks now; its pace among those that look at present."""
    return _AUDIENCE.look(session)


def present_pace() -> float:
    """How many seconds the sessions let pass between looks at present; no look is noted."""
    return _AUDIENCE.pace
