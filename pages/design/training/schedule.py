"""The learning rate of the draft, its schedule, and the curve that comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.config import SHRINKING_POLICIES, PlateauSchedule, RunConfig, highest_momentum
from core.errors import ConfigError
from core.figures.curves import View, learning_rate_figure
from core.training.schedules import planned_curve_of_run, training_phases
from pages.session import state
from pages.session.division import divided
from pages.widgets.form import Form, edit
from pages.widgets.text import format_count

_SCHEDULES = {
    "constant": "Constant",
    "step": "Steps: times a factor every few epochs",
    "exponential": "Exponential: falls by a share an epoch",
    "inverse_time": "Falling: divided by 1 + decay × step",
    "polynomial": "Polynomial: falls in a line or a curve",
    "cosine": "Cosine: falls to 0, after a warm-up",
    "one_cycle": "One cycle: up to a peak, then down",
    "cyclical": "Cyclical: up and down again and again",
    "trapezoid": "Trapezoid: flat, then down in a line",
    "plateau": "On plateaus: lower when validation stalls",
}
_NAMES = {"one_cycle": "Peak learning rate", "cyclical": "Base learning rate"}
_POLICIES = {
    "triangular": "Triangles of one height",
    "triangular2": "Each half as high",
    "exp_range": "Lower each step",
    "write_up_2018": "As the 2018 write-up shrinks",
}
_GAMMA = 0.9999  # a first one: after 10,000 steps a third is left
_WARM_UP = "The share of all steps in which the learning rate rises."
_END = "The share of the learning rate that is left at the end."
_CYCLE_MOMENTUM = (
    "Momentum goes the other way, high where the learning rate is low (Smith 2018). With Adam and "
    "its kin beta 1 counts as momentum."
)


def show(draft: RunConfig, form: Form) -> None:
    form.choice("Learning-rate schedule", "schedule.kind", _SCHEDULES, on_change=_change_schedule)
    kind = draft.schedule.kind
    with st.grid(2, min_column_width=150):
        with st.container():
            form.learning_rate(
                _NAMES.get(kind, "Learning rate"),
                "schedule.learning_rate",
                help="How far each step goes. The range test suggests one.",
            )
        if kind in _FIELDS:
            _FIELDS[kind](form)
    if kind in _BELOW:
        _BELOW[kind](form)
    _curve(draft)
    if kind == "cyclical":
        _write_up()


def _step(form: Form) -> None:
    with st.container():
        form.number("Factor", "schedule.factor", 1e-6, 1.0, 0.05, help="Times this at each drop.")
    with st.container():
        form.integer("Every so many epochs", "schedule.every", 1, 10_000)


def _exponential(form: Form) -> None:
    with st.container():
        words = "What an epoch leaves of the learning rate."
        form.number("Factor an epoch", "schedule.factor", 1e-6, 1.0, 0.01, help=words)


def _inverse_time(form: Form) -> None:
    with st.container():
        form.number("Decay a step", "schedule.decay", 0.0, 1.0, 1e-4)


def _polynomial(form: Form) -> None:
    with st.container():
        words = "1 is a line; above it the learning rate falls fast first, then slowly."
        form.number("Power", "schedule.power", 1e-3, 10.0, 0.5, help=words)
    with st.container():
        form.slider("Left at the end", "schedule.end", 0.0, 1.0, 0.01, format="percent", help=_END)


def _cosine(form: Form) -> None:
    with st.container():
        _share(form, "Warm-up share", "schedule.warmup", _WARM_UP)
    with st.container():
        form.slider("Left at the end", "schedule.end", 0.0, 1.0, 0.01, format="percent", help=_END)
    with st.container():
        form.switch(
            "Restarts",
            "schedule.first_period",
            on={"schedule.first_period": 1},
            off={"schedule.first_period": None},
            help="The learning rate jumps up again and falls anew (SGDR).",
        )


def _restarts(form: Form) -> None:
    if form.value("schedule.first_period") is None:
        return
    with st.grid(3, min_column_width=130):
        with st.container():
            words = "Epochs from the first fall to the first restart."
            form.integer("First period", "schedule.first_period", 1, 10_000, help=words)
        with st.container():
            words = "Each period is so many times as long as the one before."
            form.number("Times longer", "schedule.t_mult", 1.0, 10.0, 0.5, help=words)
        with st.container():
            words = "Times the learning rate at each restart."
            form.number("Peak factor", "schedule.restart_factor", 1e-6, 1.0, 0.05, help=words)


def _one_cycle(form: Form) -> None:
    with st.container():
        _share(form, "Warm-up share", "schedule.warmup", _WARM_UP)


def _momentum(form: Form) -> None:
    form.toggle("Cycle momentum too", "schedule.cycle_momentum", help=_CYCLE_MOMENTUM)
    if form.value("schedule.cycle_momentum"):
        with st.grid(2, min_column_width=150):
            with st.container():
                form.number("Highest momentum", "schedule.max_momentum", 0.0, 0.999, 0.01)
            with st.container():
                form.number("Lowest momentum", "schedule.min_momentum", 0.0, 0.999, 0.01)


def _cyclical(form: Form) -> None:
    with st.container():
        form.learning_rate("Highest learning rate", "schedule.max_learning_rate")
    with st.container():
        form.integer("Steps in half a cycle", "schedule.step_size", 1, 1_000_000, step=100)
    with st.container():
        form.choice("Triangles", "schedule.policy", _POLICIES, on_change=_change_policy)
    with st.container():
        if form.value("schedule.policy") in SHRINKING_POLICIES:
            words = "Times the height at each step, and as the write-up has it at each cycle too."
            form.number("Shrink factor (gamma)", "schedule.gamma", 1e-6, 1.0, 1e-4, help=words)


def _write_up() -> None:
    st.button(
        "The 2018 write-up's numbers",
        key="write_up_cycle",
        icon=":material/history:",
        type="tertiary",
        on_click=edit,
        args=({"schedule": {"kind": "cyclical"}}, "schedule.kind"),
        help="From 0.0001 to 0.006 and back in 2,000 steps.",
    )


def _trapezoid(form: Form) -> None:
    with st.container():
        _share(form, "Warm-up share", "schedule.warmup", _WARM_UP)
    with st.container():
        words = "The share of all steps in which the learning rate falls to 0."
        _share(form, "Falling share", "schedule.fall", words)


def _plateau(form: Form) -> None:
    with st.container():
        form.number("Factor", "schedule.factor", 1e-6, 0.999, 0.05, help="Times this each time.")
    with st.container():
        words = "Epochs in which the validation loss has not improved."
        form.integer("Patience in epochs", "schedule.patience", 1, 1000, help=words)
    with st.container():
        words = "What the validation loss must fall by to have improved."
        form.number("Least improvement", "schedule.min_delta", 0.0, 1000.0, 1e-4, help=words)
    with st.container():
        words = "Epochs after each reduction that do not count."
        form.integer("Cooldown in epochs", "schedule.cooldown", 0, 1000, help=words)
    with st.container():
        form.learning_rate("Lowest learning rate", "schedule.min_learning_rate")


def _share(form: Form, label: str, path: str, help: str) -> None:
    form.slider(label, path, 0.0, 1.0, 0.05, format="percent", help=help)


_FIELDS: Mapping[str, Callable[[Form], None]] = {
    "step": _step,
    "exponential": _exponential,
    "inverse_time": _inverse_time,
    "polynomial": _polynomial,
    "cosine": _cosine,
    "one_cycle": _one_cycle,
    "cyclical": _cyclical,
    "trapezoid": _trapezoid,
    "plateau": _plateau,
}
_BELOW: Mapping[str, Callable[[Form], None]] = {
    "cosine": _restarts,
    "one_cycle": _momentum,
}


def _change_schedule(path: str, key: str) -> None:
    """The learning rate stays; other learning rates must fit it."""
    kind, lr = state.widget_value(key), state.current_draft().schedule.learning_rate
    schedule = {"kind": kind, "learning_rate": lr}
    if kind == "cyclical":
        schedule["max_learning_rate"] = min(10 * lr, 100.0)
    elif kind == "plateau":
        schedule["min_learning_rate"] = min(1e-6, lr / 1000)
    edit({"schedule": schedule}, path)


def _change_policy(path: str, key: str) -> None:
    """A gamma goes with the policies that have a use for it."""
    policy = state.widget_value(key)
    gamma = _GAMMA if policy in SHRINKING_POLICIES else 1.0
    edit({path: policy, "schedule.gamma": gamma}, path)


def _curve(draft: RunConfig) -> None:
    """The learning rate over the run as planned; nothing while the images are not known."""
    training = draft.training
    images = _training_images(draft)
    if images is None and training.steps_per_epoch is None:
        return
    epoch, total = training.steps_in_epoch(images or 0), training.total_steps(images or 0)
    rows = planned_curve_of_run(training_phases(draft, images or 0))
    # Of a plateau the curve is only begun: the axis has all epochs nevertheless.
    momentum = highest_momentum(draft.schedule) is not None
    view = View(training.epochs, fine_tuned_from=training.frozen_epochs, momentum=momentum)
    figure = learning_rate_figure(rows, view, height=230)
    if not momentum:  # else a legend stands there
        figure["layout"]["margin"]["t"] = 8
    st.plotly_chart(figure, key="schedule_curve")
    steps = f"{format_count(epoch)} steps an epoch, {format_count(total)} steps in all."
    st.caption(" ".join([*_beyond_the_curve(draft.schedule), steps]))


def _beyond_the_curve(schedule: Any) -> list[str]:
    """What of a schedule its curve does not show."""
    if isinstance(schedule, PlateauSchedule):
        first = schedule.patience + 1
        return [
            f"The rest depends on validation: after epoch {format_count(first)} at the earliest "
            f"the learning rate is multiplied by {schedule.factor:g} whenever the validation "
            "loss has stalled."
        ]
    return []


def _training_images(draft: RunConfig) -> int | None:
    """How many there are to train on; None where that would take long work, or cannot be."""
    try:
        found = divided(draft)
    except ConfigError:
        return None  # said beside the fields of the division
    return len(found.train) if found is not None else None
