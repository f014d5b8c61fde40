"""The buttons over a run: stop, pause, resume, delete. Each asks core.jobs.launch.

Knows which button a state allows, and nothing of how a worker carries it out.
"""

from __future__ import annotations

import streamlit as st

from core.jobs import launch
from core.runs import Run, State, Status, requests
from core.training import checkpoints
from pages.session import cache
from pages.widgets import page
from pages.widgets.run_delete import delete_button


def actions(run: Run) -> None:
    """The buttons that the run's state allows, for the row that they are drawn in."""
    status = run.status()
    # Not a range test: begun again it begins anew, so there is nothing to go on with.
    pausable = cache.run_config(run).job == "train"
    if status.state.alive:
        _living(run, status, pausable)
    elif not run.shipped:
        if pausable and _can_resume(status):
            _resume(run)
        delete_button(run)


def _living(run: Run, status: Status, pausable: bool) -> None:
    asked = requests.pending(run)
    queued = status.state is State.QUEUED
    st.button(
        "Take out of the queue" if queued else "Stop",
        key=f"stop_{run.id}",
        icon=":material/stop:",
        disabled=asked is requests.Request.STOP,
        help=_what_stopping_does(run, status),
        on_click=page.attempt,
        args=(launch.request_stop, run),
    )
    if pausable and not queued:
        st.button(
            "Pause",
            key=f"pause_{run.id}",
            icon=":material/pause:",
            disabled=asked is not None,
            help="Writes a checkpoint and frees the device. Resume goes on exactly there.",
            on_click=page.attempt,
            args=(launch.request_pause, run),
        )


def _what_stopping_does(run: Run, status: Status) -> str:
    if status.state is not State.QUEUED:
        return "Ends now and keeps what was learned."
    if checkpoints.are_in(run.checkpoints_path):
        return "It stays where it stands; Resume goes on from there."
    return "Nothing has been trained yet."


def _resume(run: Run) -> None:
    st.button(
        "Resume",
        key=f"resume_{run.id}",
        icon=":material/play_arrow:",
        help="Goes on from the last checkpoint.",
        on_click=page.attempt,
        args=(launch.resume, run),
    )


def _can_resume(status: Status) -> bool:
    """A stopped run that has done all its steps has nothing left to resume.

    One that crashed or failed after its last step has: its model is not saved, or not judged.
    One whose loss was lost would only lose it again.
    """
    done = status.steps > 0 and status.step >= status.steps
    left = not (status.state is State.STOPPED and done)
    return status.state.resumable and left and status.lost_learning_rate is None
