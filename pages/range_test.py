"""Learning-rate range test: raise the rate batch by batch, watch the loss, take a rate."""

from __future__ import annotations

import streamlit as st

from core.config import ConfigError, RangeTestConfig, RunConfig, apply_overrides
from core.figures import range_test as figures
from core.runs import Run, State, Status
from core.training.range_test import smooth
from pages.components import cache, launch, layout, progress, state, watching
from pages.components.fields import Form
from pages.components.live_chart import live_chart


def main() -> None:
    layout.header(
        "Learning-rate range test",
        "Trains a throw-away copy of the draft at rising learning rates: where the loss falls "
        "fastest is a good rate to train with.",
    )
    draft = state.current_draft()
    settings(draft)
    candidates = state.runs("range-test")
    if not candidates:
        layout.empty_state(
            "No range test has been run yet. Start one above; it takes about a minute.",
            "pages/design.py",
            "Change the draft first",
        )
        return
    run = layout.run_picker(candidates, "range_run", "Range test")
    if run is not None:
        watching.watch(run, show)


def settings(draft: RunConfig) -> None:
    """The range, written to the draft as it is changed, and the button that starts the test."""
    with st.container(border=True):
        launch.panel(draft, "Start the test", "range-test")
        form = Form(draft)
        columns = st.columns(4)
        with columns[0]:
            form.rate("From", "range_test.start", help="The first learning rate.")
        with columns[1]:
            form.rate("To", "range_test.end", help="The last learning rate.")
        with columns[2]:
            form.integer(
                "Iterations", "range_test.iterations", 20, 5000, step=10,
                help="One batch each. More make a finer curve.",
            )  # fmt: skip
        with columns[3]:
            form.integer(
                "Batch size", "range_test.batch_size", 1, 8192,
                optional=str(draft.training.batch_size),
                help="Empty: the draft's own. A rate suits the batch size that it was found with.",
            )  # fmt: skip


def show(run: Run, status: Status) -> None:
    """All of a test. Each part has its own place, so that the charts stay in theirs."""
    progress.headline(run, status, pausable=False)
    with st.container():
        progress.outcome(run, status, "Start it again.")
        if status.state is not State.FINISHED:
            progress.bar(run, status)
        if status.result:
            suggestion_panel(run, status)
    with st.container():
        charts(run, status, cache.run_config(run).range_test)
    progress.log(run, status)


def suggestion_panel(run: Run, status: Status) -> None:
    """The rate that the test suggests, or why there is none."""
    rate = status.result.get("suggestion")
    ended = f"The test stopped at iteration {status.result.get('stopped_at', status.step)}"
    ended += " because the loss diverged." if status.result.get("diverged") else "."
    if rate is None:
        st.warning(f"No suggestion. {status.result.get('reason', '')} {ended}")
        return
    with st.container(border=True):
        number, why, buttons = st.columns([2, 3, 3], vertical_alignment="center")
        number.metric("Suggested learning rate", scientific(rate))
        why.caption(f"{status.result.get('reason', '')} {ended}")
        with buttons, st.container(horizontal_alignment="right"):
            use_button(run, float(f"{rate:.2g}"))
            layout.link("pages/train.py", "On to Train", icon=":material/arrow_forward:")


def use_button(run: Run, rate: float) -> None:
    """One click puts the rate in the draft."""
    taken = state.current_draft().schedule.learning_rate == rate
    st.button(
        f"{scientific(rate)} is in the draft" if taken else f"Use {scientific(rate)} in the draft",
        type="primary",
        icon=":material/check:" if taken else ":material/edit_note:",
        disabled=taken,
        on_click=use,
        args=(rate,),
        key=f"use_{run.id}",
    )


def use(rate: float) -> None:
    try:
        assignment = f"schedule.learning_rate={rate}"
        state.update_draft(apply_overrides(state.current_draft(), [assignment]))
    except ConfigError as error:  # a cyclical schedule whose other rate lies below
        st.toast(str(error), icon=":material/error:")


def scientific(rate: float) -> str:
    """0.0032 -> "3.2e-3"."""
    mantissa, _, exponent = f"{rate:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def charts(run: Run, status: Status, test: RangeTestConfig) -> None:
    rows = [row for row in cache.metrics_log(run).read() if row["kind"] == "range"]
    if not rows:
        return
    rates, losses = [row["lr"] for row in rows], [row["loss"] for row in rows]
    suggestion = status.result.get("suggestion")
    left, right = st.columns([2, 3])
    with left:
        st.markdown("**Learning rate over iterations**")
        live_chart(
            lambda: figures.lr_figure(rows, log_y=True),
            f"rates_{run.id}", 340, revision=len(rows), label="Learning rate over iterations",
        )  # fmt: skip
    with right:
        st.markdown("**Loss over learning rate**")
        live_chart(
            lambda: figures.loss_figure(
                rates, losses, smooth(losses, test.smoothing), suggestion
            ),
            f"losses_{run.id}", 340, revision=(len(rows), suggestion),
            label="Loss over learning rate",
        )  # fmt: skip


main()
