"""A pad to draw on with mouse, finger or pen.

One st.components.v2 component (pad.js). It sends what is drawn while one draws, a few times
a second, as a PNG of dark ink on white paper: what a photo of it would show. Knows nothing
of what is made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.photos.sent import number_sent, picture_sent
from pages.session import state

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.pad",
    html='<div class="convscope-pad"></div>',
    css=(_HERE / "pad.css").read_text(encoding="utf-8"),
    js=(_HERE / "pad.js").read_text(encoding="utf-8"),
)
_DRAWING = "drawing"


def drawing(key: str) -> bytes:
    """What is on the pad now, as a file; empty where nothing is.

    To be asked, and answered, before the pad is shown: it then knows that its turn has come.

    Raises:
        PhotoError: the browser sent something else.
    """
    return picture_sent(state.component_value(key, _DRAWING))


def pad(key: str, on_draw: Callable[[], None], *, blank: str = "") -> None:
    """Show the pad.

    Args:
        on_draw: called when what is drawn has changed, unless nothing is left of it.
        blank: whenever it becomes another name, the pad is cleared.
    """

    def changed() -> None:
        sent = state.component_value(key, _DRAWING)
        if isinstance(sent, dict) and sent.get("picture"):
            on_draw()

    answered = number_sent(state.component_value(key, _DRAWING))
    _MOUNT(key=key, data={"answered": answered, "blank": blank}, on_drawing_change=changed)
