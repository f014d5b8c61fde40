"""Starting a job on the draft: what would run, whether it can, and the button.

Shared by Train and the range test. What can be refused before the start is refused here.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.config import RunConfig, apply_overrides
from core.data.catalog import DatasetInfo, find_dataset
from core.data.errors import DatasetError
from core.models.plan import check_fits
from core.training import jobs
from pages.components import datasets, layout, progress, state

Job = Literal["train", "range-test"]


def panel(draft: RunConfig, label: str, job: Job) -> None:
    """The draft in two lines, a way to change it, and the button that starts the job."""
    words, buttons = st.columns([5, 3], vertical_alignment="center")
    with words:
        progress.describe(draft)
    info = _data_of(draft, job)
    with (
        buttons,
        st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"),
    ):
        layout.link("pages/design.py", "Change it", icon=":material/tune:")
        clicked = st.button(
            label,
            type="primary",
            icon=":material/play_arrow:",
            key=f"start_{job}",
            disabled=info is None,
        )
    if clicked and info is not None:
        with layout.guarded():
            start(draft, info, job)


def start(draft: RunConfig, info: DatasetInfo, job: Job) -> None:
    """Start the job and show it.

    Raises:
        ConfigError, DatasetError, RunError: why it cannot start.
    """
    # Images of a set not read yet are left to the worker, which says how far it is.
    if info.state == "ready" or (info.image_shape and info.class_count):
        size = datasets.input_of(draft.dataset)
        if size is not None:
            check_fits(draft.architecture, *size)
    run = jobs.launch(apply_overrides(draft, [f"job={job}"]))
    state.select_run(run.id)
    st.rerun()


def _data_of(draft: RunConfig, job: Job) -> DatasetInfo | None:
    """The draft's data set where it is here; else None, and the page says what to do."""
    try:
        info = find_dataset(draft.dataset.name)
    except DatasetError as error:
        st.error(str(error), icon=":material/error:")
        return None
    if info.problem:
        st.error(info.problem, icon=":material/error:")
        return None
    if info.state == "downloadable":
        datasets.offer_download(info, job)
        return None
    return info
