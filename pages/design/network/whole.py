"""What is of the whole network: initial weights, the way from maps to a vector, the output."""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig
from core.jobs.preflight import Preflight
from pages.widgets import misfit, page
from pages.widgets.form import Form

_FLATTENS = {
    "flatten": "Flatten: every value",
    "global_average": "Global average of each channel",
    "global_max": "Global maximum of each channel",
}
_HEADS = {"softmax": "Softmax: an output a class", "sigmoid": "Sigmoid: one output, two classes"}
_INITIALIZERS = {
    "glorot_uniform": "Glorot uniform",
    "he_uniform": "He uniform",
    "he_normal": "He normal",
}
_OF_DENSE_LAYERS = {**_INITIALIZERS, "small_normal": "Small normal: all classes alike"}
_OF_CONVOLUTIONS = {**_INITIALIZERS, "dirac": "Dirac: hand on what comes in"}
_NONE = "none"
_PATCHES = {str(size): f"Patches of {size} × {size}" for size in range(1, 6)}


def show(draft: RunConfig, plan: Preflight, form: Form) -> None:
    with st.grid(3, min_column_width=200):
        with st.container():
            form.choice("From maps to a vector", "architecture.flatten", _FLATTENS)
        with st.container():
            form.number("Dropout after that", "architecture.flatten_dropout", 0.0, 0.95, 0.05)
        with st.container():
            form.choice("Output", "architecture.head", _HEADS)
        if draft.architecture.blocks:
            with st.container():
                form.choice(
                    "Initial weights of convolutions", "architecture.initializer", _OF_CONVOLUTIONS
                )
            with st.container():
                _whitening(draft, form)
        with st.container():
            form.choice(
                "Initial weights of dense layers",
                "architecture.dense_initializer",
                _OF_DENSE_LAYERS,
                help="Of the output too.",
            )
        if _normalizes(draft):
            with st.container():
                _momentum(form)
            with st.container():
                form.toggle(
                    "Batch normalization with a scale",
                    "architecture.batch_normalization_scale",
                    help="A factor for each map that is trained, besides the offset.",
                )
    for place, found in enumerate(plan.misfits):
        if found.block is None:
            page.show_error(f"{found.why} {found.advice}".strip())
            misfit.mends(found, f"whole_{place}")


def _whitening(draft: RunConfig, form: Form) -> None:
    path, whitening = "architecture.whitening", draft.architecture.whitening
    kept = {} if whitening is None else whitening.model_dump(mode="json")
    form.variant(
        "Whitening first layer",
        path,
        {_NONE: "None", **_PATCHES},
        _NONE if whitening is None else str(whitening.kernel_size),
        {_NONE: {path: None}}
        | {size: {path: {**kept, "kernel_size": int(size)}} for size in _PATCHES},
        help="Filters that are set from the training images and not trained: what is alike in all "
        "patches of an image is taken out, so that training begins where it matters.",
    )


def _normalizes(draft: RunConfig) -> bool:
    found = [block.normalization for block in draft.architecture.blocks]
    found += [dense.normalization for dense in draft.architecture.dense]
    return any(normalization != "none" for normalization in found)


def _momentum(form: Form) -> None:
    form.number(
        "Momentum of batch normalization",
        "architecture.batch_normalization_momentum",
        0.0,
        0.999,
        0.01,
        help="How slowly its running averages follow: 0.99 averages over some hundred steps, 0.9, "
        "for short runs, over ten.",
    )
