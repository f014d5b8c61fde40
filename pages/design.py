"""Design: recipe, data, network, training and augmentation of the run to come.

Every change goes into the draft at once, which is a file: a refresh loses nothing.
"""

from __future__ import annotations

import streamlit as st

from pages.components import (
    design_augmentation,
    design_data,
    design_network,
    design_recipe,
    design_summary,
    design_training,
    layout,
    state,
)

_STEPS = {
    "Recipe": design_recipe.show,
    "Data": design_data.show,
    "Network": design_network.show,
    "Training": design_training.show,
    "Augmentation": design_augmentation.show,
}


def main() -> None:
    layout.header(
        "Design",
        "Decide what to train: start from a recipe, then change what you like. "
        "Everything is kept as you change it.",
    )
    draft = state.current_draft()
    plan = design_summary.plan_of(draft)
    design_summary.show(draft, plan)
    tabs = st.tabs(list(_STEPS), key="step", on_change="rerun", bind="query-params")
    for tab, show in zip(tabs, _STEPS.values(), strict=True):
        if tab.open:  # the others would cost time and show nothing
            with tab, layout.guarded():
                show(draft, plan)


main()
