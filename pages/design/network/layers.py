"""The layers of the network as a table, in the words of its drawing."""

from __future__ import annotations

import streamlit as st

from core.figures.network import kind_words, option_words, receptive_field, shape_words
from core.jobs.preflight import Preflight
from core.models.plan import LayerPlan
from pages.widgets.text import format_count

_NUMBERS = ("Output", "Parameters", "Multiply-adds", "Sees")
_WIDE = 240  # pixels: "32 filters of 3 × 3, padded" and more
_SEES = (
    "Side of the square of pixels that one value depends on, its receptive field. "
    "It may reach beyond the image."
)


def show(plan: Preflight) -> None:
    columns = {
        name: st.column_config.TextColumn(
            name, alignment="right", help=_SEES if name == "Sees" else None
        )
        for name in _NUMBERS
    }
    columns["Options"] = st.column_config.TextColumn("Options", width=_WIDE)
    st.dataframe(
        [_row(layer) for layer in plan.layers],
        hide_index=True,
        height=284,
        column_config=columns,
        key="layers",
        alt="The layers of the network, with what comes of each and its parameters",
    )


def _row(layer: LayerPlan) -> dict[str, str]:
    field = receptive_field(layer)
    return {
        "Layer": layer.name,
        "Output": shape_words(layer.output_shape),
        "Parameters": format_count(layer.parameters) if layer.parameters else "",
        "Kind": kind_words(layer),
        "Options": option_words(layer),
        "Sees": f"{format_count(field)} px" if field else "all",
        "Multiply-adds": format_count(layer.multiply_adds) if layer.multiply_adds else "",
    }
