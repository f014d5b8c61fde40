"""Many sessions that watch one live page, in a thread of their own.

Knows the live chart's messages, and nothing of what is measured with them.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Coroutine
from functools import lru_cache
from types import TracebackType
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tools.session_client import Tab

_CHARTS = b'"label":"Loss over epochs"'


class Watchers:
    """So many tabs on one page, from `with` to its end; each notes what it is shown."""

    def __init__(self, url: str, page: str, sessions: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._notes = [_Notes() for _ in range(sessions)]
        self.tabs = [Tab(url, page, look=notes.look) for notes in self._notes]

    def __enter__(self) -> Watchers:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def seen(self) -> list[list[tuple[float, float]]]:
        """A list a tab: when its loss chart reached a later epoch, and which."""
        return [list(notes.reached) for notes in self._notes]

    async def _open(self) -> None:
        """One after the other and a little apart: people do not come in step."""
        for tab in self.tabs:
            await tab.open()
            await asyncio.sleep(1.0 / len(self.tabs))

    async def _close(self) -> None:
        await asyncio.gather(*(tab.close() for tab in self.tabs))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(180)


class _Notes:
    """How far the loss chart of one tab reached, and when."""

    def __init__(self) -> None:
        self.reached: list[tuple[float, float]] = []

    def look(self, message: ForwardMsg) -> None:
        data = message.delta.new_element.bidi_component.bytes
        if _CHARTS not in data[:400]:
            return
        reach = _reach(data)
        if reach is not None and (not self.reached or reach > self.reached[-1][1]):
            self.reached.append((time.time(), reach))


@lru_cache(maxsize=32)
def _reach(charts: bytes) -> float | None:
    """The last epoch of the loss chart's first trace; sessions are shown the same charts."""
    places = json.loads(charts)["charts"][0]["figure"]["data"][0]["x"]
    return float(places[-1]) if places else None
