"""What the person is working on: the draft and the selected run.

The only place that names session keys. A session dies with its browser tab, so the
address carries the ids (`?draft=`, `?run=`) and what they name lies on disk. Sidebar
links drop the query string; `remember_address` writes it again on every page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.config import ConfigError, RunConfig
from core.drafts import load_draft, new_draft_id, newest_draft, save_draft
from core.recipes import find_recipe
from core.runs import Run, list_runs
from pages.components import cache

_DRAFT = "draft_id"
_RUN = "run_id"
_WRITTEN_RUN = "run_id_in_address"  # what the page wrote there, as against the person
_ERRORS = "field_errors"
_SHUFFLE = "shuffle"
_FIRST_RECIPE = "digits-quick"


def remember_address() -> None:
    """Take the ids from the address, or write the session's there. Once in a script run."""
    draft_id = st.query_params.get("draft")
    if draft_id and draft_id != st.session_state.get(_DRAFT) and load_draft(draft_id):
        st.session_state[_DRAFT] = draft_id
    _write("draft", st.session_state.setdefault(_DRAFT, new_draft_id()))

    run_id = st.query_params.get("run")
    if run_id and run_id != st.session_state.get(_WRITTEN_RUN):
        st.session_state[_RUN] = run_id
    elif not run_id and _RUN in st.session_state:
        _write_run(st.session_state[_RUN])


def current_draft() -> RunConfig:
    """The draft of the address or session, else the newest saved, else the first recipe."""
    saved = load_draft(_draft_id())
    return saved or newest_draft() or find_recipe(_FIRST_RECIPE).config


def update_draft(config: RunConfig) -> None:
    """Save the draft under this session's id, where a refresh or a restart finds it."""
    save_draft(_draft_id(), config)


def address() -> dict[str, str]:
    """The query parameters that a link or `st.switch_page` should carry."""
    found = {"draft": _draft_id()}
    if _RUN in st.session_state:
        found["run"] = st.session_state[_RUN]
    return found


def runs(
    job: str | None = "train", *, with_predictions: bool = False, with_model: bool = False
) -> list[Run]:
    """Run records of that job, newest first; None for every job."""
    return [
        run
        for run in list_runs()
        if (job is None or _job(run) == job)
        and (not with_predictions or run.predictions_path.is_file())
        and (not with_model or run.model_path.is_file())
    ]


def selected_run(candidates: Sequence[Run]) -> Run | None:
    """The run asked for where it is a candidate, else the newest candidate.

    What is shown stands in the address, so that a refresh shows it again. A run that is
    no candidate here (still training, say) stays selected for the pages where it is one.
    """
    wanted = st.session_state.get(_RUN, "")
    by_id = {run.id: run for run in candidates}
    chosen = by_id.get(wanted) or by_id.get(st.query_params.get("run", ""))
    chosen = chosen or (candidates[0] if candidates else None)
    if chosen is not None:
        _write_run(chosen.id)
    return chosen


def select_run(run_id: str) -> None:
    """Make this the run that every page shows."""
    st.session_state[_RUN] = run_id
    _write_run(run_id)


def kept(name: str, allowed: Sequence[str], default: str) -> str:
    """What was chosen to look at, from the address or the session, else `default`.

    Unlike a widget bound to the address, it holds the value and not its label.
    """
    value = st.query_params.get(name) or st.session_state.get(_kept_key(name), "")
    if value not in allowed:
        return default
    keep(name, value)
    return value


def keep(name: str, value: str) -> None:
    st.session_state[_kept_key(name)] = value
    _write(name, value)


def _kept_key(name: str) -> str:
    return f"kept_{name}"


def show_in_widget(key: str, value: Any) -> None:
    """Make a keyed widget show this value. Call before the widget is drawn.

    Assigned only where it differs, because an assignment overrides what the person may
    have typed since.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def widget_value(key: str) -> Any:
    """What a keyed widget holds; for its own callback."""
    return st.session_state[key]


def report_errors(errors: dict[str, str]) -> None:
    """What was wrong with the last change, by field; replaces what was there."""
    st.session_state[_ERRORS] = errors


def error_of(field: str) -> str:
    errors: dict[str, str] = st.session_state.get(_ERRORS, {})
    return errors.get(field, "")


def shuffles(name: str) -> int:
    """How often this was reshuffled: a seed for what it shows."""
    counts: dict[str, int] = st.session_state.get(_SHUFFLE, {})
    return counts.get(name, 0)


def reshuffle(name: str) -> None:
    counts: dict[str, int] = st.session_state.get(_SHUFFLE, {})
    st.session_state[_SHUFFLE] = {**counts, name: counts.get(name, 0) + 1}


def _draft_id() -> str:
    return st.session_state.setdefault(_DRAFT, new_draft_id())


def _job(run: Run) -> str | None:
    try:
        return cache.run_config(run).job
    except ConfigError:
        return None  # a record made by another version, or by hand: no page can show it


def _write_run(run_id: str) -> None:
    st.session_state[_WRITTEN_RUN] = run_id
    _write("run", run_id)


def _write(name: str, value: str) -> None:
    """Each assignment is a message to the browser, so only what differs is assigned."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value
