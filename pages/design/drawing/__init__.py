"""The network as a drawing that follows every edit, and as a small one for a card.

One st.components.v2 component (drawing.js), because st.html strips an <svg>, and within an <img>
its words could not take the page's colour and letters. Knows nothing of what is drawn.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.figures.network import Drawing

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.network",
    html='<div class="convscope-network" tabindex="0"></div>',
    css=(_HERE / "drawing.css").read_text(encoding="utf-8"),
    js=(_HERE / "drawing.js").read_text(encoding="utf-8"),
)


def show(drawing: Drawing, words: str, key: str) -> None:
    """Draw it as wide as there is room, never so small that it could not be read.

    Args:
        words: what it shows, for who cannot see it.
    """
    _MOUNT(key=key, data={"svg": drawing.svg, "width": drawing.width, "words": words})
