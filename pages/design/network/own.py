"""Back and forward, and networks of one's own: saved under a name, taken in, given out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.config import ArchitectureConfig, RunConfig
from core.runs import networks
from pages.design.network.fields import WHOLE
from pages.design.network.history import redo, steps, undo
from pages.design.network.presets import take
from pages.session import state
from pages.session.networks import own_networks
from pages.widgets import page
from pages.widgets.form import edit
from pages.widgets.text import as_is

_NAME, _FILE = "network_name", "network_file"
_SAVE, _IMPORT = "save_network", "import_network"


def bar(draft: RunConfig) -> None:
    """Buttons for what is done with the whole network."""
    back, forward = steps()
    with st.container(horizontal=True, gap="xsmall", key="network_bar"):
        _button("Undo", "undo", back, undo)
        _button("Redo", "redo", forward, redo)
        _save(draft.architecture)
        _import()


def _button(label: str, icon: str, left: int, action: Callable[[], None]) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        type="tertiary",
        key=f"network_{icon}",
        disabled=not left,
        on_click=page.attempt,
        args=(action,),
    )


def _save(architecture: ArchitectureConfig) -> None:
    with _popover("Save", "bookmark_add", _SAVE):
        st.text_input(
            "Name",
            key=_NAME,
            max_chars=networks.MOST_LETTERS,
            help="It appears after the presets. One that bears the same name is replaced.",
        )
        st.button(
            "Save the network",
            key="save_network_now",
            on_click=page.attempt,
            args=(_keep,),
        )
        st.download_button(
            "Export as a file",
            networks.network_json(architecture),
            file_name=_file_name(architecture.name),
            mime="application/json",
            icon=":material/download:",
            type="tertiary",
            key="export_network",
            on_click="ignore",
            help="The network as JSON, to be changed by hand or used elsewhere.",
        )
        if architecture.name in own_networks():
            _delete(architecture.name)


def _keep() -> None:
    """The network as it is now: what was typed a moment ago is not on the page yet."""
    architecture = state.current_draft().architecture
    name = networks.save_network(state.widget_value(_NAME) or "", architecture)
    edit({"architecture.name": name}, WHOLE)
    state.close(_SAVE)
    st.toast(f"Saved as {as_is(name)}.", icon=":material/check:")


def _import() -> None:
    with _popover("Import", "upload", _IMPORT):
        st.file_uploader(
            "A network as JSON",
            type=["json"],
            max_upload_size=1,
            key=f"{_FILE}_{state.shuffles(_FILE)}",  # another one, empty, after each
            on_change=page.attempt,
            args=(_take_in,),
            help="What Save exported, or the config.json of a run, whose network is taken.",
        )


def _take_in() -> None:
    file = state.widget_value(f"{_FILE}_{state.shuffles(_FILE)}")
    if file is None:
        return
    state.reshuffle(_FILE)
    architecture = networks.read_network(file.getvalue(), file.name)
    take(architecture)
    state.close(_IMPORT)


def _delete(name: str) -> None:
    st.button(
        f":red[Delete the saved {as_is(name)}]",
        key="delete_network_now",
        icon=":material/delete_forever:",
        type="tertiary",
        on_click=page.attempt,
        args=(_forget, name),
        help="The draft keeps what it has.",
    )


def _forget(name: str) -> None:
    networks.delete_network(name)
    state.close(_SAVE)
    st.toast(f"Deleted {as_is(name)}; the draft keeps what it has.", icon=":material/check:")


def _popover(label: str, icon: str, key: str) -> Any:
    """One that can be closed by what is done in it."""
    return st.popover(label, icon=f":material/{icon}:", type="tertiary", on_change="rerun", key=key)


def _file_name(name: str) -> str:
    """A name that any system takes."""
    plain = "".join(mark if mark.isalnum() or mark in "-_ " else "-" for mark in name[:60])
    return f"{plain.strip() or 'network'}.json"
