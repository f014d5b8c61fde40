"""The queue of the device: which runs wait, in which order, and what can be done about it.

Shared by every session, for it reads the tickets on disk.
"""

from __future__ import annotations

import streamlit as st

from core.jobs import launch, queue
from core.runs import Run, runs_folder
from pages.widgets import page
from pages.widgets.run_picker import run_title
from pages.widgets.text import as_is


def show() -> None:
    """A row for each waiting run; nothing where none waits behind another."""
    waiting = queue.waiting(runs_folder())
    if not waiting or not queue.device_is_busy(runs_folder()):
        return
    with st.container(border=True, key="waiting_line"):
        st.markdown(f"**Waiting for the device** :gray[· {len(waiting)}, first in line first]")
        for place, run in enumerate(waiting, start=1):
            _row(place, run)


def _row(place: int, run: Run) -> None:
    words, buttons = st.columns([5, 3], vertical_alignment="center")
    words.markdown(f"{place}. {as_is(run_title(run))}")
    with buttons, st.container(horizontal=True, horizontal_alignment="right"):
        st.button(
            "Run next",
            key=f"first_{run.id}",
            icon=":material/vertical_align_top:",
            disabled=place == 1,
            on_click=page.attempt,
            args=(queue.move_to_front, run),
        )
        st.button(
            "Take out",
            key=f"out_{run.id}",
            icon=":material/close:",
            on_click=page.attempt,
            args=(launch.request_stop, run),
        )
