"""Showing a run as it is, looked at again every second while its worker lives.

Knows nothing of what is shown.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.reading import is_folder
from core.runs import Run, Status
from pages.widgets import page

_EVERY_SECONDS = 1.0

Show = Callable[[Run, Status], None]


def watch(run: Run, show: Show) -> None:
    """Show the run; once it ends, or begins again, the whole page is drawn anew.

    A fragment in either case, so that the charts keep their place and with it their zoom;
    repeated only while a worker lives, for one that stays on disturbs widgets
    (streamlit#10805).
    """
    alive = run.status().state.alive
    st.fragment(_look, run_every=_EVERY_SECONDS if alive else None)(run, alive, show)


def _look(run: Run, alive: bool, show: Show) -> None:
    status = run.status()
    if status.state.alive != alive or not is_folder(run.path):
        st.rerun(scope="app")
    with page.guarded():
        show(run, status)
