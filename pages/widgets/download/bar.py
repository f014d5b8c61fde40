"""A progress bar over work that says how far it is. Knows nothing of what the work is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import UserError
from pages.widgets import page
from pages.widgets.text import as_is


def with_bar(work: Callable[[Callable[[float | None, str], None]], Any]) -> bool:
    """Do the work under a bar; False where it failed, which is then said in the bar's place.

    Args:
        work: is given what to call with a fraction (None: not known) and a sentence.
    """
    bar = st.progress(0.0, text="Starting…")
    shown = -1

    def progress(fraction: float | None, message: str) -> None:
        nonlocal shown
        percent = round(100 * (fraction or 0.0))
        if percent != shown:  # every call is a message to the browser
            shown = percent
            share = "" if fraction is None else f" · {percent} %"
            bar.progress(min(max(percent, 0), 100), text=as_is(message) + share)

    try:
        work(progress)
    except UserError as error:
        page.show_error(error)
        return False
    finally:
        bar.empty()
    return True
