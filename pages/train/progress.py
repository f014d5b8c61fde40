"""How far a run is and how it ended: badge, phases, progress bar, reasons, log.

Shared by Train and the range test. Knows status files, not metrics.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.config import RunConfig
from core.jobs import queue
from core.runs import STARTING_PHASES, Phase, Run, State, Status, requests
from pages.session import run_list, titles
from pages.train import controls
from pages.widgets import page
from pages.widgets.text import as_is, format_count, format_duration, format_learning_rate

_Color = Literal["gray", "blue", "orange", "green", "red"]
# label, icon, colour of the badge
_LOOKS: dict[State, tuple[str, str, _Color]] = {
    State.QUEUED: ("Queued", "hourglass_top", "gray"),
    State.RUNNING: ("Running", "play_circle", "blue"),
    State.PAUSED: ("Paused", "pause_circle", "orange"),
    State.FINISHED: ("Finished", "check_circle", "green"),
    State.STOPPED: ("Stopped", "stop_circle", "orange"),
    State.FAILED: ("Failed", "error", "red"),
    State.CRASHED: ("Crashed", "bolt", "red"),
}


def headline(run: Run, status: Status, *, pausable: bool = True) -> None:
    """Badge, what the worker does now and on what; at the right the buttons."""
    label, icon, color = _LOOKS[status.state]
    words, buttons = st.columns([5, 3], vertical_alignment="center")
    with buttons:
        controls.show(run, status, pausable=pausable)
    with words, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(label, icon=f":material/{icon}:", color=color)
        st.markdown(f"**{as_is(_doing(run, status))}**", width="content")
        known = [as_is(word) for word in (status.device, status.precision) if word]
        if known:
            st.caption(" · ".join(known), width="content")


def bar(run: Run, status: Status) -> None:
    """A progress bar once there are steps; before that the phases of the start."""
    if status.state is State.QUEUED:
        ahead = queue.ahead_of(run)
        if ahead is None:
            _phases(status)
        else:
            st.info(_queue_note(ahead), icon=":material/hourglass_top:")
    elif status.state is State.RUNNING and not status.step:
        _phases(status)
    elif status.steps:
        st.progress(status.fraction_done, text=_place(status))


def outcome(run: Run, status: Status, resume_hint: str) -> None:
    """Why a run ended before its time, and what to do about it."""
    if status.state is State.FAILED:
        text = f"{status.error} {status.advice}".strip()
        page.show_error(text or "The worker failed. The log says more.")
    elif status.state is State.CRASHED:
        reason = status.error or "Its worker ended without a word."
        page.show_error(f"This run crashed. {reason} {resume_hint}")


def log(run: Run, status: Status) -> None:
    """The worker's own words, one click away."""
    text = "" if status.state.alive else run.log_tail()
    if not text:
        return
    with st.expander("Log of the worker", icon=":material/article:"):
        st.code(text, language=None, height=320)


def describe(config: RunConfig) -> None:
    """A draft or run in two lines: its name, then what it is."""
    training = config.training
    epochs = f"{training.epochs} epoch{'s' if training.epochs != 1 else ''}"
    schedule = config.schedule.kind.replace("_", "-")
    augmented = "augmented" if config.augmentation.active else "not augmented"
    st.markdown(f":gray[Draft] &ensp; **{as_is(titles.config_title(config))}**")
    st.caption(
        f"{as_is(config.dataset.name)} · {as_is(config.architecture.name)} · {epochs} · "
        f"batch {training.batch_size} · {config.optimizer.kind} at "
        f"{format_learning_rate(config.schedule.learning_rate)} ({schedule}) · {augmented}"
    )


def _doing(run: Run, status: Status) -> str:
    asked = requests.pending(run) if status.state.alive else None
    if asked is requests.Request.STOP:
        return "Stopping…"
    if asked is requests.Request.PAUSE:
        return "Pausing…"
    if status.state is State.QUEUED and queue.ahead_of(run) is None:
        return "Starting…"
    if status.state.alive:
        return f"{status.doing[:1].upper()}{status.doing[1:]}…"
    if status.early_stopped:
        return f"Stopped early after epoch {status.epoch}: no more improvement"
    return run_list.title(run)


def _place(status: Status) -> str:
    """E.g. "Epoch 3 of 10 · step 1,234 of 5,000 · 1 min 20 s left"."""
    words = []
    if status.epochs and status.steps:
        epoch = min(status.epoch + (status.step < status.steps), status.epochs)
        words.append(f"Epoch {epoch} of {status.epochs}")
    words.append(f"step {format_count(status.step)} of {format_count(status.steps)}")
    if status.seconds_left is not None:
        words.append(f"{format_duration(status.seconds_left)} left")
    return " · ".join(words)


def _queue_note(ahead: int) -> str:
    others = f" {ahead} more wait{'s' if ahead == 1 else ''} before it." if ahead else ""
    return (
        f"This run waits until the device is free.{others} It starts by itself, "
        "with or without this page open."
    )


def _phases(status: Status) -> None:
    """The phases of a start, done ones ticked, the present one marked."""
    phases = list(STARTING_PHASES)
    # Past them a worker is while its first steps are not yet recorded.
    place = phases.index(status.phase) if status.phase in phases else len(phases)
    words = [f":green[:material/check: {_in_words(phase)}]" for phase in phases[:place]]
    now = status.doing if place else _in_words(phases[0])
    words.append(f":primary[:material/sync: **{as_is(now)}**]")
    words += [
        f":gray[:material/radio_button_unchecked: {_in_words(phase)}]"
        for phase in phases[place + 1 :]
    ]
    with st.container(border=True):
        st.markdown(" &emsp; ".join(words))


def _in_words(phase: Phase) -> str:
    """The device was free at once where this is shown, so nothing was waited for."""
    return "starting the worker" if phase is Phase.WAITING else str(phase)
