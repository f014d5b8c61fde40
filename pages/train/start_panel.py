"""Starting a job on the draft: what would run, whether it can, and the button.

Shared by Train and the range test. Whether it may start is core.jobs.preflight's to say.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.config import RunConfig
from core.jobs import launch, preflight
from core.jobs.preflight import Preflight
from pages.session import run_list, state
from pages.train import progress
from pages.widgets import datasets, page

Job = Literal["train", "range-test"]


def panel(draft: RunConfig, label: str, job: Job) -> None:
    """The draft in two lines, a way to change it, and the button that starts the job."""
    words, buttons = st.columns([5, 3], vertical_alignment="center")
    with words:
        progress.describe(draft)
    found = preflight.inspect(draft)
    with (
        buttons,
        st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"),
    ):
        page.link("pages/design/design.py", "Change it", icon=":material/tune:")
        st.button(
            label,
            type="primary",
            icon=":material/play_arrow:",
            key=f"start_{job}",
            disabled=found.problem is not None,
            on_click=page.attempt,
            args=(_start, job),
        )
    _say_what_is_in_the_way(found, job)


def _start(job: Job) -> None:
    """Start the draft as it is now, and select the run.

    Asked before the page is drawn anew, in a callback: what interrupts the drawing cannot
    lose the click.
    """
    draft = state.current_draft()
    preflight.check(draft)  # something may have changed since the page was drawn
    run = launch.start(draft.model_copy(update={"job": job}))
    run_list.select(run.id)


def _say_what_is_in_the_way(found: Preflight, job: Job) -> None:
    if found.info is not None and found.needs_download:
        datasets.offer_download(found.info, job)
    elif found.problem is not None:
        page.show_error(found.problem)
