"""Deleting a run, after a second click. Knows nothing of what is in it."""

from __future__ import annotations

import os

import streamlit as st

from core.errors import readable
from core.runs import Run, delete_run
from pages.widgets import page


def delete_button(run: Run) -> None:
    """A button that asks once more before the run is gone for good; none for a shipped run."""
    if run.shipped:
        return
    # Of a name that is no text its bytes: two such names may read alike.
    key = run.id if readable(run.id) == run.id else os.fsencode(run.id).hex()
    with st.popover("Delete", icon=":material/delete:", key=f"delete_{key}"):
        st.markdown("Delete this run, its model and its results **for good**?")
        st.button(
            ":red[Delete for good]",  # not what one should click first: no primary button
            key=f"delete_now_{key}",
            icon=":material/delete_forever:",
            on_click=page.attempt,
            args=(delete_run, run),
        )
