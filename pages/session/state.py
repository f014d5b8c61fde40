"""What the person is working on: the draft, the selected run, what widgets hold.

The only place that names session keys. A session dies with its browser tab, so the
address carries the ids (see `address`) and what they name lies on disk.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.config import RunConfig
from core.recipes import find_recipe
from core.runs.drafts import load_draft, new_draft_id, save_draft

_SESSION = "session_id"
_DRAFT = "draft_id"
_RUN = "run_id"
_WRITTEN_RUN = "run_id_in_address"  # what the page wrote there, as against the person
_ERRORS = "field_errors"
_TOLD = "fields_told"  # of which the page has said what was wrong
_SHUFFLE = "shuffle"
_NEXT_PAGE = "next_page"
_FIRST_RECIPE = "digits-quick"


def session_id() -> str:
    """Tells this session from the others; two tabs on one draft are two."""
    return str(st.session_state.setdefault(_SESSION, secrets.token_hex(4)))


def draft_id() -> str:
    """This session's draft; a new id where it has none yet."""
    return str(st.session_state.setdefault(_DRAFT, new_draft_id()))


def set_draft_id(value: str) -> None:
    st.session_state[_DRAFT] = value


def current_draft() -> RunConfig:
    """The draft of the address or session, else the first recipe.

    Never another session's by itself: it may be broken, or somebody else's. Design offers the
    last one that could be started.
    """
    return own_draft() or find_recipe(_FIRST_RECIPE).config


def own_draft() -> RunConfig | None:
    """The draft where it was changed, here or at the address that brought the person here."""
    return load_draft(draft_id())


def update_draft(config: RunConfig) -> None:
    """Save the draft under this session's id, where a refresh or a restart finds it."""
    save_draft(draft_id(), config)


def run_id() -> str | None:
    """The run that every page shows; None before one was selected."""
    return st.session_state.get(_RUN)


def set_run_id(value: str) -> None:
    st.session_state[_RUN] = value


def written_run_id() -> str | None:
    """The run that the page itself wrote into the address."""
    return st.session_state.get(_WRITTEN_RUN)


def set_written_run_id(value: str) -> None:
    st.session_state[_WRITTEN_RUN] = value


def kept(name: str) -> str:
    """A choice of what to look at; empty before one was made."""
    return str(st.session_state.get(f"kept_{name}", ""))


def set_kept(name: str, value: str) -> None:
    st.session_state[f"kept_{name}"] = value


def remembered(name: str) -> Any:
    """What a page remembers for as long as the session lives; None before it has anything."""
    return st.session_state.get(f"remembered_{name}")


def remember(name: str, value: Any) -> None:
    st.session_state[f"remembered_{name}"] = value


def set_next_page(page: str) -> None:
    """Where a callback wants the person to go; a callback itself cannot leave a page."""
    st.session_state[_NEXT_PAGE] = page


def take_next_page() -> str:
    """Where to go now, once; empty where nowhere."""
    return str(st.session_state.pop(_NEXT_PAGE, ""))


def show_in_widget(key: str, value: Any) -> None:
    """Make a keyed widget show this value. Call before the widget is drawn.

    Assigned only where it differs, because an assignment overrides what the person may
    have typed since.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def show_choice(key: str, value: Any) -> None:
    """As `show_in_widget`, for one that nothing can be half typed or dragged in.

    Streamlit tells the browser of an assignment in the script run that makes it, and in no
    later one. A run that another supersedes at once (a component that reports its width on a
    page just opened) may be dropped unseen, and with it the value: so every run assigns.
    """
    st.session_state[key] = value


def close(key: str) -> None:
    """Close a popover that the person has opened. In a callback: before it is drawn again."""
    st.session_state[key] = False


def widget_value(key: str) -> Any:
    """What a keyed widget holds; for its own callback."""
    return st.session_state[key]


def component_value(key: str, name: str) -> Any:
    """What a component of ours sent last under that name; None before. It may be anything."""
    held: Any = st.session_state.get(key)
    return held.get(name) if held else None


def report_errors(errors: dict[str, str]) -> None:
    """What was wrong with the last change, by field; replaces what was there."""
    st.session_state[_ERRORS] = errors
    st.session_state[_TOLD] = set()


def error_of(field: str) -> str:
    """To be told beside the field."""
    return next(iter(_errors(lambda name: name == field)), "")


def errors_under(path: str) -> list[str]:
    """To be told of all fields of a part, such as "architecture.blocks.0"."""
    return _errors(lambda field: f"{field}.".startswith(f"{path}."))


def untold_errors() -> list[str]:
    """To be told once the page is drawn: of fields that it does not show."""
    told: set[str] = st.session_state.get(_TOLD, set())
    return _errors(lambda field: field not in told)


def _errors(wanted: Callable[[str], bool]) -> list[str]:
    errors: dict[str, str] = st.session_state.get(_ERRORS, {})
    fields = [field for field in errors if wanted(field)]
    st.session_state.setdefault(_TOLD, set()).update(fields)
    return [errors[field] for field in fields]


def shuffles(name: str) -> int:
    """How often this was reshuffled: a seed for what it shows."""
    counts: dict[str, int] = st.session_state.get(_SHUFFLE, {})
    return counts.get(name, 0)


def reshuffle(name: str) -> None:
    counts: dict[str, int] = st.session_state.get(_SHUFFLE, {})
    st.session_state[_SHUFFLE] = {**counts, name: counts.get(name, 0) + 1}
