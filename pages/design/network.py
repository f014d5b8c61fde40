"""Network of the draft: presets as small drawings, its drawing and layers, and its parts."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.config import MOST_BLOCKS, PRESETS, ArchitectureConfig, BlockConfig, Preset, RunConfig
from core.errors import ConfigError
from core.figures.network import network_drawing, shape_words
from core.jobs.preflight import Preflight
from core.models.plan import LayerPlan, plan_layers, smallest_side, total_parameters
from pages.design import cards, costs
from pages.design.drawing import network_figure
from pages.widgets import misfit
from pages.widgets.form import Form, edit
from pages.widgets.text import format_count

_ACTIVATIONS = {
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU (swish)",
    "tanh": "tanh",
    "maxout": "Maxout",
    "none": "None",
}
_NORMALIZATIONS = {"none": "None", "before": "Before activation", "after": "After activation"}
_PADDINGS = {"same": "Same: keeps the size", "valid": "Valid: no padding, shrinks"}
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
_POOLS = {"max": "Max", "average": "Average", "none": "None"}
# One row of labels stands for all blocks where they lie under it; screen readers hear each.
_ROWS = """<style>@media (min-width: 641px) {
[class*="st-key-block_row_"]:not(.st-key-block_row_0) [data-testid="stWidgetLabel"] {
  min-height:0; height:0; margin:0; overflow:hidden}
}</style>"""


def show(draft: RunConfig, plan: Preflight) -> None:
    shown = [_card(preset, draft, plan) for preset in PRESETS.values()]
    cards.row(shown, "preset", partial(_take, plan), across=len(shown))
    misfit.offer(draft, plan, "network")  # again: the top of the page may be out of sight
    if plan.layers and plan.input_shape and plan.info is not None:
        left, right = st.columns([5, 3], gap="medium")
        with left:
            network_figure(plan.layers, plan.input_shape, plan.info.classes)
        with right:
            _layers(plan)
        costs.show(draft, plan)
    form = Form(draft)
    _blocks(draft, form)
    _whole(form)


def _card(preset: Preset, draft: RunConfig, plan: Preflight) -> cards.Card:
    """The preset as it would be on the draft's images, else on those that it was made for."""
    architecture = _suited(preset, plan)
    shape, classes = plan.input_shape or preset.input_shape, plan.num_classes or preset.classes
    try:
        layers = plan_layers(architecture, shape, classes)
        words = f"{format_count(total_parameters(layers))} parameters"
    except ConfigError:
        layers = plan_layers(preset.architecture, preset.input_shape, preset.classes)
        side, shape = smallest_side(architecture), preset.input_shape
        words = f":material/warning: Needs {side} × {side} pixels"
    chosen = draft.architecture == architecture
    return cards.Card(
        preset.name,
        preset.title,
        (network_drawing(layers, shape, (), words=False).uri,),
        (words,),
        help=_about(preset),
        chosen=chosen,
        in_draft=chosen,
    )


def _about(preset: Preset) -> str:
    own = " × ".join(str(n) for n in preset.input_shape)
    made_for = f"Made for images of {own} and {preset.classes} classes, with "
    return f"{preset.description} {made_for}{format_count(preset.parameters)} parameters."


def _suited(preset: Preset, plan: Preflight) -> ArchitectureConfig:
    """The preset with a head for the draft's classes."""
    architecture = preset.architecture
    if architecture.head == "sigmoid" and plan.num_classes not in (0, 2):
        return architecture.model_copy(update={"head": "softmax"})
    return architecture


def _take(plan: Preflight, name: str) -> None:
    architecture = _suited(PRESETS[name], plan)
    edit({"architecture": architecture.model_dump(mode="json"), "title": ""})


