"""Studies and searches: ask a question, have it trained several times, read the answer."""

from __future__ import annotations

import streamlit as st

from pages.session import address, state
from pages.train.searches import view as searches
from pages.train.studies import view as studies
from pages.widgets.head import head

_TITLE = "Studies"
_PURPOSE = (
    "A study trains variants of one configuration several times each and says whether they differ "
    "by more than the noise. A search looks for the best values of a few fields."
)
_KINDS = {"studies": "Compare variants", "searches": "Search for the best"}


def main() -> None:
    head(_TITLE, _PURPOSE)
    shown = address.kept("look_at", list(_KINDS), "studies")
    state.show_choice("look_at", shown)
    st.segmented_control(
        "What to look at",
        list(_KINDS),
        format_func=_KINDS.__getitem__,
        key="look_at",
        label_visibility="collapsed",
        required=True,
        on_change=_choose,
    )
    if shown == "studies":
        studies.show()
    else:
        searches.show()


def _choose() -> None:
    address.keep("look_at", str(state.widget_value("look_at")))


main()
