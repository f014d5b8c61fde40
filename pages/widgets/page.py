"""What every page looks like: empty state, links, errors as sentences.

Knows nothing of any one page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from core.errors import UserError, from_os_error
from core.runs import Run
from pages.session import address
from pages.widgets.text import as_lines


def empty_state(message: str, page: str, label: str) -> None:
    """Nothing to show yet: why, and a link to what to do first.

    Args:
        page: as in "pages/train/train.py".
    """
    with st.container(border=True, horizontal_alignment="center", key=f"empty_{page}"):
        st.markdown(f":material/inbox: &ensp;{message}", width="content")
        link(page, label, icon=":material/arrow_forward:")


def link(page: str, label: str, icon: str | None = None, run: Run | None = None) -> None:
    """A link to another page that keeps the draft and the selected run, or selects that one."""
    query = address.parameters()
    if run is not None:
        query["run"] = run.id
    st.page_link(page, label=label, icon=icon, query_params=query)


@contextmanager
def guarded() -> Iterator[None]:
    """Shows what a person can be told in place of a traceback.

    Reading turns what is wrong on disk into words where it happens; an OSError that comes so
    far is of writing: a full disk, a folder that may not be written to.
    """
    try:
        yield
    except UserError as error:
        show_error(error)
    except OSError as error:
        show_error(from_os_error(error))


def show_error(error: UserError | str) -> None:
    """One error as the page shows it; nothing in it becomes Markdown."""
    st.error(as_lines(str(error)), icon=":material/error:")


def toast_error(message: str) -> None:
    """In a message that outlives the drawing of the page."""
    st.toast(as_lines(message), icon=":material/error:", duration="long")


def attempt(action: Callable[..., Any], *arguments: Any) -> None:
    """Do what a click asks for, in its callback.

    Why it could not be done is said in a message that outlives the drawing of the page.
    """
    try:
        action(*arguments)
    except (UserError, OSError) as error:
        told = from_os_error(error) if isinstance(error, OSError) else error
        toast_error(str(told))
