"""The blocks as a table: a row a block, and what is rarer behind a button of the row."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import MOST_BLOCKS, RunConfig
from core.jobs.preflight import Preflight
from pages.design.network.fields import (
    ACTIVATIONS,
    NORMALIZATION_HELP,
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
from pages.widgets import misfit, page
from pages.widgets.form import Form, edit, gone

_POOLS = {"max": "Max", "average": "Average", "none": "None"}
_PADDINGS = {"same": "Same: keeps the size", "valid": "Valid: none, shrinks"}


def show(draft: RunConfig, plan: Preflight, form: Form) -> None:
    rows = rows_of(draft, "blocks")
    with table("blocks"):
        for number, row in enumerate(rows):
            with cells("blocks", number):
                _block(number, row, rows, form)
            unusual("blocks", number, _words(row))
            form.errors_under(f"architecture.blocks.{number}")
            _misfits(number, plan)
    st.button(
        "Add a block",
        icon=":material/add:",
        key="add_block",
        disabled=len(rows) >= MOST_BLOCKS,
        on_click=page.attempt,
        args=(_add,),
    )


def _add() -> None:
    """One as the last is now: what was typed a moment ago is in the draft, not on the page."""
    rows = drafted_rows("blocks")
    if not rows:
        raise gone()  # another tab has put a base in their place
    edit({"architecture.blocks": [*rows, {**rows[-1], "stride": 1}]}, WHOLE)


def _block(number: int, row: dict[str, Any], rows: list[dict[str, Any]], form: Form) -> None:
    path = f"architecture.blocks.{number}"
    row_menu(f"Block {number + 1}", "blocks", number, rows, MOST_BLOCKS)
    form.integer("Filters", f"{path}.filters", 1, 2048, step=16)
    form.integer("Convolutions", f"{path}.convolutions", 1, 8)
    form.integer("Filter size", f"{path}.kernel_size", 1, 11)
    form.choice("Activation", f"{path}.activation", ACTIVATIONS)
    form.choice(
        "Batch norm",
        f"{path}.normalization",
        NORMALIZATIONS,
        help=NORMALIZATION_HELP if number == 0 else None,  # beside a label that is seen,
    )
    form.choice("Pool", f"{path}.pool", _POOLS)
    form.number("Dropout", f"{path}.dropout", 0.0, 0.95, 0.05)
    more = more_popover("blocks", number)
    if more.open:
        with more:
            _more(path, row, form)


def _more(path: str, row: dict[str, Any], form: Form) -> None:
    activation_number(path, row, form)
    form.integer(
        "Stride",
        f"{path}.stride",
        1,
        4,
        help="Pixels from one place of the filter to the next, in the block's first convolution: "
        "2 halves the maps.",
    )
    form.integer(
        "Dilation",
        f"{path}.dilation",
        1,
        8,
        help="Pixels from one number of a filter to the next: it sees further, with no more of "
        "them.",
    )
    form.choice("Padding", f"{path}.padding", _PADDINGS)
    if row["pool"] != "none":
        form.toggle(
            "Pool first",
            f"{path}.early_pool",
            help="Right after the first convolution, not at the block's end: all that follows has "
            "a quarter of the work.",
        )
    form.toggle(
        "Shortcut around the block",
        f"{path}.residual",
        help="What comes into the block is added to what its convolutions make of it, before the "
        "last activation (ResNet). Where shapes differ, it goes through a 1 × 1 convolution.",
    )
    form.toggle(
        "Separable convolutions",
        f"{path}.separable",
        help="Each map is filtered alone, then a 1 × 1 convolution mixes them (MobileNet): far "
        "fewer numbers and multiplications.",
    )
    penalty(path, form)


def _words(row: dict[str, Any]) -> list[str]:
    """What a block has that most have not."""
    return [
        f"stride {row['stride']}" if row["stride"] > 1 else "",
        f"dilation {row['dilation']}" if row["dilation"] > 1 else "",
        "no padding" if row["padding"] == "valid" else "",
        "pool first" if row["early_pool"] and row["pool"] != "none" else "",
        "shortcut" if row["residual"] else "",
        "separable" if row["separable"] else "",
        *number_words(row),
    ]


def _misfits(number: int, plan: Preflight) -> None:
    """Why a block cannot work, at its row, with what mends it."""
    for place, found in enumerate(plan.misfits):
        if found.block == number + 1:
            page.show_error(f"{found.why} {found.advice}".strip())
            misfit.mends(found, f"block_{number}_{place}")
