"""A browser tab as the dashboard's server sees one: Streamlit's protocol, and no browser.

Speaks over Streamlit 1.67's WebSocket as its front end does: asks for the page's script,
asks again for each fragment at its own interval, keeps large messages and says which ones
it has, and reads everything. Some twenty tabs cost one event loop a few percent of a core,
where twenty in Chromium would measure Chromium.

What it leaves out: drawing, and with it what the front end fetches over HTTP (scripts,
styles, pictures); what widgets hold, but for select boxes, which the server remembers where
a tab is silent; reconnecting. Knows nothing of what a page shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

# Sent where no token was handed to the front end, beside the subprotocol's name.
_TOKEN = "PLACEHOLDER_AUTH_TOKEN"

Look = Callable[[ForwardMsg], None]


@dataclass
class Traffic:
    """What went over the wire so far."""

    reruns: int = 0  # asked for
    finished: int = 0
    messages: int = 0
    received: int = 0  # bytes


@dataclass
class _Kept:
    """A large message that the front end keeps, so that it need not be sent again."""

    message: ForwardMsg
    fragment_id: str
    run: int  # in which it was last needed


@dataclass
class Tab:
    """One session, on one page.

    Args:
        url: the server's, as in http://127.0.0.1:8501.
        page: its path there; empty for the first page.
        query: what stands behind the page's path.
        look: is shown each message, those kept by their hash in full.
    """

    url: str
    page: str
    query: str = ""
    look: Look = lambda message: None
    traffic: Traffic = field(default_factory=Traffic)

    def __post_init__(self) -> None:
        self._page_hash = ""
        self._max_age = 2
        self._kept: dict[str, _Kept] = {}
        self._run = 0  # counts script runs, for the age of what is kept
        self._choices: dict[str, str] = {}  # of select boxes, by the widget's id
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._whole_runs = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect and wait until the page is there."""
        host = urlsplit(self.url).netloc
        self._socket = await connect(
            f"ws://{host}/_stcore/stream",
            origin=self.url,  # type: ignore[arg-type]
            subprotocols=["streamlit", _TOKEN],  # type: ignore[list-item]
            max_size=None,
            ping_interval=None,
        )
        self._reader = asyncio.create_task(self._read())
        await self.rerun()

    async def close(self) -> None:
        self._forget_timers()
        assert self._socket is not None and self._reader is not None
        await self._socket.close()
        await self._reader

    async def rerun(self, seconds: float = 60.0) -> None:
        """Run the whole page's script and wait until it has ended."""
        self._whole_runs.clear()
        await self._ask()
        async with asyncio.timeout(seconds):
            await self._whole_runs.wait()

    async def _ask(self, fragment_id: str = "") -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.query
        asked.widget_states.SetInParent()
        for widget, choice in self._choices.items():
            asked.widget_states.widgets.add(id=widget, string_value=choice)
        asked.page_script_hash = self._page_hash
        asked.page_name = "" if self._page_hash else self.page
        asked.fragment_id = fragment_id
        asked.is_auto_rerun = bool(fragment_id)
        asked.cached_message_hashes.extend(self._kept)
        about = asked.context_info
        about.timezone, about.timezone_offset, about.locale = "UTC", 0, "en-US"
        about.url, about.is_embedded, about.color_scheme = f"{self.url}/{self.page}", False, "light"
        self.traffic.reruns += 1
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        assert self._socket is not None
        async for data in self._socket:
            assert isinstance(data, bytes)
            self.traffic.messages += 1
            self.traffic.received += len(data)
            message = ForwardMsg.FromString(data)
            self._take(self._in_full(message))

    def _in_full(self, message: ForwardMsg) -> ForwardMsg:
        """The message that a reference stands for; keeps those marked as worth it."""
        if message.WhichOneof("type") == "ref_hash":
            kept = self._kept[message.ref_hash]
            kept.run = self._run
            kept.message.metadata.CopyFrom(message.metadata)
            return kept.message
        if message.metadata.cacheable:
            fragment_id = message.delta.fragment_id
            kept = self._kept.setdefault(message.hash, _Kept(message, fragment_id, self._run))
            kept.run = self._run
        return message

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._max_age = message.new_session.config.max_cached_message_age
            if not message.metadata.run.fragment_ids:
                self._forget_timers()
        elif kind == "navigation":  # a new session names the router's script, not the page's
            self._page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._repeat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment_id in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment_id)
        elif kind == "script_finished":
            self._end_run(message)
        elif kind == "delta" and message.delta.new_element.HasField("selectbox"):
            box = message.delta.new_element.selectbox
            if box.options and box.id not in self._choices:
                self._choices[box.id] = box.raw_value or box.options[box.default]
        self.look(message)

    def _end_run(self, message: ForwardMsg) -> None:
        self.traffic.finished += 1
        if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._whole_runs.set()
        if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        self._run += 1
        fragments = list(message.metadata.run.fragment_ids)
        for key, kept in list(self._kept.items()):
            elsewhere = fragments and kept.fragment_id not in fragments
            if not elsewhere and self._run - kept.run > self._max_age:
                del self._kept[key]

    def _repeat(self, fragment_id: str, seconds: float) -> None:
        if fragment_id in self._timers and self._timers[fragment_id][0] == seconds:
            return
        self._stop_timer(fragment_id)
        task = asyncio.create_task(self._ask_every(fragment_id, seconds))
        self._timers[fragment_id] = (seconds, task)

    async def _ask_every(self, fragment_id: str, seconds: float) -> None:
        """As setInterval does: whether the last answer has come or not."""
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        while True:
            await asyncio.sleep(due - loop.time())
            await self._ask(fragment_id)
            due = max(due + seconds, loop.time())

    def _stop_timer(self, fragment_id: str) -> None:
        if fragment_id in self._timers:
            self._timers.pop(fragment_id)[1].cancel()

    def _forget_timers(self) -> None:
        for fragment_id in list(self._timers):
            self._stop_timer(fragment_id)
