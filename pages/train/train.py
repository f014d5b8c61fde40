"""Train: start the draft, watch it live, stop, pause, resume, and read how it ended."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.runs import Run, Status
from pages.session import cache, run_list, state
from pages.train import (
    charts,
    controls,
    gauges,
    learning,
    outcome,
    progress,
    start_panel,
    waiting_line,
    watching,
)
from pages.train.charts import Rows
from pages.widgets import page
from pages.widgets.head import head
from pages.widgets.text import DASH, format_learning_rate, format_loss, format_percent

_TITLE = "Train"


def main() -> None:
    run = head(
        _TITLE,
        "Train the drafted network and watch how its loss and accuracy go.",
        runs=partial(run_list.runs, "train"),
        actions=controls.actions,
    )
    draft = state.current_draft()
    if run is None:
        start_panel.row(draft, "Start training", "train")
        page.empty_state(
            "Nothing has been trained yet. Start the draft above, or change it first.",
            "pages/design/design.py",
            "Go to Design",
        )
        return
    alive = run.status().state.alive
    if not alive:
        start_panel.row(draft, "Start training", "train", beside=run)
    watching.watch(run, show, _TITLE)
    if alive:  # what is watched comes first; the next waits for the device anyway
        start_panel.row(draft, "Start training", "train", beside=run)


def show(run: Run, status: Status) -> None:
    """All of a run. What comes and goes above the charts has a place: they keep theirs."""
    config = cache.run_config(run)
    rows = cache.metrics_log(run).read()
    worth_showing = charts.worth_showing(status, rows)
    with st.container(gap="small"):
        if status.state.alive:
            progress.bar(run, status)
        else:
            outcome.show(run, config, status)
    with st.container(gap="small"):
        if status.outcome is not None:
            outcome.numbers(config, status, status.outcome, rows)
        elif worth_showing:
            newest(status, rows)
        if config.validates_on_test:
            st.caption(
                ":material/warning: This run validates on the test images, as its recipe asks: "
                "its test accuracy has been looked at while training, so read it with care."
                if config.chooses_by_validation
                else ":material/info: This run validates on test images, to be looked at: nothing "
                "hangs on it, and the last weights are kept."
            )
    if worth_showing:
        charts.show(run, config, status, rows)
    learning.show(run, status)
    if worth_showing:
        charts.more(run, config, status, rows)
    gauges.show(status)
    waiting_line.show()
    progress.log(run, status)


def newest(status: Status, rows: Rows) -> None:
    """The newest numbers, in one row."""
    last = rows[-1] if rows else {}
    epoch = next((row for row in reversed(rows) if row["kind"] == "epoch"), {})
    with st.grid(6, min_column_width=135, gap="small"):
        st.metric("Loss", format_loss(last.get("loss")))
        st.metric("Validation loss", format_loss(epoch.get("val_loss")))
        st.metric("Accuracy", format_percent(last.get("accuracy")))
        st.metric("Validation accuracy", format_percent(epoch.get("val_accuracy")))
        st.metric("Learning rate", format_learning_rate(last["lr"]) if "lr" in last else DASH)
        st.metric("Images/s", outcome.speed(status, rows))


main()
