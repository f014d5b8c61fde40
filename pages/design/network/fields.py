"""What choices are called, and the rows of fields that blocks and dense layers have in common."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import streamlit as st

from core.config import RunConfig
from pages.session import state
from pages.widgets import page
from pages.widgets.form import Form, edit, gone

WHOLE = "architecture"  # where it is said why something cannot be done with the whole network
ACTIVATIONS = {
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "tanh": "tanh",
    "maxout": "Maxout",
    "none": "None",
}
NORMALIZATIONS = {"none": "None", "before": "Before", "after": "After"}
NORMALIZATION_HELP = (
    "Batch normalization before the activation or after it; steadies and speeds up training."
)
_L2_HELP = (
    "Weight decay by penalty: this times the sum of the squared weights is added to the loss that "
    "is minimized. 0 is off; 0.0001 is usual."
)
_MARK = "rgba(0, 114, 178, .16)"  # the page's blue, on a light page and on a dark one
_MARKED = f"background:{_MARK}; box-shadow:0 0 0 4px {_MARK}; border-radius:4px"
_COPY, _UP, _DOWN, _DELETE = "Copy", "Move up", "Move down", "Delete"
# One row of labels stands for all rows of a table where a row is one line; read aloud each is.
_STYLE = """<style>
[class*="st-key-rows_"] {container-type:inline-size}
@container (min-width: 900px) {
  [class*="st-key-row_"]:not([class*="_first"]) [data-testid="stWidgetLabel"] {
    min-height:0; height:0; margin:0; overflow:hidden}
  [class*="st-key-row_blocks"] {
    grid-template-columns:5.5rem 1fr 1.1fr 1fr 1.35fr 1.2fr 1.15fr 1fr 5rem !important}
  [class*="st-key-row_dense"] {
    grid-template-columns:5.5rem 1fr 1.35fr 1.2fr 1fr 5rem 1.4fr !important}
}
@container (min-width: 900px) {[class*="st-key-unusual_"] {padding-left:6rem}}
[class*="st-key-unusual_"] {margin:-.45rem 0 .2rem}
@container (max-width: 899px) {
  [class*="st-key-row_"] {border-top:1px solid #8884; padding-top:.5rem}
}
[class*="st-key-row_"] [data-testid="stMenuButton"] button,
[class*="st-key-row_"] [data-testid="stPopover"] button {
  padding-inline:.25rem; justify-content:flex-start}
/* In the dark the accent colour is too dark for words this small. */
[class*="st-key-row_"] button[aria-expanded="true"] {color:inherit !important}
</style>"""


def table(name: str) -> AbstractContextManager[Any]:
    """Where the rows of a table go."""
    st.html(_STYLE)
    return st.container(gap="xsmall", key=f"rows_{name}")


def cells(name: str, number: int) -> AbstractContextManager[Any]:
    """One line of cells where there is room, three lines of three on a phone."""
    first = "_first" if number == 0 else ""
    return st.grid(
        9,
        min_column_width=96,
        gap="xsmall",
        vertical_alignment="bottom",
        key=f"row_{name}_{number}{first}",
    )


def mark_row(row: str | None) -> None:
    """Let one of all rows stand out, "blocks_0"; None: none, in the place of the one before."""
    found = f".st-key-row_{row}"
    st.html(f"<style>{f'{found}, {found}_first {{{_MARKED}}}' if row else '/* none */'}</style>")


def rows_of(draft: RunConfig, name: str) -> list[dict[str, Any]]:
    """The architecture's "blocks" or "dense" as JSON."""
    return [row.model_dump(mode="json") for row in getattr(draft.architecture, name)]


def drafted_rows(name: str) -> list[dict[str, Any]]:
    """Those of the draft as it is now, which may be newer than what the page shows."""
    return rows_of(state.current_draft(), name)


def row_menu(label: str, name: str, number: int, rows: Sequence[dict[str, Any]], most: int) -> None:
    """The row's name, which is a menu: copy, move, delete.

    Args:
        name: "blocks" or "dense", of the architecture.
        rows: all of them, as JSON.
        most: rows that there may be.
    """
    key = f"menu_{name}_{number}"
    options = {
        _COPY: len(rows) < most,
        _UP: number > 0,
        _DOWN: number < len(rows) - 1,
        _DELETE: len(rows) > 1 or name == "dense",
    }
    st.menu_button(
        label,
        [option for option, there in options.items() if there],
        key=key,
        type="tertiary",
        width="stretch",
        on_click=page.attempt,
        args=(_rearrange, key, name, number),
    )


def _rearrange(key: str, name: str, number: int) -> None:
    """Of the rows as they are now: what was typed a moment ago is not on the page yet."""
    option, changed = state.widget_value(key), drafted_rows(name)
    if number >= len(changed):
        raise gone()
    if option == _COPY:
        changed.insert(number + 1, changed[number])
    elif option in (_UP, _DOWN):
        changed.insert(number + (1 if option == _DOWN else -1), changed.pop(number))
    elif option == _DELETE:
        changed.pop(number)
    edit({f"architecture.{name}": changed}, WHOLE)


def more_popover(name: str, number: int) -> Any:
    """What a row has besides, behind a button; its fields are drawn only while it is open.

    Streamlit goes by the label: with another one it would be another popover, and closed.
    """
    return st.popover(
        "More",
        type="tertiary",
        width="stretch",
        on_change="rerun",
        key=f"more_{name}_{number}",
    )


def unusual(name: str, number: int, words: Sequence[str]) -> None:
    """What is behind More and not as usual, under its row."""
    said = ", ".join(word for word in words if word)
    if said:
        with st.container(key=f"unusual_{name}_{number}"):
            st.caption(said[0].upper() + said[1:])


def number_words(row: dict[str, Any]) -> list[str]:
    """The numbers behind More that blocks and dense layers have in common."""
    activation = row["activation"]
    return [
        f"slope {row['slope']:g}" if activation == "leaky_relu" else "",
        f"{row['pieces']} pieces" if activation == "maxout" else "",
        f"L2 {row['l2']:g}" if row["l2"] else "",
    ]


def activation_number(path: str, row: dict[str, Any], form: Form) -> None:
    """Of an activation that has a number of its own."""
    if row["activation"] == "leaky_relu":
        form.number("Slope below zero", f"{path}.slope", 0.0, 1.0, 0.01)
    elif row["activation"] == "maxout":
        form.integer(
            "Pieces",
            f"{path}.pieces",
            2,
            8,
            help="Layers with weights of their own, of which the largest value counts.",
        )


def penalty(path: str, form: Form) -> None:
    form.number("L2 penalty", f"{path}.l2", 0.0, 1.0, 1e-4, help=_L2_HELP)
