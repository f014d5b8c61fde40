"""The best that a search has found, how it came about, and what mattered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.figures import searches as figures
from core.searches import (
    Coordinates,
    Importance,
    SearchConfig,
    SearchFindings,
    SearchRecord,
    SearchTrial,
    coordinates,
    findings,
    importance,
    study_of_best,
)
from core.studies import create_study
from pages.session import address
from pages.train.series import drafts
from pages.widgets import page
from pages.widgets.live_charts import Chart, live_charts
from pages.widgets.text import as_is

_HEIGHT, _TALL = 260, 400  # pixels


def show(record: SearchRecord, search: SearchConfig, tried: Sequence[SearchTrial]) -> None:
    """The answer first, then what it rests on; nothing before a trial has ended."""
    found = findings(search, tried)
    if not found.sentences:
        return
    with st.container(border=True, gap="xsmall", key="search_answer"):
        best, *others = found.sentences
        st.markdown(f"**{as_is(best)}**")
        for line in others:
            st.caption(as_is(line))
        if found.best is not None:
            _what_to_do(record, search, found.best)
    lines = coordinates(search, tried)
    if lines.numbers:
        _charts(record, search, tried, found, lines)


def _what_to_do(record: SearchRecord, search: SearchConfig, best: SearchTrial) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Use this one",
            icon=":material/tune:",
            type="primary",
            key="use_best",
            help="Makes a draft of the best trial, to be changed or trained.",
            on_click=page.attempt,
            args=(_use, search, best),
        )
        st.button(
            "Compare it with the base",
            icon=":material/biotech:",
            key="study_best",
            help="Plans a study of the two with several seeds.",
            on_click=page.attempt,
            args=(_study, record),
        )


def _use(search: SearchConfig, best: SearchTrial) -> None:
    drafts.use(search.config_of(best.number, best.values))


def _study(record: SearchRecord) -> None:
    study = create_study(study_of_best(record.search(), record.progress().trials))
    address.keep("study", study.id)
    address.keep("look_at", "studies")


def _charts(
    record: SearchRecord,
    search: SearchConfig,
    tried: Sequence[SearchTrial],
    found: SearchFindings,
    lines: Coordinates,
) -> None:
    mattered = _importance(record.id, found.ended, search, tried)
    charts = [
        Chart(
            "Best so far over the time that trials have trained",
            partial(figures.search_steps, found.steps, over="seconds"),
            _HEIGHT,
            titled=True,
        ),
    ]
    if mattered.titled:
        bars = partial(figures.search_importance, mattered.titled, measure=mattered.measure)
        charts.append(Chart("What mattered", bars, _HEIGHT, titled=True))
    revision = (found.ended, len(charts))
    live_charts(charts, f"search_{record.id}_{len(charts)}", revision)
    if mattered.why:
        st.caption(as_is(mattered.why))
    drawn = partial(figures.search_coordinates, *lines)
    every = Chart("Every trial, the best in front", drawn, _TALL, titled=True)
    live_charts([every], f"search_trials_{record.id}", revision)


@st.cache_data(max_entries=20, show_spinner=False)
def _importance(
    record_id: str, ended: int, _search: SearchConfig, _trials: Sequence[SearchTrial]
) -> Importance:
    """Told anew once another trial has ended: it takes a second."""
    return importance(_search, _trials)
