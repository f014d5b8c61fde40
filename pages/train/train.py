"""Train: start the draft, watch it live, stop, pause, resume, and read how it ended."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import RunConfig
from core.figures import curves
from core.runs import Run, State, Status, TrainingResult
from pages.session import cache, run_list, state
from pages.train import gauges, progress, start_panel, waiting_line, watching
from pages.widgets import page
from pages.widgets.live_charts import Chart, live_charts
from pages.widgets.run_picker import run_picker
from pages.widgets.text import (
    DASH,
    as_is,
    format_count,
    format_duration,
    format_learning_rate,
    format_percent,
)

Rows = list[dict[str, Any]]


def main() -> None:
    page.header("Train", "Train the drafted network and watch how its loss and accuracy go.")
    with st.container(border=True):
        start_panel.panel(state.current_draft(), "Start training", "train")
    candidates = run_list.runs("train")
    if not candidates:
        page.empty_state(
            "Nothing has been trained yet. Start the draft above, or change it first.",
            "pages/design/design.py",
            "Go to Design",
        )
        return
    run = run_picker(candidates, "train_run")
    if run is not None:
        watching.watch(run, show)


def show(run: Run, status: Status) -> None:
    """All of a run. What comes and goes above the charts has a place: they keep theirs."""
    config = cache.run_config(run)
    rows = cache.metrics_log(run).read()
    progress.headline(run, status)
    with st.container():
        progress.outcome(run, status, "Resume goes on from its last checkpoint.")
        if status.state is not State.FINISHED:
            progress.bar(run, status)
        if config.validates_on_test:
            st.warning(
                "This run validates on the test images, as its recipe asks: its test accuracy "
                "has been looked at while training, so read it with care.",
                icon=":material/warning:",
            )
    with st.container():
        if status.training_result is not None:
            summary(status, status.training_result, rows)
        elif rows:
            live_cards(status, rows)
    if rows:
        charts(run, config, rows)
    gauges.show(status)
    waiting_line.show()
    progress.log(run, status)


def summary(status: Status, result: TrainingResult, rows: Rows) -> None:
    """What came of a run, and where to read on."""
    measured = [row.get("val_accuracy") or 0.0 for row in rows if row["kind"] == "epoch"]
    with st.container(border=True):
        with st.container(horizontal=True):
            st.metric("Test accuracy", format_percent(result.test_accuracy, 2))
            st.metric("Best validation", format_percent(max(measured, default=None), 2))
            st.metric("Kept epoch", str(result.best_epoch or status.epoch))
            st.metric("Training time", format_duration(result.seconds))
            st.metric("Images per second", format_count(speed(status, rows)))
            st.metric("Parameters", format_count(result.parameters))
        if result.note:
            st.warning(as_is(result.note), icon=":material/warning:")
        with st.container(horizontal=True):
            page.link("pages/understand/evaluate.py", "Evaluate", icon=":material/grid_on:")
            page.link("pages/understand/mistakes.py", "Mistakes", icon=":material/rule:")
            page.link("pages/understand/feature_maps.py", "Feature maps", icon=":material/layers:")
            page.link("pages/use/classify.py", "Classify a photo", icon=":material/add_a_photo:")


def live_cards(status: Status, rows: Rows) -> None:
    """The newest numbers, side by side."""
    last = rows[-1]
    epoch = next((row for row in reversed(rows) if row["kind"] == "epoch"), {})
    with st.container(horizontal=True):
        card("Loss", number(last.get("loss")))
        card("Validation loss", number(epoch.get("val_loss")))
        card("Accuracy", format_percent(last.get("accuracy")))
        card("Validation accuracy", format_percent(epoch.get("val_accuracy")))
        card("Learning rate", format_learning_rate(last["lr"]) if "lr" in last else DASH)
        card("Images/s", format_count(speed(status, rows)))


def card(label: str, value: str) -> None:
    st.metric(label, value, border=True)


def number(value: float | None) -> str:
    return DASH if value is None else f"{value:.4f}"


def speed(status: Status, rows: Rows) -> float:
    """Images a second: now while training, else over all epochs."""
    epochs = [row.get("images_per_second", 0.0) for row in rows if row["kind"] == "epoch"]
    if status.state.alive or not epochs:
        return status.images_per_second
    return sum(epochs) / len(epochs)


def charts(run: Run, config: RunConfig, rows: Rows) -> None:
    validation = "Test images" if config.validates_on_test else "Validation"
    live_charts(
        [
            Chart("Loss over epochs", lambda: curves.loss_figure(rows, validation_name=validation)),
            Chart(
                "Accuracy over epochs",
                lambda: curves.accuracy_figure(rows, validation_name=validation),
            ),
            Chart("Learning rate over epochs", lambda: curves.learning_rate_figure(rows), 200),
            Chart("Images per second over epochs", lambda: curves.throughput_figure(rows), 200),
        ],
        f"charts_{run.id}",
        revision=(len(rows), rows[-1].get("time")),
    )


main()
