"""What few people change of a training: precision, seed, clipping, averages, what is kept."""

from __future__ import annotations

import streamlit as st

from core.config import MOST_CARDS, MOST_TOWERS, EmaConfig, RunConfig
from core.machine import describe_device
from pages.widgets.form import Form

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
_NONE = "none"
_AVERAGES = {
    _NONE: "None: the weights as trained",
    "ema": "Exponential, over steps",
    "lookahead": "Lookahead: slow weights",
}
_AVERAGES_HELP = (
    "An average of the weights is often a little better than the last ones. It is what is "
    "validated, kept and saved, while training goes on with the weights as they are."
)
_CLIPPED = {
    _NONE: "Not at all",
    "clip_norm": "Shortened, all together",
    "clip_value": "Number by number",
}
_CLIPPED_HELP = "Gradients that are very large now and then are cut, so that no step goes astray."

_VIEWS = {
    _NONE: "One, as it is",
    "mirrored": "Two, one mirrored",
    "shifted": "Six, mirrored and shifted",
}
_VIEWS_HELP = (
    "What the network says of several views of a test image is averaged, which is often a little "
    "better. Not for images that mean something else in a mirror, as digits do."
)


def show(draft: RunConfig, form: Form) -> None:
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
            _graphics_cards(draft, form)
            _towers(draft, form)
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
                _average(draft, form)
            with st.container():
                _clipping(draft, form)
            with st.container():
                _views(draft, form)
            with st.container():
                _switches(draft, form)
        form.text("Name of the run", "title", help="Empty: data set and network.")


def _switches(draft: RunConfig, form: Form) -> None:
    form.toggle(
        "Repeat exactly",
        "training.deterministic",
        help="The same seed gives the same weights, bit for bit. Slower.",
    )
    if draft.optimizer.kind != "adam":
        form.toggle(
            "Decay all weights",
            "optimizer.decay_normalization_and_biases",
            help="Weight decay takes biases and normalization along, too.",
        )


def _average(draft: RunConfig, form: Form) -> None:
    path, averaging = "training.averaging", draft.training.averaging
    form.variant(
        "Average of weights",
        path,
        _AVERAGES,
        averaging.kind if averaging else _NONE,
        {kind: {path: None if kind == _NONE else {"kind": kind}} for kind in _AVERAGES},
        help=_AVERAGES_HELP,
    )
    if isinstance(averaging, EmaConfig):
        words = "What a step keeps of the average: 0.99 is an average over some hundred steps."
        form.number("Kept by a step", f"{path}.momentum", 0.0, 0.99999, 0.01, help=words)
    elif averaging is not None:
        words = "After so many steps the slow weights move, and the fast ones begin there."
        form.integer("Steps between (k)", f"{path}.k", 1, 1000, help=words)
        words = "How far the slow weights go towards the fast ones."
        form.number("Share of the way (alpha)", f"{path}.alpha", 0.0, 1.0, 0.1, help=words)


def _clipping(draft: RunConfig, form: Form) -> None:
    norm, value = "training.clip_norm", "training.clip_value"
    training = draft.training
    clips = "clip_norm" if training.clip_norm is not None else "clip_value"
    off = {norm: None, value: None}
    form.variant(
        "Gradients clipped",
        norm,
        _CLIPPED,
        _NONE if training.clip_norm is None and training.clip_value is None else clips,
        {_NONE: off, "clip_norm": {**off, norm: 1.0}, "clip_value": {**off, value: 0.1}},
        help=_CLIPPED_HELP,
    )
    if training.clip_norm is not None:
        words = "Of all gradients together, as one vector."
        form.number("Greatest length", norm, 1e-6, 1e6, 0.1, help=words)
    elif training.clip_value is not None:
        form.number("Largest number", value, 1e-6, 1e6, 0.01, help="Of each gradient, both ways.")


def _views(draft: RunConfig, form: Form) -> None:
    path, views = "test_views", draft.test_views
    now = _NONE if views is None else "shifted" if views.shift else "mirrored"
    form.variant(
        "Looks at a test image",
        path,
        _VIEWS,
        now,
        {
            _NONE: {path: None},
            "mirrored": {path: {"shift": 0}},
            "shifted": {path: {"shift": 1}},
        },
        help=_VIEWS_HELP,
    )
    if views is not None:
        if views.shift:
            form.integer("Shifted by, in pixels", f"{path}.shift", 1, 16)
        words = (
            "Other views are looked at only where the two likeliest classes are no further apart. "
            "100 %: always."
        )
        form.slider(
            "Where unsure by", f"{path}.unsure", 0.0, 1.0, 0.05, format="percent", help=words
        )


def _towers(draft: RunConfig, form: Form) -> None:
    """How many parts of a batch go side by side; of a processor with several cores alone."""
    device = describe_device()
    if (device.kind == "cpu" and device.cores > 1) or draft.training.towers > 1:
        words = (
            "A batch in so many parts side by side, each on cores of its own: up to 1.4 times as "
            "fast for small batches. Batch normalization then looks at a part alone."
        )
        with st.container():
            form.integer(
                "Parts of a batch side by side", "training.towers", 1, MOST_TOWERS, help=words
            )


def _graphics_cards(draft: RunConfig, form: Form) -> None:
    """How many cards share the work; asked only where there are several, or the draft has more."""
    there = describe_device().cards
    if (there or 1) > 1 or draft.training.gpus > 1:
        cards = MOST_CARDS if there is None else max(there, 1)
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
