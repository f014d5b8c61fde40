"""Showing a run as it is, looked at again every second or two while its worker lives.

Knows nothing of what is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.reading import is_folder
from core.runs import STARTING_PHASES, Run, State, Status
from pages.session import ahead, audience, state
from pages.widgets import page
from pages.widgets.head import tab_title

_WHILE_IT_STARTS = 0.3  # seconds between looks
Show = Callable[[Run, Status], None]


def watch(run: Run, show: Show, title: str) -> None:
    """Show the run; once its state is another, the whole page is drawn anew.

    Args:
        title: the page's, for the browser's tab.

    A fragment in either case, so that the charts keep their place and with it their zoom;
    repeated only while a worker lives, for one that stays on disturbs widgets
    (streamlit#10805).
    """
    status = run.status()
    pace = _pace(status) if status.state.alive else None
    st.fragment(_look, run_every=pace)(run, status.state, pace, show, _Tab(title, run))


def _pace(status: Status) -> float:
    """Seconds between looks. Until the first step a look costs little, and the person waits."""
    pace = audience.seconds_between_looks(state.session_id())
    starts = status.state is State.RUNNING and status.phase in STARTING_PHASES
    return _WHILE_IT_STARTS if starts and pace == audience.EVERY_SECONDS else pace


@dataclass
class _Tab:
    """The browser's tab while a run goes on; the next drawing of the page sets it back."""

    title: str
    run: Run
    percent: int | None = None  # that it shows

    def tell(self, status: Status) -> None:
        """Told only where it changed: each time is a message to the browser."""
        percent = int(100 * status.fraction_done)
        if status.state is State.RUNNING and status.step and percent != self.percent:
            tab_title(self.title, self.run, f"{percent} %")
            self.percent = percent


def _look(run: Run, before: State, pace: float | None, show: Show, tab: _Tab) -> None:
    status = run.status()
    if status.state is not before or not is_folder(run.path):
        if status.state is State.FINISHED:
            ahead.expect(run)
        st.rerun(scope="app")
    if pace is not None and _pace(status) != pace:
        st.rerun(scope="app")  # the browser keeps the pace until the page is drawn anew
    tab.tell(status)
    with page.guarded():
        show(run, status)
