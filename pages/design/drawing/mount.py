"""The network as a drawing that follows every edit: a layer is chosen by a click or by keyboard.

One st.components.v2 component (drawing.js), because st.html strips an <svg>, and within an <img>
its words could not take the page's colour and letters. Knows nothing of what is drawn, or of
what a choice leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.figures.network import Drawing
from pages.session import state

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.network",
    html='<div class="convscope-network"></div>',
    css=(_HERE / "drawing.css").read_text(encoding="utf-8"),
    js=(_HERE / "drawing.js").read_text(encoding="utf-8"),
)


def show(
    drawings: Sequence[Drawing],
    words: str,
    key: str,
    *,
    chosen: str | None = None,
    wrong: Sequence[str] = (),
) -> str | None:
    """Show the widest of the drawings that there is room for.

    Args:
        drawings: the same network for different widths, the narrowest first.
        words: what it shows, for who cannot see it.
        chosen: name of a layer that was chosen elsewhere, to stand out; None: the one that was
            chosen here.
        wrong: names of groups that cannot work, to be outlined.

    Returns: the name of the layer that stands out; None while there is none, or where the
        network no longer has it.
    """
    held = state.component_value(key, "layer") if chosen is None else chosen
    known = held if held in drawings[0].layers else None
    data = {
        "drawings": [{"svg": drawing.svg, "width": drawing.width} for drawing in drawings],
        "layers": drawings[0].layers,
        "words": words,
        "chosen": known,
        "wrong": [*wrong],
    }
    _MOUNT(key=key, data=data, on_layer_change=_nothing)
    return known


def _nothing() -> None:
    """A state needs a callback to be known; what it brings is read before it is shown."""
