"""Train: start the draft, watch it live, stop, pause, resume, and read how it ended."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import RunConfig
from core.figures import curves
from core.runs import Run, State, Status
from pages.components import cache, gauges, launch, layout, progress, state, waiting_line, watching
from pages.components.live_chart import live_chart

Rows = list[dict[str, Any]]


def main() -> None:
    layout.header("Train", "Train the drafted network and watch how its loss and accuracy go.")
    with st.container(border=True):
        launch.panel(state.current_draft(), "Start training", "train")
    candidates = state.runs("train")
    if not candidates:
        layout.empty_state(
            "Nothing has been trained yet. Start the draft above, or change it first.",
            "pages/design.py",
            "Go to Design",
        )
        return
    run = layout.run_picker(candidates, "train_run")
    if run is not None:
        watching.watch(run, show)


def show(run: Run, status: Status) -> None:
    """All of a run. Each part has its own place, so that the charts stay in theirs."""
    config = cache.run_config(run)
    rows = cache.metrics_log(run).read()
    progress.headline(run, status)
    with st.container():
        progress.outcome(run, status, "Resume goes on from its last checkpoint.")
        if status.state is not State.FINISHED:
            progress.bar(run, status)
        if config.split.method == "none":
            st.warning(
                "This run validates on the test part, as its recipe asks: its test accuracy "
                "has been looked at while training, so read it with care.",
                icon=":material/warning:",
            )
    with st.container():
        if "test_accuracy" in status.result:
            summary(run, status, rows)
        elif rows:
            live_cards(status, rows)
    with st.container():
        if rows:
            charts(run, config, rows)
    with st.container():
        gauges.show(status)
        waiting_line.show()
    progress.log(run, status)


def summary(run: Run, status: Status, rows: Rows) -> None:
    """What came of a run, and where to read on."""
    result = status.result
    measured = [row.get("val_accuracy") or 0.0 for row in rows if row["kind"] == "epoch"]
    with st.container(border=True):
        with st.container(horizontal=True):
            st.metric("Test accuracy", layout.percent(result["test_accuracy"], 2))
            st.metric("Best validation", layout.percent(max(measured, default=None), 2))
            st.metric("Kept epoch", str(result.get("best_epoch") or status.epoch))
            st.metric("Training time", layout.duration(result.get("seconds")))
            st.metric("Images per second", layout.count(speed(status, rows)))
            st.metric("Parameters", layout.count(result.get("parameters", 0)))
        with st.container(horizontal=True):
            layout.link("pages/evaluate.py", "Evaluate", icon=":material/grid_on:")
            layout.link("pages/mistakes.py", "Mistakes", icon=":material/rule:")
            layout.link("pages/feature_maps.py", "Feature maps", icon=":material/layers:")
            layout.link("pages/classify.py", "Classify a photo", icon=":material/add_a_photo:")


def live_cards(status: Status, rows: Rows) -> None:
    """The newest numbers, side by side."""
    last = rows[-1]
    epoch = next((row for row in reversed(rows) if row["kind"] == "epoch"), {})
    with st.container(horizontal=True):
        card("Loss", number(last.get("loss")))
        card("Validation loss", number(epoch.get("val_loss")))
        card("Accuracy", layout.percent(last.get("accuracy")))
        card("Validation accuracy", layout.percent(epoch.get("val_accuracy")))
        card("Learning rate", layout.rate(last["lr"]) if "lr" in last else layout.DASH)
        card("Images/s", layout.count(speed(status, rows)))


def card(label: str, value: str) -> None:
    st.metric(label, value, border=True)


def number(value: float | None) -> str:
    return layout.DASH if value is None else f"{value:.4f}"


def speed(status: Status, rows: Rows) -> float:
    """Images a second: now while training, else over all epochs."""
    epochs = [row["images_per_second"] for row in rows if row["kind"] == "epoch"]
    if status.state.alive or not epochs:
        return status.images_per_second
    return sum(epochs) / len(epochs)


def charts(run: Run, config: RunConfig, rows: Rows) -> None:
    revision = (len(rows), rows[-1].get("time"))
    validation = "Test part" if config.split.method == "none" else "Validation"
    left, right = st.columns(2)
    with left:
        live_chart(
            lambda: curves.loss_figure(rows, validation_name=validation),
            f"loss_{run.id}", 320, revision=revision, label="Loss over epochs",
        )  # fmt: skip
        live_chart(
            lambda: curves.learning_rate_figure(rows, height=200),
            f"rate_{run.id}", 200, revision=revision, label="Learning rate over epochs",
        )  # fmt: skip
    with right:
        live_chart(
            lambda: curves.accuracy_figure(rows, validation_name=validation),
            f"accuracy_{run.id}", 320, revision=revision, label="Accuracy over epochs",
        )  # fmt: skip
        live_chart(
            lambda: curves.throughput_figure(rows, height=200),
            f"speed_{run.id}", 200, revision=revision, label="Images per second over epochs",
        )  # fmt: skip


main()
