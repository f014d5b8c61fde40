"""What the drafted network costs: parameters, arithmetic, and what an epoch takes here.

How long is said with how far off it may be; one click times this very network.
"""

from __future__ import annotations

import streamlit as st

from core.config import BASES, RunConfig
from core.jobs import preflight
from core.jobs.preflight import Preflight
from core.jobs.timings import newest_timing, start_timing
from core.runs import Run, State
from pages.session import pace
from pages.widgets import page
from pages.widgets.text import DASH, as_is, as_lines, format_bytes, format_count, format_large

_LOOK_SECONDS = 1.0  # between looks at a timing
_HOW = (
    "Training on all images once, with validation. Timed for this very network by some steps on "
    "its images, a matter of seconds; before that reckoned from what ran here and is most like it."
)
_MEMORY = (
    "About what a training step on one batch takes: activations, weights, gradients and what the "
    "optimizer keeps. TensorFlow itself, and images on their way, come on top. Graphics cards that "
    "train together share a batch: then of each."
)
_RECEPTIVE_FIELD = (
    "The square of the image that one value of the last maps depends on. Larger than the image: "
    "each value there has seen all of it."
)
_MULTIPLY_ADDS = (
    "Multiplications, each with an addition, for one image to go through the network once: the "
    "convolutions' and the dense layers'. Training takes about three times as many."
)


def show(draft: RunConfig, plan: Preflight) -> None:
    with st.grid(2, min_column_width=110, gap=("small", "xsmall"), key="network_costs"):
        with st.container():
            many = format_count(plan.parameters)
            st.metric("Parameters", many, help=_parameters(draft, plan))
        with st.container():
            many = format_large(plan.multiply_adds)
            st.metric("Multiply-adds", many, help=_MULTIPLY_ADDS)
        with st.container():
            memory = format_bytes(plan.memory.total) if plan.memory is not None else DASH
            st.metric("Memory of a step", memory, help=_MEMORY)
        with st.container():
            st.metric("Receptive field", _receptive_field(plan), help=_RECEPTIVE_FIELD)
    _epoch(draft, plan)


def _receptive_field(plan: Preflight) -> str:
    """Of the last maps: "44 × 44 px"."""
    sides = [layer.receptive_field for layer in plan.layers if layer.receptive_field is not None]
    return f"{format_count(sides[-1])} × {format_count(sides[-1])} px" if sides else DASH


def _parameters(draft: RunConfig, plan: Preflight) -> str:
    """How many are trained, and what the others are."""
    what = "Numbers that make up the network."
    if plan.trainable == plan.parameters:
        return f"{what} All of them are trained."
    trained = f"{what} {format_count(plan.trainable)} of them are trained"
    base = draft.architecture.base
    if base is None:
        return f"{trained}; the others are the moving averages of batch normalization."
    if draft.training.fine_tuning is None:
        return f"{trained}; the others are of the base, which stays as it is."
    more = format_count(plan.trainable + BASES[base].trained_on)
    return f"{trained} at first, {more} once the base is fine-tuned."


def _epoch(draft: RunConfig, plan: Preflight) -> None:
    """What an epoch takes; looked at again while a timing of it is on its way."""
    timing = newest_timing(draft)
    state = timing.status().state if timing is not None else None
    again = _LOOK_SECONDS if state is not None and state.alive else None
    st.fragment(_draw_epoch, run_every=again)(draft, plan, timing, state)


def _draw_epoch(
    draft: RunConfig, plan: Preflight, timing: Run | None, before: State | None
) -> None:
    status = timing.status() if timing is not None else None
    if status is not None and status.state is not before:
        st.rerun(scope="app")
    found = pace.epoch_time(draft, plan)
    alive = status is not None and status.state.alive
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.metric("An epoch here", pace.in_words(found), help=_HOW, width="content")
        if not alive:
            st.button(
                "Time it again" if found is not None and found.timed else "Time it here",
                icon=":material/timer:",
                type="tertiary",
                key="time_it",
                disabled=plan.problem is not None,
                on_click=page.attempt,
                args=(_start, draft),
            )
    if status is not None and alive:
        st.caption(f":material/timer: {as_is(status.doing)}")
    elif status is not None and status.state in (State.FAILED, State.CRASHED):
        st.caption(f":material/error: {as_lines(f'{status.error} {status.advice}')}")


def _start(draft: RunConfig) -> None:
    """Raises UserError where it cannot be started."""
    preflight.check(draft)
    start_timing(draft)
    st.rerun()  # all of the page: this part of it is drawn again with the timing it had before
