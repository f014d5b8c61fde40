"""How a page about a trained network begins: its head, or what to do before there is one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.runs import Run
from pages.session import run_list
from pages.widgets import page
from pages.widgets.head import head

_WENT_ON = (
    ":material/history: All of this is of where the run was stopped before. It has gone on since, "
    "and is saved and judged anew when it ends."
)


def open_evaluated(title: str, purpose: str, without: str) -> Run | None:
    """The head of a page that needs a run's test predictions, and the run; None without one.

    Args:
        without: what is said where there is no such run.
    """
    return _open(title, purpose, without, lambda: run_list.runs("train", with_predictions=True))


def open_trained(
    title: str, purpose: str, without: str, actions: Callable[[Run], None] | None = None
) -> Run | None:
    """The same of a page that needs a run's network; `actions` draws the head's buttons."""
    return _open(title, purpose, without, lambda: run_list.runs("train", with_model=True), actions)


def _open(
    title: str,
    purpose: str,
    without: str,
    runs: Callable[[], list[Run]],
    actions: Callable[[Run], None] | None = None,
) -> Run | None:
    run = head(title, purpose, runs=runs, actions=actions)
    if run is None:
        page.empty_state(without, "pages/train/train.py", "Go to Train")
    elif run.status().went_on:
        st.caption(_WENT_ON)
    return run
