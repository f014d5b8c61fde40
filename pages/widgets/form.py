"""Widgets bound to fields of the draft: they show the draft and change it at once.

A field is a dotted path in RunConfig ("training.epochs"). A value that RunConfig refuses
leaves the draft as it was and is answered beside its widget. Knows no field's meaning.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from core.config import RunConfig, apply_changes
from core.errors import ConfigError
from pages.session import state
from pages.widgets import page
from pages.widgets.text import format_count, format_learning_rate

_OFF = "off"


def edit(changes: Mapping[str, Any], field: str = "") -> None:
    """Change fields of the draft together; an error is shown at `field`."""
    page.attempt(_edit, changes, field)


def _edit(changes: Mapping[str, Any], field: str) -> None:
    try:
        config = apply_changes(state.current_draft(), changes.items())
    except ConfigError as error:
        _refuse(field or next(iter(changes)), str(error))
    else:
        state.report_errors({})
        state.update_draft(config)


def _refuse(field: str, why: str) -> None:
    """Say it at the field. Raises ConfigError where the draft no longer has it."""
    try:
        Form(state.current_draft()).value(field)
    except (KeyError, IndexError, TypeError):
        raise gone() from None
    state.report_errors({field: why})


def tell_the_rest() -> None:
    """What was wrong with fields that the page does not show: another tab has changed what it
    shows. Last on a page."""
    for message in state.untold_errors():
        page.toast_error(message)


def gone() -> ConfigError:
    """Of what a page shows and another tab has taken out of the draft meanwhile."""
    return ConfigError(
        "This was not changed: it is no longer there, because the draft was changed elsewhere "
        "meanwhile.",
        "Look at what is there now.",
    )


class Form:
    """Draws widgets that show one configuration and write their changes to the draft.

    Args:
        errors_beside: an error stands beside its widget; else where `errors_under` is called.
    """

    def __init__(self, config: RunConfig, *, errors_beside: bool = True) -> None:
        self._data = config.model_dump(mode="json")
        self._errors_beside = errors_beside

    def value(self, path: str) -> Any:
        place: Any = self._data
        for name in path.split("."):
            place = place[int(name)] if isinstance(place, list) else place[name]
        return place

    def integer(
        self,
        label: str,
        path: str,
        low: int,
        high: int,
        *,
        step: int = 1,
        help: str | None = None,
        optional: str | None = None,
        counted_from: int = 0,
        on_change: Callable[[str, str], None] | None = None,
    ) -> None:
        """A whole number.

        Args:
            optional: what an empty field means, where it may be empty.
            counted_from: what 0 in the draft is on the page; `low` and `high` are the page's.
        """
        value = self.value(path)
        key = self._show(path, value if value is None else value + counted_from)
        st.number_input(
            label,
            value=None if optional else "min",
            step=step,
            key=key,
            help=help,
            placeholder=optional,
            on_change=_store_within,
            args=(path, key, low, high, on_change or partial(_store, counted_from=counted_from)),
        )
        self.error(path)

    def number(
        self,
        label: str,
        path: str,
        low: float,
        high: float,
        step: float,
        *,
        help: str | None = None,
    ) -> None:
        """A number with a decimal point."""
        key = self._show(path, float(self.value(path)))
        st.number_input(
            label,
            step=step,
            format="%.6g",
            key=key,
            help=help,
            on_change=_store_within,
            args=(path, key, float(low), float(high)),
        )
        self.error(path)

    def learning_rate(self, label: str, path: str, *, help: str | None = None) -> None:
        """A learning rate; a step changes its leading digits by one tenth."""
        magnitude = math.floor(math.log10(self.value(path)))
        self.number(label, path, 1e-8, 100.0, 10.0 ** (magnitude - 1), help=help)

    def slider(
        self,
        label: str,
        path: str,
        low: float,
        high: float,
        step: float,
        *,
        format: str | None = None,
        help: str | None = None,
    ) -> None:
        """A number between two ends. A value outside them widens the slider."""
        value = type(step)(self.value(path))
        key = self._show(path, value)
        st.slider(
            label,
            min(low, value),
            max(high, value),
            step=step,
            format=format,
            key=key,
            help=help,
            on_change=_store,
            args=(path, key),
        )
        self.error(path)

    def choice(
        self,
        label: str,
        path: str,
        options: Mapping[Any, str],
        *,
        help: str | None = None,
        on_change: Callable[[str, str], None] | None = None,
    ) -> None:
        """One of several; `options` gives each value its words."""
        value = self.value(path)
        if value not in options:
            options = {**options, value: f"{value} (not found)"}
        key = _key(path)
        state.show_choice(key, value)
        st.selectbox(
            label,
            list(options),
            format_func=options.__getitem__,
            key=key,
            help=help,
            on_change=on_change or _store,
            args=(path, key),
        )
        self.error(path)

    def toggle(self, label: str, path: str, *, help: str | None = None) -> None:
        key = _key(path)
        state.show_choice(key, bool(self.value(path)))
        st.toggle(label, key=key, help=help, on_change=_store, args=(path, key))
        self.error(path)

    def text(self, label: str, path: str, *, help: str | None = None) -> None:
        key = self._show(path, self.value(path))
        st.text_input(label, key=key, help=help, on_change=_store, args=(path, key))
        self.error(path)

    def switch(
        self,
        label: str,
        path: str,
        *,
        on: Mapping[str, Any],
        off: Mapping[str, Any],
        help: str | None = None,
    ) -> bool:
        """Whether an optional field is there; `on` and `off` are what the switch changes."""
        present = self.value(path) is not None
        key = f"{_key(path)}_{_OFF}"
        state.show_choice(key, present)

        def store() -> None:
            edit(on if state.widget_value(key) else off, path)

        st.toggle(label, key=key, help=help, on_change=store)
        self.error(path)
        return present

    def variant(
        self,
        label: str,
        path: str,
        options: Mapping[str, str],
        now: str,
        changes: Mapping[str, Mapping[str, Any]],
        *,
        help: str | None = None,
    ) -> None:
        """One of several ways, each with changes of its own; `now` is the draft's."""
        key = f"{_key(path)}_variant"
        state.show_choice(key, now)
        st.selectbox(
            label,
            list(options),
            format_func=options.__getitem__,
            key=key,
            help=help,
            on_change=lambda: edit(changes[state.widget_value(key)], path),
        )
        self.error(path)

    def error(self, path: str) -> None:
        """What was wrong with the last change to this field."""
        if self._errors_beside and (message := state.error_of(path)):
            page.show_error(message)

    def errors_under(self, path: str) -> None:
        """What was wrong with the last change to a field of this part."""
        for message in state.errors_under(path):
            page.show_error(message)

    def _show(self, path: str, value: Any) -> str:
        key = _key(path)
        state.show_in_widget(key, value)
        return key


def _key(path: str) -> str:
    return f"draft.{path}"


def _store(path: str, key: str, *, counted_from: int = 0) -> None:
    value = state.widget_value(key)
    edit({path: value - counted_from if counted_from and value is not None else value})


def _store_within(
    path: str, key: str, low: float, high: float, store: Callable[[str, str], None] = _store
) -> None:
    """Streamlit's own limits would mark the field, keep the old value and say nothing of either."""
    value = state.widget_value(key)
    if value is None or low <= value <= high:
        store(path, key)
        return
    allowed = f"{_plain(low)} to {_plain(high)}"
    message = f"Received {_plain(value)}; allowed is {allowed}. The draft keeps what it had."
    page.attempt(_refuse, path, message)


def _plain(number: float) -> str:
    """30000 -> "30,000", 1e-08 as a learning rate is written."""
    return format_count(number) if isinstance(number, int) else format_learning_rate(number)
