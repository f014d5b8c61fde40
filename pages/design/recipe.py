"""Recipes: complete configurations that ship, and where each comes from."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.config import PRESETS, RunConfig
from core.jobs import preflight
from core.jobs.preflight import Preflight
from core.recipes import RECIPES, Recipe
from pages.design import cards
from pages.design.summary import augmentation_words
from pages.session import address, state
from pages.session.networks import small_drawing
from pages.session.thumbnails import thumbnails
from pages.session.titles import dataset_title, network_title, recipe_images
from pages.widgets import datasets, page
from pages.widgets.download.weights import offer_weights
from pages.widgets.text import as_is, as_lines, format_count, format_learning_rate

_CHOSEN = "recipe"
_THUMBNAILS = 5
_UNKNOWN = (32, 32, 3), 10  # what a network of no preset is drawn on where no size is set
_REPLACES = "Replaces everything in the draft."
_REPLACES_THE_REST = (
    "Replaces everything in the draft but the data set that you chose and how many of its images "
    "train."
)
_OPTIMIZERS = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "lion": "Lion",
    "muon": "Muon",
    "muon_sgd": "Muon with SGD",
}


def show(draft: RunConfig, plan: Preflight) -> None:
    begun = draft.recipe if draft.recipe in RECIPES else next(iter(RECIPES))
    looked_at = RECIPES[address.kept(_CHOSEN, list(RECIPES), begun)]
    own = state.own_draft()  # where there is none, the first recipe's images are nobody's choice
    shown = [_card(recipe, draft, own, looked_at) for recipe in RECIPES.values()]
    cards.row(shown, "recipe", partial(address.keep, _CHOSEN), across=3)
    config = looked_at.for_draft(own)
    found = preflight.inspect(config)
    keeps_images = looked_at.any_images and own is not None
    with st.container(border=True, key="recipe_card"):
        _details(looked_at, config, draft, found, keeps_images)
    _missing(found, keeps_images)


def _card(recipe: Recipe, draft: RunConfig, own: RunConfig | None, looked_at: Recipe) -> cards.Card:
    config = recipe.for_draft(own)
    pictures = thumbnails(config.dataset.name, _THUMBNAILS)
    words = f"{recipe_images(recipe, own)}, {format_count(config.training.epochs)} epochs"
    return cards.Card(
        recipe.name,
        recipe.title,
        pictures or _network(config),
        (as_is(words),),
        chosen=recipe is looked_at,
        in_draft=draft == config,
        sharp=bool(pictures),
    )


def _network(config: RunConfig) -> list[str]:
    """In place of images that are not here."""
    preset = PRESETS.get(config.architecture.name)
    shape, classes = (preset.input_shape, preset.classes) if preset is not None else _UNKNOWN
    height, width = config.dataset.image_size or shape[:2]
    drawn = small_drawing(config.architecture, (height, width, shape[2]), classes)
    return [drawn.uri] if drawn is not None else []


def _details(
    recipe: Recipe, config: RunConfig, draft: RunConfig, plan: Preflight, keeps_images: bool
) -> None:
    """What it is, and the button that takes it.

    Args:
        config: what the draft becomes by it.
        keeps_images: whether those are the draft's.
    """
    same = draft == config
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{recipe.title}**", width="stretch")
        st.button(
            "In the draft" if same else "Use this recipe",
            type="secondary" if same else "primary",
            icon=":material/check:" if same else ":material/edit_note:",
            key="use_recipe",
            on_click=page.attempt,
            args=(_fill, config),
            disabled=same,
            help=_REPLACES_THE_REST if keeps_images else _REPLACES,
        )
    if draft.recipe == recipe.name and not same:
        st.markdown("The draft began as this recipe and has been changed since.")
    st.markdown(f"{recipe.notes}")
    if recipe.reached:
        st.markdown(f"**Reached**, as of {recipe.when}: {recipe.reached}")
    st.markdown(f"**Comes from**: {recipe.source}")
    st.markdown(" · ".join(_words(config, plan)))


def _words(config: RunConfig, plan: Preflight) -> list[str]:
    """What it consists of."""
    optimizer = _OPTIMIZERS[config.optimizer.kind]
    words = [
        as_is(dataset_title(config.dataset.name)),
        as_is(network_title(config.architecture)),
        f"{format_count(plan.parameters)} parameters" if plan.layers else "",
        f"{optimizer}, learning rate {format_learning_rate(config.schedule.learning_rate)}",
        f"batches of {format_count(config.training.batch_size)}",
        f"{format_count(config.training.epochs)} epochs",
        augmentation_words(config.augmentation),
    ]
    return [word for word in words if word]


def _fill(config: RunConfig) -> None:
    state.report_errors({})
    state.update_draft(config)


def _missing(plan: Preflight, of_draft: bool) -> None:
    """What has to be got before this can train: images, and weights of a network of others.

    Args:
        of_draft: whether the images are those of the draft.
    """
    if plan.info is None:
        whose = "Your draft's" if of_draft else "This recipe's"
        missing = f"{whose} images are missing. {plan.data_problem}"
        st.warning(as_lines(missing), icon=":material/warning:")
    elif plan.needs_download:
        datasets.offer_download(plan.info, "recipe")
    elif plan.data_problem is not None:
        page.show_error(plan.data_problem)
    if plan.missing_base is not None:
        offer_weights(plan.missing_base, "recipe")
