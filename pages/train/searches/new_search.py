"""A new search: what of the draft may vary, in which range, and how long to look."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import RunConfig
from core.searches import (
    MOST_DIMENSIONS,
    Dimension,
    SearchConfig,
    create_search,
    in_words,
    parse_search,
    suggestions,
)
from core.searches import titles as dimension_titles
from pages.session import state, titles
from pages.train.series import row
from pages.widgets import page
from pages.widgets.text import as_is

_WIDE = 400  # pixels
_VARIED, _MINUTES, _TRIALS, _SAMPLER, _HALVING = (
    *("searched", "search_minutes", "search_trials"),
    *("search_sampler", "search_halving"),
)
_NONE = (
    "The draft cannot be searched: it validates on the test images, and a search would choose by "
    "them. Choose other validation images on Design, Data."
)
_FIRST = 2  # dimensions that are chosen to begin with
_SAMPLERS = {
    "tpe": "Near what was good (TPE)",
    "random": "At random",
}


def popover(primary: bool) -> None:
    """The button, and behind it what can be asked."""
    row.new("search", _WIDE, _ask, primary=primary)


def _ask() -> None:
    draft = state.current_draft()
    found = suggestions(draft)
    if not found:
        st.markdown(_NONE)
        return
    names = dimension_titles(found)
    st.markdown(f"Of the draft, **{as_is(titles.config_title(draft))}**, vary:")
    chosen = st.multiselect(
        "What may vary",
        list(found),
        list(found)[:_FIRST],
        format_func=names.__getitem__,
        key=_VARIED,
        max_selections=MOST_DIMENSIONS,
        label_visibility="collapsed",
    )
    for name in chosen:
        _range(name, names[name], found[name])
    with st.grid(2, min_column_width=150, gap="small"):
        st.number_input("Minutes of training", 1, 10_000, 5, key=_MINUTES)
        st.number_input("Trials at most", 1, 500, 50, key=_TRIALS)
    st.radio(
        "How values are chosen",
        list(_SAMPLERS),
        format_func=_SAMPLERS.__getitem__,
        key=_SAMPLER,
        horizontal=True,
    )
    st.toggle(
        "End trials early that are behind",
        value=True,
        key=_HALVING,
        help="Successive halving: after one epoch, three, nine and so on, a trial goes on only "
        "while it is in the best third of those that came so far.",
    )
    st.button(
        "Plan it",
        type="primary",
        key="plan_search",
        help="Nothing is trained before you start it.",
        on_click=page.attempt,
        args=(_plan, draft),
    )


def _range(name: str, title: str, dimension: Dimension) -> None:
    if dimension.choices is not None:
        st.multiselect(
            title,
            list(dimension.choices),
            list(dimension.choices),
            format_func=in_words,
            key=f"choices_{name}",
        )
        return
    with st.grid(2, min_column_width=150, gap="small"):
        for end, value in (("lowest", dimension.low), ("highest", dimension.high)):
            st.number_input(
                f"{title}, {end}",
                value=value,
                step=_step(value),
                format="%.6g",
                key=f"{end}_{name}",
            )


def _step(value: float | None) -> float:
    """A tenth of a number, by which its buttons change it."""
    return abs(value or 0.0) / 10 or 0.1


def _plan(draft: RunConfig) -> None:
    record = create_search(_asked(draft))
    row.planned("search", record.id)


def _asked(draft: RunConfig) -> SearchConfig:
    found = suggestions(draft)
    chosen = [name for name in state.widget_value(_VARIED) if name in found]
    space = {name: _dimension(name, found[name]) for name in chosen}
    names = [title.lower() for title in dimension_titles(space).values()]
    return parse_search(
        {
            "title": f"{titles.config_title(draft)[:50]}: {', '.join(names)}"[:110],
            "base": draft.model_dump(mode="json"),
            "space": space,
            "seconds": 60.0 * float(state.widget_value(_MINUTES)),
            "most_trials": int(state.widget_value(_TRIALS)),
            "sampler": state.widget_value(_SAMPLER),
            "halving": bool(state.widget_value(_HALVING)),
        }
    )


def _dimension(name: str, suggested: Dimension) -> dict[str, Any]:
    """As it was asked for on the page."""
    if suggested.choices is not None:
        return {"choices": state.widget_value(f"choices_{name}")}
    ends = {
        "low": state.widget_value(f"lowest_{name}"),
        "high": state.widget_value(f"highest_{name}"),
    }
    return suggested.model_dump(mode="json", exclude={"choices"}) | ends
