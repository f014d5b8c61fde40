"""Learning-rate range test: raise it batch by batch, watch the loss, take a suggestion."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.config import MOST_ITERATIONS, RunConfig
from core.figures import lr_range as figures
from core.runs import Run, State, Status
from core.training.lr_suggestion import curve_of, judged
from pages.session import cache, run_list, state
from pages.train import controls, outcome, progress, start_panel, suggestions, watching
from pages.widgets import page
from pages.widgets.form import Form
from pages.widgets.head import head
from pages.widgets.live_charts import Chart, live_charts

Rows = list[dict[str, Any]]

_TITLE = "Learning-rate range test"
_HEIGHT = 390  # pixels of the curve
_ITERATIONS = (
    "One batch each. More make a finer curve, and a network that learns slowly needs more to learn "
    "anything."
)
_SEEDS = (
    "How often it is measured, each time from other weights and in another order. Several show how "
    "much is chance, and are judged by their mean."
)
_SPACINGS = {
    "exponential": "Exponential: each decade alike",
    "linear": "Linear: each step alike",
}


def main() -> None:
    run = head(
        _TITLE,
        "Trains a throw-away copy of the draft at rising learning rates. How the loss falls and "
        "rises again tells which learning rate is good to train with.",
        runs=partial(run_list.runs, "range-test"),
        actions=controls.actions,
    )
    draft = state.current_draft()
    start_panel.row(
        draft, "Start the test", "range-test", beside=run, settings=lambda: settings(draft)
    )
    if draft.training.fine_tuning is not None:
        st.caption("Of the draft's first phase: the base that others trained stays as it is.")
    if run is None:
        page.empty_state(
            "No range test has been run yet. Start one above; it takes about a minute.",
            "pages/design/design.py",
            "Change the draft first",
        )
        return
    watching.watch(run, show, _TITLE)


def settings(draft: RunConfig) -> None:
    """The range, written to the draft as it is changed."""
    with st.popover("Settings", icon=":material/settings:"):
        form = Form(draft)
        left, right = st.columns(2)
        with left:
            form.learning_rate("From", "range_test.start", help="The first learning rate.")
            form.integer(
                "Iterations",
                "range_test.iterations",
                20,
                MOST_ITERATIONS,
                step=10,
                help=_ITERATIONS,
            )
        with right:
            form.learning_rate("To", "range_test.end", help="The last learning rate.")
            form.integer("Seeds", "range_test.seeds", 1, 5, help=_SEEDS)
        form.choice(
            "Spacing",
            "range_test.spacing",
            _SPACINGS,
            help="How the learning rate grows: by a factor an iteration, or by a summand as in "
            "the first such test (Smith 2015).",
        )
        form.integer(
            "Batch size",
            "range_test.batch_size",
            1,
            8192,
            optional=str(draft.training.batch_size),
            help="Empty: the draft's own. A learning rate suits the batch size that it was found "
            "with.",
        )


def show(run: Run, status: Status) -> None:
    """All of a test. What comes and goes above the curve has a place: it keeps its own."""
    config = cache.run_config(run)
    rows = [row for row in cache.metrics_log(run).read() if row["kind"] == "range"]
    with st.container():
        if status.state.alive:
            progress.bar(run, status)
        elif status.range_result is not None:
            suggestions.panel(run, status.range_result)
        elif status.state is State.STOPPED:
            st.info("This test was stopped before it had measured enough.", icon=":material/info:")
        else:
            outcome.went_wrong(status, "Start it again.")
    if rows:
        curve(run, config, status, rows)
    if status.range_result is not None:
        suggestions.table(run, status.range_result)
    if rows:
        learning_rates(run, rows)
    progress.log(run, status)


def curve(run: Run, config: RunConfig, status: Status, rows: Rows) -> None:
    """The curve large, with what it suggests."""
    result = status.range_result
    revision = (len(rows), result)

    def drawn() -> figures.Figure:
        lrs, losses = [row["lr"] for row in rows], [row["loss"] for row in rows]
        smoothed = curve_of(judged(rows, result), config.range_test)
        if result is None:
            return figures.loss_figure(lrs, losses, smoothed)
        marks, best = suggestions.of(result), suggestions.recommended(result)
        return figures.loss_figure(lrs, losses, smoothed, marks, best, result.good)

    live_charts([Chart("Loss over learning rate", drawn, _HEIGHT)], f"charts_{run.id}", revision)


def learning_rates(run: Run, rows: Rows) -> None:
    """Those that it was measured with, one click away."""
    more = st.expander(
        "Learning rate at each iteration",
        icon=":material/show_chart:",
        key=f"more_charts_{run.id}",
        on_change="rerun",
    )
    if more.open:
        with more:
            straight = Chart(
                "Learning rate over iterations",
                lambda: figures.lr_figure(rows, log_y=True),
                220,
            )
            live_charts([straight], f"more_{run.id}", len(rows))


main()
