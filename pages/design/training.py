"""Training of the draft: optimizer, learning rate and its schedule, length, what is kept."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import RunConfig
from core.errors import DatasetError
from core.figures.curves import learning_rate_figure
from core.jobs.preflight import Preflight
from core.machine import describe_device
from core.training.schedules import Length, planned_curve
from pages.session import cache, state
from pages.widgets.form import Form, edit
from pages.widgets.text import format_count

_OPTIMIZERS = {
    "sgd": "SGD with momentum",
    "adam": "Adam",
    "adamw": "AdamW (Adam with weight decay)",
    "rmsprop": "RMSprop",
}
_SCHEDULES = {
    "constant": "Constant",
    "inverse_time": "Falling: divided by 1 + decay × step",
    "cosine": "Cosine: falls to 0, after a warm-up",
    "one_cycle": "One cycle: up to a peak, then down",
    "cyclical": "Cyclical: up and down again and again",
}
_MONITORS = {"val_loss": "Validation loss", "val_accuracy": "Validation accuracy"}
_PRECISION_HELP = (
    "Mixed precision multiplies with numbers of 16 bits, which is faster where the device has "
    "it. Weights and the output stay in 32 bits."
)
_KEEP = {
    "best_val_accuracy": "Of the best validation accuracy",
    "best_val_loss": "Of the best validation loss",
    "last": "Of the last epoch",
}
_KEEP_BY_STOPPING = {"early_stopping": "Of the best by what stopping early watches"}
_KEEP_HELP = "Which epoch's weights the saved model gets."
_STOP_EARLY = {"training.early_stopping": {"monitor": "val_loss", "patience": 5}}


def show(draft: RunConfig, plan: Preflight) -> None:
    form = Form(draft)
    left, right = st.columns(2, gap="large")
    with left:
        _length(draft, form)
        _optimizer(draft, form)
    with right:
        _schedule(draft, form, plan)
    _advanced(draft, form)


def _length(draft: RunConfig, form: Form) -> None:
    epochs, batch = st.columns(2)
    with epochs:
        form.integer(
            "Epochs",
            "training.epochs",
            1,
            10_000,
            help="How often the network sees every training image.",
        )
    with batch:
        form.integer(
            "Batch size",
            "training.batch_size",
            1,
            8192,
            step=16,
            help="A batch is the images that one step learns from. Larger ones are faster and "
            "need more memory.",
        )
    stops = form.switch(
        "Stop early",
        "training.early_stopping",
        on=_STOP_EARLY,
        off=_run_to_the_end(draft),
        help="Ends the run when validation has not improved for some epochs.",
    )
    if stops:
        monitor, patience = st.columns(2)
        with monitor:
            form.choice("Watch", "training.early_stopping.monitor", _MONITORS)
        with patience:
            form.integer("Patience in epochs", "training.early_stopping.patience", 1, 1000)


def _run_to_the_end(draft: RunConfig) -> dict[str, Any]:
    """What was kept by early stopping is then the best by what it monitored."""
    training = draft.training
    if training.keep != "early_stopping":
        return {"training.early_stopping": None}
    return {"training.keep": f"best_{training.keep_monitor}", "training.early_stopping": None}


def _optimizer(draft: RunConfig, form: Form) -> None:
    form.choice("Optimizer", "optimizer.kind", _OPTIMIZERS)
    kind = draft.optimizer.kind
    if kind == "sgd":
        form.number("Momentum", "optimizer.momentum", 0.0, 0.999, 0.05)
        form.toggle("Nesterov momentum", "optimizer.nesterov")
    elif kind == "adam":
        first, second = st.columns(2)
        with first:
            form.number("Beta 1", "optimizer.beta_1", 0.0, 0.9999, 0.01)
        with second:
            form.number("Beta 2", "optimizer.beta_2", 0.0, 0.99999, 0.001)
    elif kind == "adamw":
        form.number("Weight decay", "optimizer.weight_decay", 0.0, 1.0, 0.005)
    else:
        form.number("Rho", "optimizer.rho", 0.0, 0.999, 0.01)


def _schedule(draft: RunConfig, form: Form, plan: Preflight) -> None:
    form.choice("Learning-rate schedule", "schedule.kind", _SCHEDULES, on_change=_change_schedule)
    kind = draft.schedule.kind
    name = {"one_cycle": "Peak learning rate", "cyclical": "Base learning rate"}
    form.learning_rate(
        name.get(kind, "Learning rate"),
        "schedule.learning_rate",
        help="How far each step goes. The range test suggests one.",
    )
    if kind == "inverse_time":
        form.number("Decay a step", "schedule.decay", 0.0, 1.0, 1e-4)
    elif kind in ("cosine", "one_cycle"):
        form.slider("Warm-up share", "schedule.warmup", 0.0, 1.0, 0.05, format="percent")
    elif kind == "cyclical":
        form.learning_rate("Highest learning rate", "schedule.max_learning_rate")
        form.integer("Steps in half a cycle", "schedule.step_size", 1, 1_000_000, step=100)
        form.number("Shrink factor (gamma)", "schedule.gamma", 1e-6, 1.0, 0.001)
    _curve(draft, plan)


def _change_schedule(path: str, key: str) -> None:
    """The learning rate stays; a cycle's other end must lie above it."""
    kind, lr = state.widget_value(key), state.current_draft().schedule.learning_rate
    schedule = {"kind": kind, "learning_rate": lr}
    if kind == "cyclical":
        schedule["max_learning_rate"] = min(10 * lr, 100.0)
    edit({"schedule": schedule}, path)


