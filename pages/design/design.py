"""Design: recipe, data, network, training and augmentation of the run to come.

Every change goes into the draft at once, which is a file: a refresh loses nothing.
"""

from __future__ import annotations

import streamlit as st

from core.jobs import preflight
from pages.design import augmentation, data, last_draft, network, recipe, summary, training
from pages.session import state
from pages.widgets import form, page
from pages.widgets.head import head

_STEPS = {
    "Recipe": recipe.show,
    "Data": data.show,
    "Network": network.show,
    "Training": training.show,
    "Augmentation": augmentation.show,
}


def main() -> None:
    head(
        "Design",
        "Decide what to train: start from a recipe, then change what you like. "
        "Everything is kept as you change it.",
    )
    draft = state.current_draft()
    plan = preflight.inspect(draft)
    last_draft.offer(draft)
    above = st.container()
    tabs = st.tabs(list(_STEPS), key="step", on_change="rerun", bind="query-params")
    opened = dict(zip(_STEPS, tabs, strict=True))
    with above:
        summary.show(draft, plan, costs=not opened["Network"].open)
    for name, tab in opened.items():
        if tab.open:  # the others would cost time and show nothing
            with tab, page.guarded():
                _STEPS[name](draft, plan)
    form.tell_the_rest()


main()
