"""What a range test suggests, drawn over its curve: lines, points and names that do not overprint.

Knows nothing of how a rate was found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.figures.labels import MOST, label, shortened
from core.figures.theme import NEUTRAL, SUGGESTION
from core.notation import learning_rate as words
from core.runs import RateSuggestion

_ROW = 17  # pixels
_LETTER = 7.0  # pixels; a bold one
_GAP = 12.0  # pixels between two names
_PLOT = 280.0  # pixels: how wide a curve is on a telephone, the least that there is room for
_WHOLE = 2 * MOST  # characters: a name and its rate
_BAR = 0.05  # of the plot's height, where a cycle's bar lies


@dataclass
class Drawn:
    """Parts of a figure, and how many pixels above the plot they need."""

    traces: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    above: int = 0


def draw(
    marks: Sequence[RateSuggestion],
    recommended: str,
    lrs: np.ndarray,
    smoothed: np.ndarray,
    decades: float = 5.0,
) -> Drawn:
    """Each single rate as a line with a point on the curve, its name above; a cycle as a bar.

    Args:
        recommended: the name of the one in colour.
        lrs, smoothed: the curve, (n,) float64, rates growing.
        decades: that the axis spans.
    """
    drawn = Drawn()
    single = sorted(
        (mark for mark in marks if mark.max_learning_rate is None),
        key=lambda mark: mark.learning_rate,
    )
    names = [_name(mark, mark.name == recommended) for mark in single]
    places = [math.log10(mark.learning_rate) * _PLOT / decades for mark in single]
    rows = _rows(places, names)
    # The recommended one last, so that it lies over the others.
    for mark, name, row in sorted(
        zip(single, names, rows, strict=True), key=lambda item: item[0].name == recommended
    ):
        _single(drawn, mark, name, row, lrs, smoothed, best=mark.name == recommended)
    for mark in marks:
        if mark.max_learning_rate is not None:
            _bar(drawn, mark, mark.max_learning_rate)
    drawn.above = _ROW * (1 + max(rows, default=-1))
    return drawn


def _name(mark: RateSuggestion, best: bool) -> str:
    name = shortened(mark.name, MOST)
    return f"{name} {words(mark.learning_rate, 2)}" if best else name


def _rows(places: Sequence[float], names: Sequence[str]) -> list[int]:
    """For each name the lowest row in which nothing stands where it would.

    Args:
        places: of their middles, pixels, growing.
    """
    ends: list[float] = []  # of the last name in each row
    rows = []
    for place, name in zip(places, names, strict=True):
        half = (_LETTER * len(name) + _GAP) / 2
        row = next((i for i, end in enumerate(ends) if place - half >= end), len(ends))
        ends[row : row + 1] = [place + half]
        rows.append(row)
    return rows


def _single(
    drawn: Drawn,
    mark: RateSuggestion,
    name: str,
    row: int,
    lrs: np.ndarray,
    smoothed: np.ndarray,
    *,
    best: bool,
) -> None:
    lr = mark.learning_rate
    line = {"color": SUGGESTION, "width": 2.5} if best else {"color": NEUTRAL, "width": 1}
    drawn.shapes.append(_line(lr, lr, 0.0, 1.0, {**line, "dash": "dash" if best else "dot"}))
    if len(lrs):
        drawn.traces.append(_point(mark, lrs, smoothed, best=best))
    drawn.annotations.append(
        {
            # Unlike a shape, an annotation stands at the logarithm. In the page's own ink: the
            # green is too light to read.
            "x": math.log10(lr),
            "yref": "paper",
            "y": 1,
            "yanchor": "bottom",
            "yshift": _ROW * row,
            "showarrow": False,
            "text": f"<b>{label(name, _WHOLE)}</b>" if best else label(name, _WHOLE),
        }
    )


def _point(
    mark: RateSuggestion, lrs: np.ndarray, smoothed: np.ndarray, *, best: bool
) -> dict[str, Any]:
    """Where the rate meets the curve."""
    lr = mark.learning_rate
    y = float(np.interp(math.log10(lr), np.log10(lrs), smoothed))
    return {
        "type": "scatter",
        "x": [lr],
        "y": [y],
        "name": label(mark.name),
        "mode": "markers",
        "marker": {
            "color": SUGGESTION if best else NEUTRAL,
            "size": 12 if best else 9,
            "line": {"color": "white", "width": 2 if best else 1.5},
        },
        "showlegend": False,
        "hovertemplate": f"{label(mark.name)}: {words(lr, 2)}<extra></extra>",
    }


def _bar(drawn: Drawn, mark: RateSuggestion, high: float) -> None:
    """Between a cycle's two rates, near the bottom, with a stop at either end."""
    low, line = mark.learning_rate, {"color": NEUTRAL, "width": 2}
    drawn.shapes.append(_line(low, high, _BAR, _BAR, line))
    for end in (low, high):
        drawn.shapes.append(_line(end, end, _BAR - 0.02, _BAR + 0.02, line))
    drawn.annotations.append(
        {
            "x": (math.log10(low) + math.log10(high)) / 2,
            "yref": "paper",
            "y": _BAR,
            "yanchor": "bottom",
            "showarrow": False,
            "text": label(mark.name),
        }
    )


def _line(x0: float, x1: float, y0: float, y1: float, line: dict[str, Any]) -> dict[str, Any]:
    """A straight line; y as a share of the plot's height."""
    return {"type": "line", "x0": x0, "x1": x1, "yref": "paper", "y0": y0, "y1": y1, "line": line}
