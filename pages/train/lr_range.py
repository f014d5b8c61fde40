"""Learning-rate range test: raise it batch by batch, watch the loss, take a suggestion."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.config import RunConfig, apply_changes
from core.figures import lr_range as figures
from core.runs import RangeTestResult, Run, State, Status
from core.training.lr_suggestion import good_band, smooth
from pages.session import cache, run_list, state
from pages.train import controls, outcome, progress, start_panel, watching
from pages.widgets import page
from pages.widgets.form import Form
from pages.widgets.head import head
from pages.widgets.live_charts import Chart, live_charts
from pages.widgets.text import as_is, format_count, format_learning_rate

Rows = list[dict[str, Any]]

_TITLE = "Learning-rate range test"
_DIGITS = 2  # of a suggestion: more would say more than the test knows


def main() -> None:
    run = head(
        _TITLE,
        "Trains a throw-away copy of the draft at rising learning rates: where the loss falls "
        "fastest is a good learning rate to train with.",
        runs=partial(run_list.runs, "range-test"),
        actions=controls.actions,
    )
    draft = state.current_draft()
    start_panel.row(
        draft, "Start the test", "range-test", beside=run, settings=lambda: settings(draft)
    )
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
        form.learning_rate("From", "range_test.start", help="The first learning rate.")
        form.learning_rate("To", "range_test.end", help="The last learning rate.")
        form.integer(
            "Iterations",
            "range_test.iterations",
            20,
            5000,
            step=10,
            help="One batch each. More make a finer curve.",
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
            suggestion_panel(run, status.range_result, rows, config.range_test.smoothing)
        elif status.state is State.STOPPED:
            st.info("This test was stopped before it had measured enough.", icon=":material/info:")
        else:
            outcome.went_wrong(status, "Start it again.")
    if rows:
        charts(run, status, rows, config.range_test.smoothing)
    progress.log(run, status)


def suggestion_panel(run: Run, result: RangeTestResult, rows: Rows, smoothing: float) -> None:
    """The learning rate that the test suggests, or why there is none."""
    lr = result.suggestion
    ended = f"The test stopped at iteration {format_count(result.stopped_at)}"
    ended += " because the loss diverged." if result.diverged else "."
    if lr is None:
        words = f"No suggestion. {as_is(result.reason)} {ended}"
        st.warning(words, icon=":material/warning:")
        return
    number, why, buttons = st.columns([2, 4, 4], vertical_alignment="center")
    number.metric("Suggested learning rate", format_learning_rate(float(f"{lr:.{_DIGITS}g}")))
    drafted = format_learning_rate(state.current_draft().schedule.learning_rate)
    why.markdown(
        f"{as_is(result.reason)} {_good_to_use(rows, smoothing)} {ended} "
        f"**The draft uses {drafted}.**"
    )
    with buttons, st.container(horizontal=True, horizontal_alignment="right"):
        use_button(run, float(f"{lr:.{_DIGITS}g}"))
        page.link("pages/train/train.py", "On to Train", icon=":material/arrow_forward:")


def _good_to_use(rows: Rows, smoothing: float) -> str:
    band = _band(rows, smoothing)
    if band is None:
        return ""
    low, high = (format_learning_rate(float(f"{end:.{_DIGITS}g}")) for end in band)
    return f"Good to use, shaded: {low} to {high}."


def _band(rows: Rows, smoothing: float) -> tuple[float, float] | None:
    return good_band([row["lr"] for row in rows], [row["loss"] for row in rows], smoothing)


def use_button(run: Run, lr: float) -> None:
    """One click puts the learning rate in the draft."""
    taken = state.current_draft().schedule.learning_rate == lr
    words = format_learning_rate(lr)
    st.button(
        f"{words} is in the draft" if taken else f"Use {words} in the draft",
        type="primary",
        icon=":material/check:" if taken else ":material/edit_note:",
        disabled=taken,
        on_click=page.attempt,
        args=(use, lr),
        key=f"use_{run.id}",
    )


def use(lr: float) -> None:
    """Raises ConfigError where a cyclical schedule's other learning rate lies below."""
    change = ("schedule.learning_rate", lr)
    state.update_draft(apply_changes(state.current_draft(), [change]))
    st.rerun()  # all of the page: the draft stands outside of what is watched too


def charts(run: Run, status: Status, rows: Rows, smoothing: float) -> None:
    """The curve large; the learning rates that it was measured with are one click away."""
    lrs, losses = [row["lr"] for row in rows], [row["loss"] for row in rows]
    suggestion = status.range_result.suggestion if status.range_result else None
    revision = (len(rows), suggestion)

    def curve() -> figures.Figure:
        good = _band(rows, smoothing) if suggestion is not None else None
        return figures.loss_figure(lrs, losses, smooth(losses, smoothing), suggestion, good)

    live_charts([Chart("Loss over learning rate", curve, 390)], f"charts_{run.id}", revision)
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
            live_charts([straight], f"more_{run.id}", revision)


main()
