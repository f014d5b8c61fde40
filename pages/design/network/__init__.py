"""Network of the draft: presets, bases and networks of one's own, its drawing, and its parts.

Everything about it can be changed at once; a step back undoes it.
"""

from __future__ import annotations

import streamlit as st

from core.config import BASES, RunConfig
from core.jobs.preflight import Preflight
from pages.design import costs
from pages.design.drawing import network_figure
from pages.design.network import bases, blocks, dense, history, layers, own, presets, whole
from pages.design.network.fields import WHOLE, mark_row
from pages.widgets.form import Form

# Where two cards would not fit beside the button it goes below them.
_PHONE = """<style>@media (max-width: 640px) {
.st-key-network_choice {flex-wrap:wrap}
.st-key-network_choice > :has(> [class*="st-key-cards_"]),
.st-key-network_choice > [class*="st-key-cards_"] {flex:1 0 100%; max-width:100%}
}</style>"""

_SKETCHED = (
    ":material/error: Drawn as if what is outlined could work. Why it cannot, and what mends it, "
    "is said above and at its row; what the network costs is told once it works."
)


def show(draft: RunConfig, plan: Preflight) -> None:
    history.note(draft)
    st.html(_PHONE)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="network_choice"
    ):
        presets.show(draft, plan)
        bases.show(draft, plan)
    form = Form(draft)
    form.error(WHOLE)
    drawn = plan.layers or plan.sketch
    if drawn and plan.input_shape and plan.info is not None:
        left, right = st.columns([2, 1], gap="medium")
        with left:
            wrong = [found.group for found in plan.misfits]
            shape, classes = plan.input_shape, plan.info.classes
            network_figure(
                draft.architecture, drawn, shape, classes, wrong=wrong, on_group=_mark_row
            )
        with right:
            if plan.layers:
                costs.show(draft, plan)
            else:
                st.caption(_SKETCHED)
            own.bar(draft)
    else:
        own.bar(draft)
    rows = Form(draft, errors_beside=False)  # where there is no room for words
    if draft.architecture.base is None:
        blocks.show(draft, plan, rows)
    else:
        bases.panel(BASES[draft.architecture.base], draft, plan)
    dense.show(draft, rows)
    whole.show(draft, plan, form)
    if plan.layers:
        layers.show(plan)


def _mark_row(group: str | None) -> None:
    """Of the tables below, the row that a group of layers is made from; others have none."""
    for name, rows in (("block", "blocks"), ("dense", "dense")):
        number = (group or "").removeprefix(name)
        if number != group and number.isdecimal():
            mark_row(f"{rows}_{int(number) - 1}")
            return
    mark_row(None)
