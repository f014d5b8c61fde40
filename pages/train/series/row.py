"""The first row of a series of runs: which one is shown, its state, what can be done with it.

Shared by studies and searches. Knows nothing of what is asked of them, or of what came out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import streamlit as st

from core.errors import UserError
from core.series import SeriesState
from pages.session import address, state
from pages.widgets import page
from pages.widgets.text import as_is

Colour = Literal["gray", "blue", "orange", "green", "red"]


class Look(NamedTuple):
    label: str
    icon: str
    colour: Colour


LOOKS: dict[SeriesState, Look] = {
    SeriesState.PLANNED: Look("Planned", "edit_note", "gray"),
    SeriesState.RUNNING: Look("Running", "play_circle", "blue"),
    SeriesState.STOPPING: Look("Stopping", "stop_circle", "orange"),
    SeriesState.STOPPED: Look("Stopped", "stop_circle", "orange"),
    SeriesState.FINISHED: Look("Finished", "check_circle", "green"),
}


@dataclass(frozen=True)
class Kind:
    """One kind of series, as this row speaks of it and does with it.

    Args:
        name: "study"; also of the parameter in the address.
        title: reads what a record asks for its title. Raises UserError where it cannot be read.
        start, stop, delete: do that with a record.
        more: draws what asks for more of a record that was started once.
    """

    name: str
    title: Callable[[Any], str]
    start: Callable[[Any], None]
    stop: Callable[[Any], None]
    delete: Callable[[Any], None]
    more: Callable[[Any], None]


def show(kind: Kind, records: Mapping[str, Any], another: Callable[[bool], None]) -> Any | None:
    """Draw it; the record that is shown, None where there is none.

    Args:
        another: draws the button that plans another; given whether there is none yet.
    """
    shown = address.kept(kind.name, list(records), next(iter(records), ""))
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"{kind.name}_row"
    ):
        if records:
            _chooser(kind, records, shown)
        record = records.get(shown)
        if record is not None:
            with page.guarded():
                _actions(kind, record)
        another(record is None)
    return record


def new(name: str, width: int, ask: Callable[[], None], *, primary: bool) -> None:
    """The button that plans another, and behind it what `ask` draws, so wide in pixels."""
    with st.popover(
        f"New {as_is(name)}",
        icon=":material/add_circle:",
        key=f"new_{name}",
        on_change="rerun",
        type="primary" if primary else "secondary",
        width="content",
    ) as opened:
        if opened.open:
            with st.container(width=width):
                ask()


def planned(name: str, record_id: str) -> None:
    """Show what was just planned. In a callback."""
    address.keep(name, record_id)
    state.close(f"new_{name}")


def _chooser(kind: Kind, records: Mapping[str, Any], shown: str) -> None:
    key = f"chosen_{kind.name}"
    state.show_choice(key, shown)
    st.selectbox(
        kind.name.capitalize(),
        list(records),
        format_func=lambda record_id: _title(kind, records[record_id]),
        key=key,
        label_visibility="collapsed",
        width=380,
        on_change=_choose,
        args=(kind.name, key),
    )


def _choose(name: str, key: str) -> None:
    address.keep(name, str(state.widget_value(key)))


def _title(kind: Kind, record: Any) -> str:
    try:
        return kind.title(record)
    except UserError:
        return f"{record.id} (cannot be read)"


def _actions(kind: Kind, record: Any) -> None:
    """The state as a badge and the buttons that it allows."""
    now = record.state()
    label, icon, colour = LOOKS[now]
    st.badge(label, icon=f":material/{icon}:", color=colour)
    if now.alive:
        _stop(kind, record, now)
    elif now is not SeriesState.FINISHED:
        _start(kind, record, now)
    if now is not SeriesState.PLANNED:
        kind.more(record)
    if not now.alive:
        delete(kind, record)


def _start(kind: Kind, record: Any, now: SeriesState) -> None:
    st.button(
        f"Start the {as_is(kind.name)}" if now is SeriesState.PLANNED else "Continue",
        type="primary",
        icon=":material/play_arrow:",
        key=f"start_{kind.name}",
        on_click=page.attempt,
        args=(kind.start, record),
    )


def _stop(kind: Kind, record: Any, now: SeriesState) -> None:
    st.button(
        "Stop",
        icon=":material/stop:",
        key=f"stop_{kind.name}",
        disabled=now is SeriesState.STOPPING,
        help="The run at work writes a checkpoint and gives the device back. Continue goes on "
        "exactly there.",
        on_click=page.attempt,
        args=(kind.stop, record),
    )


def delete(kind: Kind, record: Any) -> None:
    """A button that asks once more."""
    with st.popover("Delete", icon=":material/delete:", key=f"delete_{kind.name}", type="tertiary"):
        st.markdown(f"Delete this {as_is(kind.name)}? Its runs stay in the list of runs.")
        st.button(
            f":red[Delete the {as_is(kind.name)}]",
            key=f"delete_{kind.name}_now",
            icon=":material/delete_forever:",
            on_click=page.attempt,
            args=(_delete, kind, record),
        )


def _delete(kind: Kind, record: Any) -> None:
    kind.delete(record)
    address.forget(kind.name)
    state.set_kept(kind.name, "")
