"""What stands in the page's address, so that a refresh or a link brings it back.

Sidebar links drop the query string; `remember` writes it again on every page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from core.runs.drafts import load_draft
from pages.session import state


def remember() -> None:
    """Take the ids from the address, or write the session's there. Once in a script run."""
    asked = st.query_params.get("draft")
    if asked and asked != state.draft_id() and load_draft(asked):
        state.set_draft_id(asked)
    write("draft", state.draft_id())

    run_id = st.query_params.get("run")
    selected = state.run_id()
    if run_id and run_id != state.written_run_id():
        state.set_run_id(run_id)
    elif not run_id and selected is not None:
        write_run(selected)


def parameters() -> dict[str, str]:
    """The query parameters that a link or `st.switch_page` should carry."""
    found = {"draft": state.draft_id()}
    selected = state.run_id()
    if selected is not None:
        found["run"] = selected
    return found


def run_id() -> str:
    """The run that the address names; empty where it names none."""
    return st.query_params.get("run", "")


def write_run(run_id: str) -> None:
    state.set_written_run_id(run_id)
    write("run", run_id)


def kept(name: str, allowed: Sequence[str], default: str) -> str:
    """What was chosen to look at, from the address or the session, else `default`.

    Unlike a widget bound to the address, it holds the value and not its label.
    """
    value = st.query_params.get(name) or state.kept(name)
    if value not in allowed:
        return default
    keep(name, value)
    return value


def keep(name: str, value: str) -> None:
    state.set_kept(name, value)
    write(name, value)


def chosen(name: str, allowed: Collection[str], default: str) -> str:
    """A choice that stands in the address and nowhere else, so that Back brings it back."""
    value = st.query_params.get(name, default)
    return value if value in allowed else default


def everything() -> dict[str, str]:
    """All that stands in the address. A way to another page that should lead back to this very
    view carries it: leaving writes what it carries into the history of the page left, too."""
    return st.query_params.to_dict()


def change(changes: Mapping[str, str | None]) -> None:
    """Write several at once, None takes one away: one step of the browser's history."""
    now = st.query_params.to_dict()
    wanted = {**now, **changes}
    then = {key: value for key, value in wanted.items() if value is not None}
    if then != now:
        st.query_params.from_dict(then)


def number(name: str) -> int | None:
    """A parameter that is a whole number; the address may hold anything."""
    text = st.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def write(name: str, value: str) -> None:
    """Each assignment is a message to the browser, so only what differs is assigned."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def forget(name: str) -> None:
    st.query_params.pop(name, None)
