"""The way back to the last draft, for a session that begins anew.

A new tab begins with the first recipe: the newest draft on disk may be broken, or that of
somebody else who works on this machine.
"""

from __future__ import annotations

from itertools import islice

import streamlit as st

from core.config import RunConfig
from core.jobs import preflight
from core.runs.drafts import newest_drafts
from pages.session import state, titles
from pages.widgets import page
from pages.widgets.text import as_is

_LOOKED_AT = 5  # of the newest; broken ones are passed over


def offer(draft: RunConfig) -> None:
    """The newest draft that could be started, by one click; nothing once this one was changed."""
    last = _last() if state.own_draft() is None else None
    if last is None or last == draft:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            f"Go on with the last draft: {as_is(titles.config_title(last))}",
            icon=":material/history:",
            key="last_draft",
            on_click=page.attempt,
            args=(state.update_draft, last),
            help="The newest draft on this machine that could be started. It is copied.",
        )


def _last() -> RunConfig | None:
    found = islice(newest_drafts(), _LOOKED_AT)
    return next((draft for draft in found if preflight.inspect(draft).problem is None), None)
