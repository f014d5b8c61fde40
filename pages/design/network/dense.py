"""The dense layers as a table: a row a layer."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import MOST_DENSE, DenseConfig, RunConfig
from pages.design.network.fields import (
    ACTIVATIONS,
    NORMALIZATIONS,
    WHOLE,
    activation_number,
    cells,
    drafted_rows,
    more_popover,
    number_words,
    penalty,
    row_menu,
    rows_of,
    table,
    unusual,
)
from pages.session import state
from pages.widgets.form import Form, edit

_UNITS = 128  # of a first one


def show(draft: RunConfig, form: Form) -> None:
    rows = rows_of(draft, "dense")
    with table("dense"):
        for number, row in enumerate(rows):
            with cells("dense", number):
                _dense(number, row, rows, form)
            unusual("dense", number, number_words(row))
            form.errors_under(f"architecture.dense.{number}")
    st.button(
        "Add a dense layer",
        icon=":material/add:",
        key="add_dense",
        disabled=len(rows) >= MOST_DENSE,
        on_click=_add,
    )


def _add() -> None:
    """One as the last is now, or as suits the blocks."""
    rows = drafted_rows("dense")
    added = rows[-1] if rows else _first(state.current_draft())
    edit({"architecture.dense": [*rows, added]}, WHOLE)


def _first(draft: RunConfig) -> dict[str, Any]:
    """Activated as the last block is, where there are blocks."""
    if not draft.architecture.blocks:
        return DenseConfig(units=_UNITS).model_dump(mode="json")
    last = draft.architecture.blocks[-1]
    return DenseConfig(
        units=_UNITS, activation=last.activation, slope=last.slope, pieces=last.pieces
    ).model_dump(mode="json")


def _dense(number: int, row: dict[str, Any], rows: list[dict[str, Any]], form: Form) -> None:
    path = f"architecture.dense.{number}"
    row_menu(f"Dense {number + 1}", "dense", number, rows, MOST_DENSE)
    form.integer("Units", f"{path}.units", 1, 8192, step=16)
    form.choice("Activation", f"{path}.activation", ACTIVATIONS)
    form.choice("Batch norm", f"{path}.normalization", NORMALIZATIONS)
    form.number("Dropout", f"{path}.dropout", 0.0, 0.95, 0.05)
    more = more_popover("dense", number)
    if more.open:
        with more:
            activation_number(path, row, form)
            penalty(path, form)
