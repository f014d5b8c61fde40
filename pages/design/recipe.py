"""Recipes: complete configurations that ship, and where each comes from."""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig
from core.jobs import preflight
from core.jobs.preflight import Preflight
from core.recipes import RECIPES, Recipe, find_recipe
from pages.session import state
from pages.widgets import datasets, page
from pages.widgets.text import as_lines, format_count, format_learning_rate


def show(draft: RunConfig, plan: Preflight) -> None:
    if draft.recipe in RECIPES:
        changed = draft != RECIPES[draft.recipe].config
        st.caption(
            f"The draft started from **{RECIPES[draft.recipe].title}**"
            + (" and has been changed since." if changed else ", unchanged.")
        )
    names = list(RECIPES)
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    name = left.selectbox(
        "Recipe",
        names,
        index=names.index(draft.recipe) if draft.recipe in RECIPES else 0,
        format_func=lambda item: RECIPES[item].title,
        key="recipe",
        bind="query-params",
    )
    recipe = find_recipe(name)
    same = draft == recipe.config
    right.button(
        "In the draft" if same else "Use this recipe",
        type="secondary" if same else "primary",
        icon=":material/check:" if same else ":material/edit_note:",
        key="use_recipe",
        on_click=page.attempt,
        args=(_fill, recipe),
        disabled=same,
        help="Replaces everything in the draft.",
        width="stretch",
    )
    with st.container(border=True, key="recipe_card"):
        looked_over = preflight.inspect(recipe.config)
        _card(recipe, looked_over)
    _missing_data(looked_over)


def _fill(recipe: Recipe) -> None:
    state.report_errors({})
    state.update_draft(recipe.config)


def _card(recipe: Recipe, plan: Preflight) -> None:
    config = recipe.config
    st.markdown(f"**{recipe.title}**")
    st.markdown(f"**Comes from**: {recipe.source}")
    if recipe.reached:
        st.markdown(f"**Reached**: {recipe.reached}")
    st.markdown(recipe.notes)
    words = [
        config.dataset.name,
        config.architecture.name,
        f"{format_count(plan.parameters)} parameters" if plan.layers else "",
        f"{config.optimizer.kind} at {format_learning_rate(config.schedule.learning_rate)}",
        f"{config.schedule.kind.replace('_', ' ')} rate",
        f"batch {config.training.batch_size}",
        f"{config.training.epochs} epochs",
    ]
    st.caption(" · ".join(word for word in words if word))


def _missing_data(plan: Preflight) -> None:
    if plan.info is None:
        missing = f"This recipe's images are missing. {plan.problem}"
        st.warning(as_lines(missing), icon=":material/warning:")
    elif plan.needs_download:
        datasets.offer_download(plan.info, "recipe")
    elif plan.data_problem is not None:
        page.show_error(plan.data_problem)
