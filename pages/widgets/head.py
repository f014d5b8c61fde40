"""The head of every page in one row: its name, the run it shows, the run's state, its actions.

Knows nothing of any one page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.runs import Run
from pages.session import run_list
from pages.widgets import page
from pages.widgets.run_picker import run_picker
from pages.widgets.run_state import state_badge

PRODUCT = "ConvScope"


def head(
    title: str,
    purpose: str,
    *,
    runs: Callable[[], Sequence[Run]] | None = None,
    actions: Callable[[Run], None] | None = None,
) -> Run | None:
    """Draw the row; the run that the page is about, None where there is none.

    Args:
        purpose: what the page is for, in a sentence behind a "?".
        runs: lists those to choose from, asked once the name stands there, so that what is wrong
            with the list is said under it; None for a page that is about no run.
        actions: draws the buttons at the right, given the run.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="head", gap="small"):
        st.title(title, anchor=False, width="content", help=purpose)
        with st.container(width="content"):
            run = run_picker(runs(), f"runs_of_{title}") if runs is not None else None
        if run is not None:
            if run.shipped:
                st.badge("Shipped", color="violet", help="It came with ConvScope.")
            else:
                state_badge(run.status().state)
            if actions is not None:
                _actions(run, actions)
    tab_title(title, run)
    return run


def tab_title(title: str, run: Run | None = None, progress: str = "") -> None:
    """What the browser's tab says; while a run goes on, how far it is."""
    words = [progress, run_list.title(run) if run is not None else "", title, PRODUCT]
    st.set_page_config(page_title=" · ".join(dict.fromkeys(word for word in words if word)))


def _actions(run: Run, actions: Callable[[Run], None]) -> None:
    with (
        st.container(
            horizontal=True,
            horizontal_alignment="right",
            vertical_alignment="center",
            key="head_actions",
            gap="small",
        ),
        page.guarded(),
    ):
        actions(run)
