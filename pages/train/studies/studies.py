"""Studies: ask a question of a configuration, have it trained several times, read the answer."""

from __future__ import annotations

import streamlit as st

from core.errors import ConfigError, UserError
from core.studies import StudyConfig, StudyRecord, StudyState, list_studies
from pages.session import address, audience, state
from pages.train.studies import actions, answer, new_study, plan, trials
from pages.widgets import page
from pages.widgets.head import head
from pages.widgets.text import as_is

_TITLE = "Studies"
_PURPOSE = (
    "Train variants of one configuration several times each, and say whether they differ by more "
    "than the noise."
)


def main() -> None:
    head(_TITLE, _PURPOSE)
    records = {record.id: record for record in list_studies()}
    chosen = _row(records)
    if chosen is None:
        _empty()
        return
    try:
        study = chosen.study()
    except ConfigError as error:
        page.show_error(error)
        actions.delete(chosen)
        return
    st.markdown(as_is(study.question) if study.question else "", width="stretch")
    _watch(chosen)
    plan.show(chosen, study)


def _row(records: dict[str, StudyRecord]) -> StudyRecord | None:
    """The study that is shown, what can be done with it, and a new one."""
    shown = address.kept("study", list(records), next(iter(records), ""))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="study_row"):
        if records:
            state.show_choice("chosen_study", shown)
            st.selectbox(
                "Study",
                list(records),
                format_func=lambda study_id: _title(records[study_id]),
                key="chosen_study",
                label_visibility="collapsed",
                width=380,
                on_change=_choose,
            )
        record = records.get(shown)
        if record is not None:
            with page.guarded():
                actions.show(record)
        new_study.popover(primary=record is None)
    return record


def _choose() -> None:
    address.keep("study", str(state.widget_value("chosen_study")))


def _title(record: StudyRecord) -> str:
    try:
        return record.study().title
    except UserError:
        return f"{record.id} (cannot be read)"


def _empty() -> None:
    with st.container(border=True, horizontal_alignment="center", key="empty_studies"):
        st.markdown(
            ":material/biotech: &ensp;Train a network again, and it comes out otherwise. A study "
            "trains each variant several times and says what the difference is worth. Begin with "
            "**New study**, above.",
            width=620,
        )


def _watch(record: StudyRecord) -> None:
    """Show the study; looked at again while it is at work, and drawn anew once it no longer is."""
    now = record.state()
    pace = audience.seconds_between_looks(state.session_id()) if now.alive else None
    st.fragment(_look, run_every=pace)(record, now)


def _look(record: StudyRecord, before: StudyState) -> None:
    try:
        now, study = record.state(), record.study()
    except UserError:
        st.rerun(scope="app")  # deleted, or spoiled, meanwhile
    if now is not before:
        st.rerun(scope="app")
    with page.guarded():
        _show(record, study, now)


def _show(record: StudyRecord, study: StudyConfig, now: StudyState) -> None:
    found = answer.read(record, study)
    trials.progress(record, study, now, found)
    answer.show(record, study, found)
    trials.table(record, study)


main()
