"""How far a living run is, and its log: phases of the start, progress bar, place in the queue.

Shared by Train and the range test. Knows status files, not metrics.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.jobs import queue
from core.runs import STARTING_PHASES, Phase, Run, State, Status, requests
from core.runs.live.phase_times import usual_seconds
from pages.widgets.text import as_is, format_duration, format_percent

# What says itself while the bar moves.
_USUAL_WORK = (
    *(Phase.TRAINING, Phase.FINE_TUNING),
    *(Phase.VALIDATING, Phase.RAISING_LEARNING_RATE),
)


def bar(run: Run, status: Status) -> None:
    """A progress bar once there are steps; before that the phases of the start."""
    ahead = queue.ahead_of(run) if status.state is State.QUEUED else None
    if ahead is not None:
        st.info(_queue_note(ahead), icon=":material/hourglass_top:")
    elif not status.step:
        st.markdown(_phases(run, status, usual_seconds(run.path.parent)))
    elif status.steps:
        st.progress(status.fraction_done, text=as_is(_words(run, status)))


def log(run: Run, status: Status) -> None:
    """The worker's own words, one click away."""
    opened = st.expander(
        "Log of the worker",
        icon=":material/article:",
        key=f"log_{run.id}",
        on_change="rerun",
        # A closed one is read for nothing at each look; of a run that has ended there is one.
    )
    if not opened.open and status.state.alive:
        return
    with opened:
        st.caption("The worker is the process that trains; this is what it wrote last.")
        st.code(run.log_tail() or "Nothing yet.", language=None, height=320, wrap_lines=True)


def _words(run: Run, status: Status) -> str:
    """E.g. "Epoch 3 of 10 · 27.3 % · 1 min 20 s left"."""
    words = [status.place, format_percent(status.fraction_done, 0)]
    if status.seconds_left is not None:
        words.append(f"{format_duration(status.seconds_left)} left")
    doing = _asked(run)
    if not doing and status.phase not in _USUAL_WORK:
        doing = f"{status.doing}…"
    return " · ".join([*words, doing] if doing else words)


def _asked(run: Run) -> str:
    """What the run has been asked to do and has not done yet."""
    asked = requests.pending(run)
    if asked is None:
        return ""
    return "stopping…" if asked is requests.Request.STOP else "pausing…"


def _queue_note(ahead: int) -> str:
    others = f" {ahead} more wait{'s' if ahead == 1 else ''} before it." if ahead else ""
    return (
        f"This run waits until the device is free.{others} It starts by itself, "
        "with or without this page open."
    )


def _phases(run: Run, status: Status, usual: Mapping[Phase, float]) -> str:
    """The phases of a start in one line: done ones ticked, the present one marked."""
    phases = list(STARTING_PHASES)
    # Past them a worker is while its first steps are not yet recorded.
    place = phases.index(status.phase) if status.phase in phases else len(phases)
    words = [f":green[:material/check: {_in_words(phase)}]" for phase in phases[:place]]
    now = _asked(run) or (status.doing if place else _in_words(phases[0]))
    words.append(f":primary[:material/sync: **{as_is(now)}**{_takes(status.phase, usual)}]")
    words += [
        f":gray[:material/radio_button_unchecked: {_in_words(phase)}{_takes(phase, usual)}]"
        for phase in phases[place + 1 :]
    ]
    return " &emsp; ".join(words)


def _takes(phase: Phase, usual: Mapping[Phase, float]) -> str:
    """How long that usually takes here, in brackets; nothing where it is not known, or no time."""
    seconds = usual.get(phase, 0.0)
    return f" (about {format_duration(seconds)})" if seconds >= 1.0 else ""


def _in_words(phase: Phase) -> str:
    """The device was free at once where this is shown, so nothing was waited for."""
    return "starting the worker" if phase is Phase.WAITING else str(phase)
