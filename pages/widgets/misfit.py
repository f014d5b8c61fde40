"""A network that cannot take the draft's images: why, and clicks that mend it.

Shared by Design, Train and the range test. Why it does not fit, and what mends it, is
core.models.plan's to say.
"""

from __future__ import annotations

import streamlit as st

from core.jobs.preflight import Preflight
from core.models.plan import Misfit
from pages.widgets import page
from pages.widgets.form import edit


def offer(plan: Preflight, place: str) -> None:
    """Says why the network does not fit, above buttons that mend it. Nothing where it fits.

    Args:
        place: tells two of them on a page apart.
    """
    if plan.network_problem is None:
        return
    page.show_error(f"This network cannot take these images. {plan.network_problem}")
    for found in plan.misfits[:1]:
        mends(found, place)


def mends(found: Misfit, place: str) -> None:
    """A button for each change that does away with it."""
    with st.container(horizontal=True, gap="small"):
        for number, mend in enumerate(found.mends):
            st.button(
                mend.words,
                icon=":material/build:",
                key=f"mend_{place}_{number}",
                on_click=edit,
                args=(dict(mend.changes),),
            )
