"""Showing a series as it is, looked at again every second or two while it is at work.

Knows nothing of what is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import UserError
from core.series import SeriesState
from pages.session import audience, state
from pages.widgets import page

Show = Callable[[Any, SeriesState], None]


def watch(record: Any, show: Show) -> None:
    """Show it; once its state is another, the whole page is drawn anew."""
    now = record.state()
    pace = audience.seconds_between_looks(state.session_id()) if now.alive else None
    st.fragment(_look, run_every=pace)(record, now, show)


def _look(record: Any, before: SeriesState, show: Show) -> None:
    try:
        now = record.state()
    except UserError:
        st.rerun(scope="app")  # deleted, or spoiled, meanwhile
    if now is not before:
        st.rerun(scope="app")
    with page.guarded():
        show(record, now)