def _blocks(draft: RunConfig, form: Form) -> None:
    st.html(_ROWS)
    with st.container(gap="xsmall", key="network_blocks"):
        for number, block in enumerate(draft.architecture.blocks):
            with st.container(key=f"block_row_{number}"):
                _block(number, block, form)
    blocks = [block.model_dump(mode="json") for block in draft.architecture.blocks]
    with st.container(horizontal=True):
        st.button(
            "Add a block",
            icon=":material/add:",
            key="add_block",
            disabled=len(blocks) >= MOST_BLOCKS,
            on_click=edit,
            args=({"architecture.blocks": [*blocks, blocks[-1]]},),
        )
        st.button(
            "Remove the last",
            icon=":material/remove:",
            key="remove_block",
            disabled=len(blocks) == 1,
            on_click=edit,
            args=({"architecture.blocks": blocks[:-1]},),
        )


def _block(number: int, block: BlockConfig, form: Form) -> None:
    path = f"architecture.blocks.{number}"
    filters, convolutions, kernel, pool, dropout = st.columns(5, gap="small")
    with filters:
        form.integer(
            f"Block {number + 1}: filters",
            f"{path}.filters",
            1,
            2048,
            step=16,
            help="How many maps each convolution makes, each with a filter of its own."
            if number == 0
            else None,
        )
    with convolutions:
        form.integer("Convolutions", f"{path}.convolutions", 1, 8)
    with kernel:
        form.integer("Filter size in pixels", f"{path}.kernel_size", 1, 11)
    with pool:
        form.choice("Pool", f"{path}.pool", _POOLS)
    with dropout:
        form.number("Dropout", f"{path}.dropout", 0.0, 0.95, 0.05)
    activation, normalization, padding = st.columns(3, gap="small")
    with activation:
        form.choice("Activation", f"{path}.activation", _ACTIVATIONS)
    with normalization:
        form.choice("Batch normalization", f"{path}.normalization", _NORMALIZATIONS)
    with padding:
        form.choice("Padding", f"{path}.padding", _PADDINGS)


def _whole(form: Form) -> None:
    with st.grid(3, min_column_width=200):
        with st.container():
            form.choice("Initial weights", "architecture.initializer", _INITIALIZERS)
        with st.container():
            form.choice("From maps to a vector", "architecture.flatten", _FLATTENS)
        with st.container():
            form.number("Dropout after that", "architecture.flatten_dropout", 0.0, 0.95, 0.05)
        for number in range(len(form.value("architecture.dense"))):
            with st.container():
                path = f"architecture.dense.{number}"
                form.integer(f"Dense layer {number + 1}: units", f"{path}.units", 1, 8192)
        with st.container():
            form.choice("Output", "architecture.head", _HEADS)
        if any(block["normalization"] != "none" for block in form.value("architecture.blocks")):
            with st.container():
                form.number(
                    "Momentum of batch normalization",
                    "architecture.batch_normalization_momentum",
                    0.0,
                    0.999,
                    0.01,
                    help="How slowly its running averages follow: 0.99 averages over some hundred "
                    "steps, 0.9, for short runs, over ten.",
                )


def _layers(plan: Preflight) -> None:
    trained = f"{format_count(plan.trainable)} of them trained"
    if plan.trainable == plan.parameters:
        trained = "all of them trained"
    st.markdown(
        f"{format_count(plan.parameters)} parameters, {trained} · "
        f"{plan.multiply_adds / 1e6:,.1f} million multiplications an image",
        help="Batch normalization keeps two running averages a channel that are not trained. "
        "Multiplications, each with an addition, are those of one forward pass.",
    )
    columns = {
        name: st.column_config.TextColumn(name, alignment="right")
        for name in ("Output", "Parameters", "Multiplications")
    }
    st.dataframe(
        [_layer_row(layer) for layer in plan.layers],
        hide_index=True,
        height=212,
        column_config=columns,
        key="layers",
        alt="The layers of the network, with what comes of each and its parameters",
    )


def _layer_row(layer: LayerPlan) -> dict[str, str]:
    return {
        "Layer": layer.name,
        "Output": shape_words(layer.output_shape),
        "Parameters": format_count(layer.parameters) if layer.parameters else "",
        "Options": _options(layer.options),
        "Type": layer.type,
        "Multiplications": format_count(layer.multiply_adds) if layer.multiply_adds else "",
    }


def _options(options: dict[str, Any]) -> str:
    if "filters" in options:
        side = options["kernel_size"]
        return f"{options['filters']} filters of {side} × {side}, {options['padding']}"
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in options.items())
