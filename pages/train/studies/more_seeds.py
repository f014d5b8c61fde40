"""More seeds for a study that was started once. Knows nothing of what they bring."""

from __future__ import annotations

import streamlit as st

from core import studies
from core.studies import MOST_SEEDS, StudyRecord
from pages.session import state
from pages.widgets import page

_MORE = 2


def popover(record: StudyRecord) -> None:
    """How many; nothing for a study over folds."""
    study = record.study()
    if study.folds is not None:
        return
    room = max(MOST_SEEDS - len(study.seeds), 1)
    with st.popover(
        "More seeds", icon=":material/add:", key="more_seeds", on_change="rerun", type="tertiary"
    ):
        st.number_input(
            "Seeds to add",
            1,
            room,
            min(_MORE, room),
            key="seeds_to_add",
            help="Each variant is trained once more with each of them. More seeds make the "
            "interval narrower: four times as many halve it.",
        )
        st.button(
            "Add them and train",
            key="add_seeds",
            disabled=len(study.seeds) >= MOST_SEEDS,
            on_click=page.attempt,
            args=(_extend, record),
        )


def _extend(record: StudyRecord) -> None:
    highest = max(record.study().seeds)
    count = int(state.widget_value("seeds_to_add"))
    studies.extend(record, range(highest + 1, highest + 1 + count))
    state.close("more_seeds")
    if not record.alive():
        studies.start(record)
