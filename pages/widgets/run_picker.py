"""Choosing one of the runs; the choice holds on every page."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from core.runs import Run, Status
from pages.session import run_list, state
from pages.widgets.text import format_learning_rate, format_percent


def run_picker(candidates: Sequence[Run], key: str, label: str = "Run") -> Run | None:
    """Choose one of the runs; the choice holds on every page. None where there is none."""
    chosen = run_list.selected(candidates)
    if chosen is None:
        return None
    ids = [run.id for run in candidates]
    by_id = dict(zip(ids, candidates, strict=True))
    state.show_in_widget(key, chosen.id)

    def choose() -> None:
        # Streamlit finds an option by its label, and gives the label where none has it now.
        wanted = state.widget_value(key)
        if wanted in by_id:
            run_list.select(wanted)

    st.selectbox(
        label, ids, key=key, on_change=choose, format_func=lambda item: run_title(by_id[item])
    )
    return chosen


def run_title(run: Run) -> str:
    """What tells runs apart: "digits · compact · 97.8 % · 22 Nov 14:02".

    Nothing in it moves while a run goes on: a list of choices is known by its labels.
    """
    status = run.status()
    moment = time.localtime(status.created)
    when = f"{moment.tm_mday} {time.strftime('%b %H:%M', moment)}"
    words = [run_list.title(run), _outcome(status), when]
    return " · ".join(word for word in words if word)


def _outcome(status: Status) -> str:
    """Test accuracy, or the learning rate that a range test suggests; empty before."""
    if status.training_result is not None:
        return format_percent(status.training_result.test_accuracy)
    if status.range_result is not None and status.range_result.suggestion is not None:
        return f"suggests {format_learning_rate(status.range_result.suggestion)}"
    return ""
