"""One search: what may vary, how far it is, the best so far and how it came about."""

from __future__ import annotations

import streamlit as st

from core import searches
from core.errors import UserError
from core.notation import duration
from core.searches import SearchConfig, SearchRecord, SearchState, SearchTrial, list_searches
from pages.session import titles
from pages.train.searches import answer, more_time, new_search, trials
from pages.train.series import row, watching
from pages.widgets import page
from pages.widgets.text import as_is

_KIND = row.Kind(
    name="search",
    title=lambda record: record.search().title,
    start=searches.start,
    stop=searches.request_stop,
    delete=searches.delete_search,
    more=more_time.popover,
)


def show() -> None:
    records = {record.id: record for record in list_searches()}
    chosen = row.show(_KIND, records, new_search.popover)
    if chosen is None:
        _empty()
        return
    try:
        search, state = chosen.search(), chosen.state()
    except UserError as error:
        page.show_error(error)
        row.delete(_KIND, chosen)
        return
    st.markdown(_in_words(search))
    if state is SearchState.PLANNED:
        with page.guarded():
            searches.check(search)
    watching.watch(chosen, _look)


def _empty() -> None:
    with st.container(border=True, horizontal_alignment="center", key="empty_searches"):
        st.markdown(
            ":material/travel_explore: &ensp;Say what may vary and how long to look. A search "
            "trains one trial after the other, learns from them where the good values lie, and "
            "ends those early that are behind. Begin with **New search**, above.",
            width=620,
        )


def _in_words(search: SearchConfig) -> str:
    """ "Of **Digits**, learning rate 0.0006 to 0.06 and width 0.5 to 2, for 10 min 00 s"."""
    base = as_is(titles.config_title(search.base))
    varied = [
        f"{search.titles[name].lower()} {searches.range_in_words(dimension)}"
        for name, dimension in search.space.items()
    ]
    what = as_is(", ".join(varied))
    return (
        f"Of **{base}**: {what}. At most {search.most_trials} trials and "
        f"{duration(search.seconds)} of training."
    )


def _look(record: SearchRecord, now: SearchState) -> None:
    search, progress = record.search(), record.progress()
    _progress(record, search, progress.trials, now)
    if progress.error and not now.alive and now is not SearchState.FINISHED:
        page.show_error(f"{progress.error} {progress.advice}".strip())
    answer.show(record, search, progress.trials)
    trials.table(record, search, progress.trials)


def _progress(
    record: SearchRecord, search: SearchConfig, tried: tuple[SearchTrial, ...], now: SearchState
) -> None:
    if not now.alive:
        return
    spent = searches.spent(tried)
    ended = sum(trial.ended for trial in tried)
    share = max(spent / search.seconds, ended / search.most_trials)
    words = f"{ended} trials in {duration(spent)} of {duration(search.seconds)}"
    for trial in tried:
        run = record.run_of(trial)
        if not trial.ended and run is not None:
            status = run.status()
            place = status.place.lower() if status.steps else status.doing
            words += f". Now {search.in_words(trial.values)}: {place}"
    st.progress(min(share, 1.0), text=as_is(f"{words}."))
