"""A run's state as a badge: one look for each state, on every page."""

from __future__ import annotations

from typing import Literal, NamedTuple

import streamlit as st

from core.runs import State

Colour = Literal["gray", "blue", "orange", "green", "red"]


class Look(NamedTuple):
    label: str
    icon: str
    colour: Colour


LOOKS: dict[State, Look] = {
    State.QUEUED: Look("Queued", "hourglass_top", "gray"),
    State.RUNNING: Look("Running", "play_circle", "blue"),
    State.PAUSED: Look("Paused", "pause_circle", "orange"),
    State.FINISHED: Look("Finished", "check_circle", "green"),
    State.STOPPED: Look("Stopped", "stop_circle", "orange"),
    State.FAILED: Look("Failed", "error", "red"),
    State.CRASHED: Look("Crashed", "bolt", "red"),
}


def state_badge(state: State) -> None:
    label, icon, colour = LOOKS[state]
    st.badge(label, icon=f":material/{icon}:", color=colour)
