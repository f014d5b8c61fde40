"""The runs of a study: how far they are, and a line each. Knows nothing of what they come to."""

from __future__ import annotations

import streamlit as st

from core.runs import Run, Status
from core.studies import Findings, StudyConfig, StudyRecord, StudyState, Trial, is_done
from pages.widgets import page
from pages.widgets.run_state import state_badge
from pages.widgets.text import DASH, as_is, format_duration, format_percent

_MOST = 36  # lines


def progress(record: StudyRecord, study: StudyConfig, now: StudyState, found: Findings) -> None:
    """How many runs are done and which is at work; why it ended early, where it did."""
    stored = record.progress()
    if now.alive:
        st.progress(_share(record, study, found), text=_at_work(record, study, found))
    elif stored.error and now is not StudyState.FINISHED:
        page.show_error(f"{stored.error} {stored.advice}".strip())
    elif now is StudyState.STOPPED:
        st.caption(
            f"{found.done} of {found.planned} runs are done. Continue goes on with the rest."
        )


def _share(record: StudyRecord, study: StudyConfig, found: Findings) -> float:
    stored = record.progress()
    runs = [record.run_of(trial, stored) for trial in study.trials]
    going = [run.status().fraction_done for run in runs if run is not None and not is_done(run)]
    return min((found.done + sum(going)) / max(found.planned, 1), 1.0)


def _at_work(record: StudyRecord, study: StudyConfig, found: Findings) -> str:
    words = f"{found.done} of {found.planned} runs are done"
    stored = record.progress()
    for trial in study.trials:
        run = record.run_of(trial, stored)
        status = run.status() if run is not None else None
        if status is not None and status.state.alive:
            left = status.seconds_left
            rest = f", {format_duration(left)} left" if left is not None else ""
            place = status.place.lower() if status.steps else status.doing
            return f"{words}. Now {as_is(_name(study, trial))}: {as_is(place)}{rest}."
    return f"{words}."


def table(record: StudyRecord, study: StudyConfig) -> None:
    """A line a run, with a way to it."""
    stored = record.progress()
    there = [(trial, record.run_of(trial, stored)) for trial in study.trials]
    begun = [(trial, run) for trial, run in there if run is not None]
    if not begun:
        return
    lines = st.expander(
        f"Runs ({len(begun)} of {len(there)})",
        icon=":material/list:",
        key="study_runs",
        on_change="rerun",
    )
    if lines.open:  # closed they would cost time at each look and show nothing
        with lines:
            for trial, run in begun[-_MOST:]:
                with page.guarded():
                    _line(study, trial, run)
            if len(begun) > _MOST:
                st.caption(f"The last {_MOST} of {len(begun)}. All are in the list of runs.")


def _line(study: StudyConfig, trial: Trial, run: Run) -> None:
    status = run.status()
    name, condition, outcome, way = st.columns((4, 1.4, 2, 1.2), vertical_alignment="center")
    name.markdown(as_is(_name(study, trial)))
    with condition:
        state_badge(status.state)
    outcome.markdown(_outcome(status))
    with way:
        page.link("pages/train/train.py", "Open", icon=":material/arrow_forward:", run=run)


def _outcome(status: Status) -> str:
    result = status.outcome
    if result is None:
        return f":small[{status.place}]" if status.steps else DASH
    return f"**{format_percent(result.test_accuracy, 2)}** :small[of test]"


def _name(study: StudyConfig, trial: Trial) -> str:
    return f"{study.variants[trial.variant].name}, {study.repeat_in_words(trial.repeat)}"
