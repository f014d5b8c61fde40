"""How far a run is and how it ended: badge, phases, progress bar, reasons, log.

Shared by Train and the range test. Knows status files, not metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from core.config import ConfigError, RunConfig
from core.runs import Run, State, Status, is_locked
from core.training import control, queue
from pages.components import cache, controls, layout

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
# What a worker says before its first step, in order; the last one is training itself.
_STARTING = ("starting the worker", "loading TensorFlow", "preparing data",
             "building the network", "first step")  # fmt: skip


def headline(run: Run, status: Status, *, pausable: bool = True) -> None:
    """Badge, what the worker does now and on what; at the right the buttons."""
    label, icon, color = _LOOKS[status.state]
    words, buttons = st.columns([5, 3], vertical_alignment="center")
    with buttons:
        controls.show(run, status, pausable=pausable)
    with words, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(label, icon=f":material/{icon}:", color=color)
        st.markdown(f"**{_doing(run, status)}**", width="content")
        facts = [fact for fact in (status.device, status.precision) if fact]
        if facts:
            st.caption(" · ".join(facts), width="content")


def bar(run: Run, status: Status) -> None:
    """A progress bar once there are steps; before that the phases of the start."""
    if status.state is State.QUEUED:
        ahead = _queued_behind(run)
        if ahead is None:
            _phases(_STARTING[0])
        else:
            st.info(_queue_note(ahead), icon=":material/hourglass_top:")
    elif status.state is State.RUNNING and not status.step:
        _phases(status.phase)
    elif status.steps:
        st.progress(layout.progress_of(status), text=_place(status))


def outcome(run: Run, status: Status, resume_hint: str) -> None:
    """Why a run ended before its time, and what to do about it."""
    if status.state is State.FAILED:
        text = " ".join(part for part in (status.error, status.advice) if part)
        st.error(text or "The worker failed. The log says more.", icon=":material/error:")
    elif status.state is State.CRASHED:
        reason = status.error or "Its worker ended without a word: it was killed, or the "\
            "machine went down or ran out of memory."  # fmt: skip
        st.error(f"This run crashed. {reason} {resume_hint}", icon=":material/bolt:")


def log(run: Run, status: Status) -> None:
    """The worker's own words, one click away."""
    text = run.log_tail()
    if status.state.alive or not text:
        return
    with st.expander("Log of the worker", icon=":material/article:"):
        st.code(text, language=None, height=320)


def describe(config: RunConfig) -> None:
    """A draft or run in two lines: its name, then what it is."""
    training = config.training
    epochs = f"{training.epochs} epoch{'s' if training.epochs != 1 else ''}"
    schedule = config.schedule.kind.replace("_", "-")
    augmented = "augmented" if config.augmentation.active else "not augmented"
    name = config.title or f"{config.dataset.name} · {config.architecture.name}"
    st.markdown(f":gray[Draft] &ensp; **{name}**")
    st.caption(
        f"{config.dataset.name} · {config.architecture.name} · {epochs} · "
        f"batch {training.batch_size} · {config.optimizer.kind} at "
        f"{layout.rate(config.schedule.learning_rate)} ({schedule}) · {augmented}"
    )


def _doing(run: Run, status: Status) -> str:
    asked = control.pending(run) if status.state.alive else None
    if asked is control.Request.STOP:
        return "Stopping…"
    if asked is control.Request.PAUSE:
        return "Pausing…"
    if status.state is State.QUEUED and _queued_behind(run) is None:
        return "Starting…"
    if status.state.alive:
        return f"{status.phase[:1].upper()}{status.phase[1:]}…"
    if status.early_stopped:
        return f"Stopped early after epoch {status.epoch}: no more improvement"
    return _title(run)


def _title(run: Run) -> str:
    try:
        config = cache.run_config(run)
    except ConfigError:
        return run.id
    return config.title or f"{config.dataset.name} · {config.architecture.name}"


def _place(status: Status) -> str:
    """E.g. "Epoch 3 of 10 · step 1,234 of 5,000 · 1 min 20 s left"."""
    parts = []
    if status.epochs and status.steps:
        epoch = min(status.epoch + (status.step < status.steps), status.epochs)
        parts.append(f"Epoch {epoch} of {status.epochs}")
    parts.append(f"step {layout.count(status.step)} of {layout.count(status.steps)}")
    if status.seconds_left is not None:
        parts.append(f"{layout.duration(status.seconds_left)} left")
    return " · ".join(parts)


def _queued_behind(run: Run) -> int | None:
    """How many runs wait before this one; None where the device is free for it."""
    line = [waiting.id for waiting in queue.waiting(run.path.parent)]
    ahead = line.index(run.id) if run.id in line else 0
    return ahead if ahead or is_locked(run.path.parent / ".device.lock") else None


def _queue_note(ahead: int) -> str:
    others = f" {ahead} more wait{'s' if ahead == 1 else ''} before it." if ahead else ""
    return (
        f"This run waits until the device is free.{others} It starts by itself, "
        "with or without this page open."
    )


def _phases(current: str) -> None:
    """The steps of a start, done ones ticked, the present one marked."""
    names: Sequence[str] = _STARTING
    place = next((i for i, name in enumerate(names) if current.startswith(name)), 0)
    words = []
    for i, name in enumerate(names):
        if i < place:
            words.append(f":green[:material/check: {name}]")
        elif i == place:
            words.append(f":primary[:material/sync: **{current}**]")
        else:
            words.append(f":gray[:material/radio_button_unchecked: {name}]")
    with st.container(border=True):
        st.markdown(" &emsp; ".join(words))
