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
                    "Initial weights of convolutions", "architecture.initializer", _INITIALIZERS
                )
        with st.container():
            form.choice(
                "Initial weights of dense layers",
                "architecture.dense_initializer",
                _INITIALIZERS,
                help="Of the output too.",
            )
        if _normalizes(draft):
            with st.container():
                _momentum(form)
    for place, found in enumerate(plan.misfits):
        if found.block is None:
            page.show_error(f"{found.why} {found.advice}".strip())
            misfit.mends(found, f"whole_{place}")


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
