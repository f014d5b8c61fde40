"""Network of the draft: presets with their parameter counts, its parts, and its layers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import PRESETS, ArchitectureConfig, BlockConfig, Preset, RunConfig
from core.errors import ConfigError
from core.jobs.preflight import Preflight
from core.models.plan import LayerPlan, plan_layers, smallest_side, total_parameters
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
    "maxout": "Maxout (twice the weights)",
}
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
_MOST_BLOCKS = 8


def show(draft: RunConfig, plan: Preflight) -> None:
    st.markdown("**Presets**: the networks of four write-ups, and a small one")
    with st.grid(min_column_width=230):
        for preset in PRESETS.values():
            with st.container(border=True, height="stretch", gap="xsmall"):
                _preset(preset, draft, plan)
    misfit.offer(draft, plan, "network")  # again: the top of the page may be out of sight
    with st.expander("Change the network", icon=":material/build:", key="change_network"):
        form = Form(draft)
        _blocks(draft, form)
        _whole(form)
    _layers(plan)


def _preset(preset: Preset, draft: RunConfig, plan: Preflight) -> None:
    st.markdown(f"**{preset.title}**")
    st.caption(preset.description)
    architecture, fit = _fitted(preset, plan)
    st.markdown(fit)
    own = "×".join(str(n) for n in preset.input_shape)
    st.caption(f"{format_count(preset.parameters)} on its own: {own}, {preset.classes} classes.")
    chosen = draft.architecture == architecture
    st.button(
        "In the draft" if chosen else "Use this network",
        key=f"preset_{preset.name}",
        disabled=chosen,
        icon=":material/check:" if chosen else None,
        on_click=edit,
        args=({"architecture": architecture.model_dump(mode="json"), "title": ""},),
    )


def _fitted(preset: Preset, plan: Preflight) -> tuple[ArchitectureConfig, str]:
    """The preset with a head for the draft's classes, and what it comes to there."""
    architecture = preset.architecture
    if plan.input_shape is None:
        return architecture, f"**{format_count(preset.parameters)}** parameters"
    if architecture.head == "sigmoid" and plan.num_classes != 2:
        architecture = architecture.model_copy(update={"head": "softmax"})
    try:
        layers = plan_layers(architecture, plan.input_shape, plan.num_classes)
    except ConfigError:
        side = smallest_side(architecture)
        return architecture, f":orange[Needs images of at least {side}×{side}]"
    return architecture, f"**{format_count(total_parameters(layers))}** parameters here"


def _blocks(draft: RunConfig, form: Form) -> None:
    st.markdown("**Convolution blocks**")
    for number, block in enumerate(draft.architecture.blocks):
        _block(number, block, form)
    blocks = [block.model_dump(mode="json") for block in draft.architecture.blocks]
    with st.container(horizontal=True):
        st.button(
            "Add a block",
            icon=":material/add:",
            key="add_block",
            disabled=len(blocks) >= _MOST_BLOCKS,
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
    filters, convolutions, kernel, pool, dropout = st.columns(5)
    with filters:
        form.integer(f"Block {number + 1}: filters", f"{path}.filters", 1, 2048, step=16)
    with convolutions:
        form.integer("Convolutions", f"{path}.convolutions", 1, 8)
    with kernel:
        form.integer("Kernel size", f"{path}.kernel_size", 1, 11)
    with pool:
        form.choice("Pool", f"{path}.pool", _POOLS)
    with dropout:
        form.number("Dropout", f"{path}.dropout", 0.0, 0.95, 0.05)


def _whole(form: Form) -> None:
    with st.grid(3, min_column_width=200):
        with st.container():
            form.choice("Activation", "architecture.activation", _ACTIVATIONS)
        with st.container():
            form.choice("Padding", "architecture.padding", _PADDINGS)
        with st.container():
            form.choice("Initial weights", "architecture.initializer", _INITIALIZERS)
        with st.container():
            form.choice("From maps to a vector", "architecture.flatten", _FLATTENS)
        with st.container():
            form.number("Dropout after that", "architecture.flatten_dropout", 0.0, 0.95, 0.05)
        with st.container():
            form.whole_numbers(
                "Dense layers",
                "architecture.dense",
                help="Units of each, with commas between, such as 256, 128. Empty: none.",
            )
        with st.container():
            form.number("Dropout after each", "architecture.dense_dropout", 0.0, 0.95, 0.05)
        with st.container():
            form.choice("Output", "architecture.head", _HEADS)
        with st.container():
            form.toggle(
                "Batch normalization",
                "architecture.batch_normalization",
                help="After every convolution's activation; steadies and speeds up training.",
            )


def _layers(plan: Preflight) -> None:
    if not plan.layers:
        return
    st.markdown("**Layers**")
    with st.grid(3, min_column_width=150):
        st.metric("Parameters", format_count(plan.parameters), border=True)
        st.metric(
            "Trainable",
            format_count(plan.trainable),
            border=True,
            help="Batch normalization keeps two running averages a channel that are not trained.",
        )
        st.metric(
            "Multiply-adds an image",
            _millions(plan.multiply_adds),
            border=True,
            help="What one forward pass costs, convolutions and dense layers counted.",
        )
    columns = {
        name: st.column_config.TextColumn(name, alignment="right")
        for name in ("Output", "Parameters", "Multiply-adds")
    }
    st.dataframe(
        [_layer_row(layer) for layer in plan.layers],
        hide_index=True,
        height="content",
        column_config=columns,
        key="layers",
    )


def _layer_row(layer: LayerPlan) -> dict[str, str]:
    return {
        "Layer": layer.name,
        "Type": layer.type,
        "Options": _options(layer.options),
        "Output": " × ".join(f"{n:,}" for n in layer.output_shape),
        "Parameters": format_count(layer.parameters) if layer.parameters else "",
        "Multiply-adds": format_count(layer.multiply_adds) if layer.multiply_adds else "",
    }


def _options(options: dict[str, Any]) -> str:
    if "filters" in options:
        side = options["kernel_size"]
        return f"{options['filters']} filters of {side}×{side}, {options['padding']}"
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in options.items())


def _millions(number: int) -> str:
    return f"{number / 1e6:,.1f} M"
