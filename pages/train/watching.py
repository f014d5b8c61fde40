"""Showing a run as it is, looked at again every second or two while its worker lives.

Knows nothing of what is shown.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.reading import is_folder
from core.runs import Run, Status
from pages.session import audience, state
from pages.widgets import page

Show = Callable[[Run, Status], None]


def watch(run: Run, show: Show) -> None:
    """Show the run; once it ends, or begins again, the whole page is drawn anew.

    A fragment in either case, so that the charts keep their place and with it their zoom;
    repeated only while a worker lives, for one that stays on disturbs widgets
    (streamlit#10805).
    """
    alive = run.status().state.alive
    pace = audience.seconds_between_looks(state.session_id()) if alive else None
    st.fragment(_look, run_every=pace)(run, pace, show)


def _look(run: Run, pace: float | None, show: Show) -> None:
    status = run.status()
    alive = pace is not None
    if status.state.alive != alive or not is_folder(run.path):
        st.rerun(scope="app")
    if alive and audience.seconds_between_looks(state.session_id()) != pace:
        st.rerun(scope="app")  # the browser keeps the pace until the page is drawn anew
    with page.guarded():
        show(run, status)
