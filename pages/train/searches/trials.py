"""The trials of a search, the best first, each with a way to its run."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.searches import SearchConfig, SearchRecord, SearchTrial, TrialState
from pages.widgets import page
from pages.widgets.text import DASH, as_is, format_duration, format_percent

_MOST = 40  # lines
_STATES = {
    TrialState.OPEN: "open",
    TrialState.FINISHED: "trained to the end",
    TrialState.PRUNED: "stopped early",
    TrialState.LOST: "lost its loss",
    TrialState.FAILED: "failed",
}


def table(record: SearchRecord, search: SearchConfig, tried: Sequence[SearchTrial]) -> None:
    """A line a trial."""
    if not tried:
        return
    lines = st.expander(
        f"Trials ({len(tried)})", icon=":material/list:", key="search_trials", on_change="rerun"
    )
    if lines.open:  # closed they would cost time at each look and show nothing
        with lines:
            best_first = sorted(tried, key=lambda trial: -(trial.accuracy or 0.0))
            for trial in best_first[:_MOST]:
                with page.guarded():
                    _line(record, search, trial)
            if len(tried) > _MOST:
                st.caption(f"The best {_MOST} of {len(tried)}.")


def _line(record: SearchRecord, search: SearchConfig, trial: SearchTrial) -> None:
    name, reached, how, way = st.columns((4.2, 1.2, 2.2, 1.1), vertical_alignment="center")
    name.markdown(f"**{trial.number}** · {as_is(search.in_words(trial.values))}")
    reached.markdown(DASH if trial.accuracy is None else f"**{format_percent(trial.accuracy)}**")
    epochs = len(trial.epochs)
    after = f" after {epochs} epoch{'s' if epochs != 1 else ''}" if epochs else ""
    how.markdown(f":small[{_STATES[trial.state]}{after}, {format_duration(trial.seconds)}]")
    run = record.run_of(trial)
    if run is not None:
        with way:
            page.link("pages/train/train.py", "Open", icon=":material/arrow_forward:", run=run)
    if trial.error:
        st.caption(as_is(trial.error))
