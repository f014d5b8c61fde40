"""The confusion matrix: cells to look at, to walk through by keyboard, and to open.

One st.components.v2 component (matrix.js). Counts or shares is the browser's business alone.
Knows nothing of what opening a cell leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from core.figures.confusion import confusion_cells

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.matrix",
    html='<div class="matrix"></div>',
    css=(_HERE / "matrix.css").read_text(encoding="utf-8"),
    js=(_HERE / "matrix.js").read_text(encoding="utf-8"),
)


def confusion_matrix(
    confusion: np.ndarray, classes: Sequence[str], key: str
) -> tuple[int, int] | None:
    """Show (K, K) int64 counts; (true, predicted) of the cell opened just now, else None."""
    data = confusion_cells(confusion, classes)
    opened = _MOUNT(key=key, data=data, on_opened_change=_nothing).opened
    if not isinstance(opened, (list, tuple)) or len(opened) != 2:
        return None
    true, predicted = (int(index) for index in opened)
    inside = max(true, predicted) < len(classes) and min(true, predicted) >= 0
    return (true, predicted) if inside else None


def _nothing() -> None:
    """A trigger needs a callback to be known; what it brings is read from the result."""
