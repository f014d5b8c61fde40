"""More time for a search that was started once. Knows nothing of what it brings."""

from __future__ import annotations

import streamlit as st

from core import searches
from core.searches import MOST_TRIALS, SearchRecord
from pages.session import state
from pages.widgets import page

_MORE_MINUTES, _MORE_TRIALS = 5, 20


def popover(record: SearchRecord) -> None:
    with st.popover(
        "More time",
        icon=":material/more_time:",
        key="more_time",
        on_change="rerun",
        type="tertiary",
    ):
        st.number_input("Minutes to add", 1, 10_000, _MORE_MINUTES, key="minutes_to_add")
        st.number_input("Trials to add", 0, MOST_TRIALS, _MORE_TRIALS, key="trials_to_add")
        st.button(
            "Add them and search",
            key="add_time",
            on_click=page.attempt,
            args=(_extend, record),
        )


def _extend(record: SearchRecord) -> None:
    search = record.search()
    minutes, trials = state.widget_value("minutes_to_add"), state.widget_value("trials_to_add")
    searches.extend(
        record,
        seconds=search.seconds + 60.0 * float(minutes),
        most_trials=min(search.most_trials + int(trials), MOST_TRIALS),
    )
    state.close("more_time")
    if not record.alive():
        searches.start(record)
