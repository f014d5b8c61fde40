"""One study: what it asks, how far it is, what came out."""

from __future__ import annotations

import streamlit as st

from core import studies
from core.errors import ConfigError
from core.studies import StudyRecord, StudyState, list_studies
from pages.train.series import row, watching
from pages.train.studies import answer, more_seeds, new_study, plan, trials
from pages.widgets import page
from pages.widgets.text import as_is

_KIND = row.Kind(
    name="study",
    title=lambda record: record.study().title,
    start=studies.start,
    stop=studies.request_stop,
    delete=studies.delete_study,
    more=more_seeds.popover,
)


def show() -> None:
    records = {record.id: record for record in list_studies()}
    chosen = row.show(_KIND, records, new_study.popover)
    if chosen is None:
        _empty()
        return
    try:
        study = chosen.study()
    except ConfigError as error:
        page.show_error(error)
        row.delete(_KIND, chosen)
        return
    if study.question:
        st.markdown(as_is(study.question))
    watching.watch(chosen, _look)
    plan.show(chosen, study)


def _empty() -> None:
    with st.container(border=True, horizontal_alignment="center", key="empty_studies"):
        st.markdown(
            ":material/biotech: &ensp;Train a network again, and it comes out otherwise. A study "
            "trains each variant several times and says what the difference is worth. Begin with "
            "**New study**, above.",
            width=620,
        )


def _look(record: StudyRecord, now: StudyState) -> None:
    study = record.study()
    found = answer.read(record, study)
    trials.progress(record, study, now, found)
    answer.show(record, study, found)
    trials.table(record, study)