def _curve(draft: RunConfig, plan: Preflight) -> None:
    """The learning rate over the run as planned; nothing while the images are not known."""
    training = draft.training
    images = _training_images(draft, plan)
    if images is None and training.steps_per_epoch is None:
        return
    epoch, total = training.steps_in_epoch(images or 0), training.total_steps(images or 0)
    rows = planned_curve(draft.schedule, Length(total, epoch))
    figure = learning_rate_figure(rows, height=230)
    figure["layout"]["margin"]["t"] = 8
    st.plotly_chart(figure, key="schedule_curve")
    st.caption(f"{format_count(epoch)} steps an epoch, {format_count(total)} steps in all.")


def _training_images(draft: RunConfig, plan: Preflight) -> int | None:
    """How many there are to train on; None where that would take long work."""
    if plan.info is None or plan.info.state != "ready":
        return None
    try:
        return len(cache.subset(draft, "train"))
    except DatasetError:
        return None  # said on top of the page


def _advanced(draft: RunConfig, form: Form) -> None:
    with st.expander("Advanced", icon=":material/settings:", key="advanced_training"):
        with st.grid(3, min_column_width=210):
            with st.container():
                form.choice("Precision", "training.precision", _precisions(), help=_PRECISION_HELP)
            with st.container():
                form.integer(
                    "Seed",
                    "training.seed",
                    0,
                    2**31 - 1,
                    help="All chance is drawn from this number: first weights, order of images, "
                    "random changes. The same seed repeats a run.",
                )
            _graphics_cards(form)
            with st.container():
                stops = draft.training.early_stopping is not None
                choices = _KEEP_BY_STOPPING | _KEEP if stops else _KEEP
                form.choice("Weights kept", "training.keep", choices, help=_KEEP_HELP)
            with st.container():
                form.number("Label smoothing", "training.label_smoothing", 0.0, 1.0, 0.05)
            with st.container():
                form.integer(
                    "Steps an epoch",
                    "training.steps_per_epoch",
                    1,
                    10_000_000,
                    step=10,
                    optional="All images once",
                )
            with st.container():
                form.integer(
                    "Validation steps",
                    "training.validation_steps",
                    1,
                    10_000_000,
                    step=10,
                    optional="All validation images",
                )
            with st.container():
                form.toggle(
                    "Repeat exactly",
                    "training.deterministic",
                    help="The same seed gives the same weights, bit for bit. Slower.",
                )
        form.text("Name of the run", "title", help="Empty: data set and network.")


def _graphics_cards(form: Form) -> None:
    """How many cards share the work; asked only where there are several."""
    cards = describe_device().cards
    if cards > 1:
        words = "Each batch is shared out over so many."
        with st.container():
            form.integer("Graphics cards", "training.gpus", 1, cards, help=words)


def _precisions() -> dict[str, str]:
    words = {
        "float32": "32-bit",
        "mixed_bfloat16": "Mixed, bfloat16",
        "mixed_float16": "Mixed, float16",
    }
    found = describe_device().precision
    return {"auto": f"Automatic: {words.get(found, found)} here", **words}
