"""A network that cannot take the draft's images: why, and one click that mends it.

Shared by Design, Train and the range test. Why it does not fit is core.models.plan's to say.
"""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig
from core.jobs.preflight import Preflight
from core.models.plan import smallest_side
from pages.widgets import page
from pages.widgets.form import edit


def offer(draft: RunConfig, plan: Preflight, place: str) -> None:
    """Says why the network does not fit, above the button that mends it. Nothing where it fits.

    Args:
        place: tells two of them on a page apart.
    """
    if plan.network_problem is None:
        return
    page.show_error(f"This network cannot take these images. {plan.network_problem}")
    side = smallest_side(draft.architecture)
    if plan.input_shape and min(plan.input_shape[:2]) < side:
        st.button(
            f"Resize the images to {side} × {side}",
            icon=":material/aspect_ratio:",
            key=f"resize_{place}",
            on_click=edit,
            args=({"dataset.image_size": [side, side]},),
        )
    elif draft.architecture.head == "sigmoid":
        st.button(
            "Use the softmax output",
            icon=":material/build:",
            key=f"use_softmax_{place}",
            on_click=edit,
            args=({"architecture.head": "softmax"},),
        )
