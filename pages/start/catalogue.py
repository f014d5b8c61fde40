"""Cards of what there is: recipes with what they reached, data sets with their pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from core.config import RunConfig
from core.data.catalog import DatasetInfo, folder_problem, list_datasets
from core.jobs import preflight
from core.reading import one_line
from core.recipes import RECIPES, Recipe
from pages.session import address, pace, state, thumbnails, titles
from pages.widgets import datasets, page
from pages.widgets.text import DASH, as_is, as_lines

_PICTURES = 5
_HIGH = 34  # pixels of a thumbnail
# A link stands under its picture, not beside its edge.
_FLUSH = """<style>.st-key-data_sets [data-testid="stPageLink-NavLink"] {padding-left: 0}</style>"""
_DESIGN = "pages/design/design.py"


Pictures = Mapping[str, Sequence[str]]  # data set -> addresses of pictures of it


def recipes(start: Callable[[RunConfig], None], known: Pictures) -> None:
    """A card a recipe.

    Args:
        start: called, in a click's callback, with what to train.
        known: pictures that are at hand, for which no data set need be opened.
    """
    st.subheader(
        "Recipes",
        anchor=False,
        help="Complete settings that ship with ConvScope. How long each takes on this machine is "
        "estimated: from its processor, and from what ran here before; the more has run, the "
        "nearer. Those for any images train on your draft's, which you choose on Design's Data "
        "tab.",
    )
    draft = state.own_draft()
    with st.grid(3, min_column_width=225, gap="small", key="recipes"):
        for recipe in RECIPES.values():
            with st.container(border=True, height="stretch", vertical_alignment="distribute"):
                _recipe(recipe, draft, start, known)


def _recipe(
    recipe: Recipe, draft: RunConfig | None, start: Callable[[RunConfig], None], known: Pictures
) -> None:
    config = recipe.for_draft(draft)
    found = preflight.inspect(config)
    with st.container(gap="xsmall"):
        _strip(config.dataset.name, known)
        st.markdown(f"**{recipe.title}**")
        network = titles.network_title(config.architecture)
        st.caption(f"{as_is(titles.recipe_images(recipe, draft))} · {as_is(network)}")
        whole = pace.run_time(config, found)
        if whole is not None:
            st.markdown(f":material/schedule: :small[{pace.run_in_words(whole)} here]")
        st.caption(recipe.reached)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Train",
            key=f"train_{recipe.name}",
            icon=":material/play_arrow:",
            disabled=found.problem is not None,
            help=_why_not(found),
            on_click=page.attempt,
            args=(start, config),  # what the card says, whatever the draft is by then
        )
        st.button(
            "Design",
            key=f"design_{recipe.name}",
            icon=":material/tune:",
            help="Open it there, to look at it and to change it",
            on_click=page.attempt,
            args=(_design, config),
        )


def _why_not(found: preflight.Preflight) -> str | None:
    """What stands in the way of training."""
    return None if found.problem is None else as_lines(str(found.problem))


def _design(config: RunConfig) -> None:
    state.update_draft(config)
    state.set_next_page(_DESIGN)


def data_sets(known: Pictures) -> None:
    """A card a data set, with pictures of it where they can be had at once."""
    st.subheader("Data sets", anchor=False)
    problem = folder_problem()
    if problem:
        page.show_error(problem)
    st.html(_FLUSH)
    with st.grid(min_column_width=290, gap="small", key="data_sets"):
        for info in list_datasets():
            with st.container(border=True, height="stretch", gap="xsmall"):
                _data_set(info, known)


def _data_set(info: DatasetInfo, known: Pictures) -> None:
    _strip(info.name, known)
    query = {**address.parameters(), "dataset": info.name}
    label = f"**{as_is(info.title)}**"
    st.page_link("pages/data/browse.py", label=label, query_params=query)
    st.markdown(datasets.badge(info))
    classes = DASH if info.num_classes is None else f"{info.num_classes:,}"
    st.caption(
        f"{datasets.images_in_all(info)} images · {classes} classes · "
        f"{datasets.shape_words(info.image_shape)}"
    )


def _strip(name: str, known: Pictures) -> None:
    """A few images of a set in a row; nothing where it must first be read or got."""
    found = known.get(name) or thumbnails.thumbnails(name, _PICTURES)
    if not found:
        return
    title = escape(one_line(titles.dataset_title(name)), quote=True)
    images = "".join(
        f'<img src="{picture}" alt="{title if not place else ""}" height="{_HIGH}" '
        f'style="border-radius:3px;margin-right:4px">'
        for place, picture in enumerate(found[:_PICTURES])
    )
    st.html(f'<div style="white-space:nowrap;overflow:hidden">{images}</div>')
