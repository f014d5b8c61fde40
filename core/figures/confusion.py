"""The confusion matrix as cells that a page can draw: how strong, and what is written on each.

Knows nothing of how predictions were made or of what a click leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.analysis.confusion import normalize_confusion
from core.figures.labels import MOST, shortened
from core.figures.theme import contrast
from core.reading import one_line

MOST_WRITTEN = 30  # classes; with more, a number no longer fits its cell
LEVELS = 64  # the strongest of the cells' colours; 0 is the weakest
# Cells from none to all: one hue, so that lightness alone tells them apart, for every eye.
_LIGHT_SCALE = ("#EEF4FA", "#005F96")
_DARK_SCALE = ("#18232D", "#3FA0DC")
# Only black and white leave 4.5 to 1 on every colour between the two ends.
_INK, _PAPER = "#000000", "#FFFFFF"


def confusion_cells(confusion: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    """All that a page draws of a matrix, rows true and columns predicted, as plain lists.

    Args:
        confusion: (K, K) int64 counts.
        classes: K names.

    Returns:
        `classes` and `short`: K names each, in one line, whole and without their middle;
        `counts`: K * K whole numbers, row by row;
        `levels`: for "counts" and for "shares" of the true class, K * K whole numbers 0..LEVELS;
        `texts`: for the same two what is written on the cells, empty where it does not fit;
        `scales`: for "light" and "dark" pages, LEVELS + 1 pairs of colours, the cell's and its
        text's.
    """
    counts = np.asarray(confusion)
    shares = normalize_confusion(counts)
    names = [one_line(name) for name in classes]
    written = len(names) <= MOST_WRITTEN
    return {
        "classes": names,
        "short": [shortened(name, MOST) for name in names],
        "counts": counts.ravel().tolist(),
        # Shares are absolute, counts relative to the largest.
        "levels": {
            "counts": _levels(counts / max(int(counts.max(initial=0)), 1)),
            "shares": _levels(shares),
        },
        "texts": {
            "counts": [f"{count:,}" for count in counts.ravel().tolist()] if written else [],
            "shares": [share_text(share) for share in shares.ravel().tolist()] if written else [],
        },
        "scales": {"light": _pairs(*_LIGHT_SCALE), "dark": _pairs(*_DARK_SCALE)},
    }


def share_text(share: float) -> str:
    """A whole percentage, short enough for a cell; one that is not quite 0 or 100 says so."""
    percent = round(100 * share)
    if percent == 0 and share > 0:
        return "<1\u202f%"
    if percent == 100 and share < 1:
        return ">99\u202f%"
    return f"{percent}\u202f%"


def mixed(start: str, end: str, share: float) -> str:
    """The colour at `share` of the way between two."""
    pairs = ((int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def readable_on(colour: str) -> str:
    """The text colour with the higher contrast on it."""
    return max((_INK, _PAPER), key=lambda text: contrast(text, colour))


def _levels(strength: np.ndarray) -> list[int]:
    """The root brings out the mistakes, which are few beside the diagonal."""
    levels: list[int] = np.round(np.sqrt(strength) * LEVELS).astype(int).ravel().tolist()
    return levels


def _pairs(start: str, end: str) -> list[tuple[str, str]]:
    colours = [mixed(start, end, level / LEVELS) for level in range(LEVELS + 1)]
    return [(colour, readable_on(colour)) for colour in colours]
