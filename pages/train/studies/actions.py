"""What can be done with a study: start, stop, continue, more seeds, delete. Knows no numbers."""

from __future__ import annotations

from typing import Literal, NamedTuple

import streamlit as st

from core import studies
from core.studies import MOST_SEEDS, StudyRecord, StudyState
from pages.session import address, state
from pages.widgets import page

Colour = Literal["gray", "blue", "orange", "green", "red"]
_MORE_SEEDS = 2


class Look(NamedTuple):
    label: str
    icon: str
    colour: Colour


LOOKS: dict[StudyState, Look] = {
    StudyState.PLANNED: Look("Planned", "edit_note", "gray"),
    StudyState.RUNNING: Look("Running", "play_circle", "blue"),
    StudyState.STOPPING: Look("Stopping", "stop_circle", "orange"),
    StudyState.STOPPED: Look("Stopped", "stop_circle", "orange"),
    StudyState.FINISHED: Look("Finished", "check_circle", "green"),
}


def show(record: StudyRecord) -> None:
    """The state as a badge and the buttons that it allows."""
    now = record.state()
    label, icon, colour = LOOKS[now]
    st.badge(label, icon=f":material/{icon}:", color=colour)
    if now.alive:
        _stop(record, now)
    elif now is not StudyState.FINISHED:
        _start(record, "Start the study" if now is StudyState.PLANNED else "Continue")
    if now is not StudyState.PLANNED and record.study().folds is None:
        _more_seeds(record)
    if not now.alive:
        delete(record)


def _start(record: StudyRecord, label: str) -> None:
    st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        key="start_study",
        on_click=page.attempt,
        args=(studies.start, record),
    )


def _stop(record: StudyRecord, now: StudyState) -> None:
    st.button(
        "Stop",
        icon=":material/stop:",
        key="stop_study",
        disabled=now is StudyState.STOPPING,
        help="The run at work writes a checkpoint and gives the device back. Continue goes on "
        "exactly there.",
        on_click=page.attempt,
        args=(studies.request_stop, record),
    )


def _more_seeds(record: StudyRecord) -> None:
    there = len(record.study().seeds)
    with st.popover(
        "More seeds", icon=":material/add:", key="more_seeds", on_change="rerun", type="tertiary"
    ):
        st.number_input(
            "Seeds to add",
            1,
            max(MOST_SEEDS - there, 1),
            min(_MORE_SEEDS, max(MOST_SEEDS - there, 1)),
            key="seeds_to_add",
            help="Each variant is trained once more with each of them. More seeds make the "
            "interval narrower: four times as many halve it.",
        )
        st.button(
            "Add them and train",
            key="add_seeds",
            disabled=there >= MOST_SEEDS,
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


def delete(record: StudyRecord) -> None:
    """A button that asks once more."""
    with st.popover("Delete", icon=":material/delete:", key="delete_study", type="tertiary"):
        st.markdown("Delete this study? Its runs stay in the list of runs.")
        st.button(
            ":red[Delete the study]",
            key="delete_study_now",
            icon=":material/delete_forever:",
            on_click=page.attempt,
            args=(_delete, record),
        )


def _delete(record: StudyRecord) -> None:
    studies.delete_study(record)
    address.forget("study")
    state.set_kept("study", "")
