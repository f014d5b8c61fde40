"""The camera, live: frame by frame to the server, each when the one before is answered.

One st.components.v2 component (camera.js). A browser gives a page the camera only where its
address is localhost or https. Knows nothing of what is made of a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.photos.sent import number_sent, picture_sent
from pages.session import state

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.camera",
    html='<div class="convscope-camera"></div>',
    css=(_HERE / "camera.css").read_text(encoding="utf-8"),
    js=(_HERE / "camera.js").read_text(encoding="utf-8"),
)
_FRAME = "frame"


def frame(key: str) -> bytes:
    """The frame that came last, as a JPEG; empty where the camera is off.

    To be asked, and answered, before the camera is shown, which then sends the next.

    Raises:
        PhotoError: the browser sent something else.
    """
    return picture_sent(state.component_value(key, _FRAME))


def camera(key: str, on_frame: Callable[[], None], *, side: int, paused: bool = False) -> None:
    """Show the camera's picture, with buttons to start it, to keep a frame, and to stop.

    Args:
        on_frame: called for each frame.
        side: pixels of a frame, which is a square out of the picture's middle.
        paused: give the camera back, because something else is looked at.
    """

    def changed() -> None:
        sent = state.component_value(key, _FRAME)
        if isinstance(sent, dict) and sent.get("picture"):
            on_frame()

    answered = number_sent(state.component_value(key, _FRAME))
    data = {"answered": answered, "side": side, "paused": paused}
    _MOUNT(key=key, data=data, on_frame_change=changed)
