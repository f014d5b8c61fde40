"""Recipes: complete configurations that ship, and where each comes from."""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig
from core.data.catalog import find_dataset
from core.data.errors import DatasetError
from core.recipes import RECIPES, Recipe, find_recipe
from pages.components import datasets, layout, state
from pages.components.design_summary import Plan, plan_of


def show(draft: RunConfig, plan: Plan) -> None:
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
        on_click=_fill,
        args=(recipe,),
        disabled=same,
        help="Replaces everything in the draft.",
        width="stretch",
    )
    with st.container(border=True, key="recipe_card"):
        _card(recipe)
    _missing_data(recipe)


def _fill(recipe: Recipe) -> None:
    state.report_errors({})
    state.update_draft(recipe.config)


def _card(recipe: Recipe) -> None:
    config = recipe.config
    st.markdown(f"**{recipe.title}**")
    st.markdown(f"**Comes from**: {recipe.source}")
    if recipe.reached:
        st.markdown(f"**Reached**: {recipe.reached}")
    st.markdown(recipe.notes)
    plan = plan_of(config)
    facts = [
        config.dataset.name,
        config.architecture.name,
        f"{layout.count(plan.parameters)} parameters" if plan.layers else "",
        f"{config.optimizer.kind} at {layout.rate(config.schedule.learning_rate)}",
        f"{config.schedule.kind.replace('_', ' ')} rate",
        f"batch {config.training.batch_size}",
        f"{config.training.epochs} epochs",
    ]
    st.caption(" · ".join(fact for fact in facts if fact))


def _missing_data(recipe: Recipe) -> None:
    try:
        info = find_dataset(recipe.config.dataset.name)
    except DatasetError as error:
        st.warning(f"This recipe's images are missing. {error}", icon=":material/warning:")
        return
    if info.problem:
        st.error(info.problem, icon=":material/error:")
    elif info.state == "downloadable":
        datasets.offer_download(info, "recipe")
