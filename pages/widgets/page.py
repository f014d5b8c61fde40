"""What every page looks like: header, empty state, links, errors as sentences.

Knows nothing of any one page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import UserError
from pages.session import address


def header(title: str, purpose: str) -> None:
    """The page's title and what it is for, in one line."""
    st.title(title, anchor=False)
    st.caption(purpose)


def empty_state(message: str, page: str, label: str) -> None:
    """Nothing to show yet: why, and a link to what to do first.

    Args:
        page: as in "pages/train/train.py".
    """
    with st.container(border=True, horizontal_alignment="center", key=f"empty_{page}"):
        st.markdown(f":material/inbox: &ensp;{message}", width="content")
        link(page, label, icon=":material/arrow_forward:")


def link(page: str, label: str, icon: str | None = None) -> None:
    """A link to another page that keeps the draft and the selected run."""
    st.page_link(page, label=label, icon=icon, query_params=address.parameters())


@contextmanager
def guarded() -> Iterator[None]:
    """Shows the errors that have words for a person in place of a traceback."""
    try:
        yield
    except UserError as error:
        st.error(str(error), icon=":material/error:")
