"""Learning-rate range test: raise it batch by batch, watch the loss, take a suggestion."""

from __future__ import annotations

import streamlit as st

from core.config import RangeTestConfig, RunConfig, apply_changes
from core.figures import lr_range as figures
from core.runs import RangeTestResult, Run, State, Status
from core.training.lr_suggestion import smooth
from pages.session import cache, run_list, state
from pages.train import progress, start_panel, watching
from pages.widgets import page
from pages.widgets.form import Form
from pages.widgets.live_charts import Chart, live_charts
from pages.widgets.run_picker import run_picker
from pages.widgets.text import as_is


def main() -> None:
    page.header(
        "Learning-rate range test",
        "Trains a throw-away copy of the draft at rising learning rates: where the loss falls "
        "fastest is a good learning rate to train with.",
    )
    draft = state.current_draft()
    settings(draft)
    candidates = run_list.runs("range-test")
    if not candidates:
        page.empty_state(
            "No range test has been run yet. Start one above; it takes about a minute.",
            "pages/design/design.py",
            "Change the draft first",
        )
        return
    run = run_picker(candidates, "range_run")
    if run is not None:
        watching.watch(run, show)


def settings(draft: RunConfig) -> None:
    """The range, written to the draft as it is changed, and the button that starts the test."""
    with st.container(border=True):
        start_panel.panel(draft, "Start the test", "range-test")
        form = Form(draft)
        columns = st.columns(4)
        with columns[0]:
            form.learning_rate("From", "range_test.start", help="The first learning rate.")
        with columns[1]:
            form.learning_rate("To", "range_test.end", help="The last learning rate.")
        with columns[2]:
            form.integer(
                "Iterations",
                "range_test.iterations",
                20,
                5000,
                step=10,
                help="One batch each. More make a finer curve.",
            )
        with columns[3]:
            form.integer(
                "Batch size",
                "range_test.batch_size",
                1,
                8192,
                optional=str(draft.training.batch_size),
                help="Empty: the draft's own. A rate suits the batch size that it was found with.",
            )


def show(run: Run, status: Status) -> None:
    """All of a test. What comes and goes above the charts has a place: they keep theirs."""
    progress.headline(run, status, pausable=False)
    with st.container():
        progress.outcome(run, status, "Start it again.")
        if status.state is not State.FINISHED:
            progress.bar(run, status)
        if status.range_result is not None:
            suggestion_panel(run, status.range_result)
    charts(run, status, cache.run_config(run).range_test)
    progress.log(run, status)


def suggestion_panel(run: Run, result: RangeTestResult) -> None:
    """The learning rate that the test suggests, or why there is none."""
    lr = result.suggestion
    ended = f"The test stopped at iteration {result.stopped_at}"
    ended += " because the loss diverged." if result.diverged else "."
    if lr is None:
        words = f"No suggestion. {as_is(result.reason)} {ended}"
        st.warning(words, icon=":material/warning:")
        return
    with st.container(border=True):
        number, why, buttons = st.columns([2, 3, 3], vertical_alignment="center")
        number.metric("Suggested learning rate", scientific(lr))
        why.caption(f"{as_is(result.reason)} {ended}")
        with buttons, st.container(horizontal_alignment="right"):
            use_button(run, float(f"{lr:.2g}"))
            page.link("pages/train/train.py", "On to Train", icon=":material/arrow_forward:")


def use_button(run: Run, lr: float) -> None:
    """One click puts the learning rate in the draft."""
    taken = state.current_draft().schedule.learning_rate == lr
    st.button(
        f"{scientific(lr)} is in the draft" if taken else f"Use {scientific(lr)} in the draft",
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


def scientific(lr: float) -> str:
    """0.0032 -> "3.2e-3"."""
    mantissa, _, exponent = f"{lr:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def charts(run: Run, status: Status, test: RangeTestConfig) -> None:
    rows = [row for row in cache.metrics_log(run).read() if row["kind"] == "range"]
    if not rows:
        return
    lrs, losses = [row["lr"] for row in rows], [row["loss"] for row in rows]
    suggestion = status.range_result.suggestion if status.range_result else None
    live_charts(
        [
            Chart(
                "Learning rate over iterations",
                lambda: figures.lr_figure(rows, log_y=True),
                340,
                titled=True,
            ),
            Chart(
                "Loss over learning rate",
                lambda: figures.loss_figure(
                    lrs, losses, smooth(losses, test.smoothing), suggestion
                ),
                340,
                titled=True,
            ),
        ],
        f"charts_{run.id}",
        revision=(len(rows), suggestion),
    )


main()
