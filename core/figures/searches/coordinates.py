"""Parallel coordinates: a line a trial, through its value on each axis to its accuracy.

Made of lines, because Plotly's own kind draws its axes in black, which a dark page hides, says
nothing when it is pointed at, and needs WebGL. A logarithmic axis is drawn as logarithms, with
the numbers themselves at its ticks. Knows nothing of what the axes measure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from core.analysis.coordinates import Axis
from core.figures.labels import in_full, label
from core.figures.searches.ticks import place, ticks, written
from core.figures.theme import ACCENT, NEUTRAL, VALIDATION, Figure, layout_entries
from core.notation import decimal

Trace = dict[str, Any]

_QUARTER = 0.25  # of the trials, the best of them
_MANY = 5  # axes; the titles of more are set aslant
_TITLE = 24  # characters
_ROOM = 0.085  # of the width, for the numbers left of the first axis
# From behind to the front. They differ in width, too, so that none needs its colour.
_GROUPS = (
    ("The others", NEUTRAL, 1.0, 0.55),
    ("Best quarter", ACCENT, 2.0, 0.9),
    ("Best", VALIDATION, 4.0, 1.0),
)


def search_coordinates(
    axes: Sequence[Axis],
    accuracies: Sequence[float],
    numbers: Sequence[int],
    *,
    measure_title: str = "Validation accuracy",
    height: int = 400,
) -> Figure:
    """Every trial as a line, the best in front; a group can be hidden in the legend.

    Args:
        axes: each with a value for every trial.
        accuracies: of the trials, 0..1, drawn in percent on an axis of their own, the last.
        numbers: what the trials are called.
    """
    shares = [100.0 * value for value in accuracies]
    low, high = _around(shares)
    measured = Axis(f"{measure_title} (%)", tuple(shares), low, high)
    drawn = [*axes, measured]
    groups = _grouped(shares)
    lines = [
        _lines(drawn, trials, numbers, *look) for trials, look in zip(groups, _GROUPS, strict=True)
    ]
    layout = layout_entries(
        height=height,
        xaxis={
            "side": "top",
            "tickvals": list(range(len(drawn))),
            "ticktext": [label(axis.title, _TITLE) for axis in drawn],
            "tickangle": -25 if len(axes) >= _MANY else 0,
            "ticklabeloverflow": "allow",
            "range": [-max(0.5, _ROOM * len(drawn)), len(drawn) - 0.55],
            "showgrid": False,
            "fixedrange": True,
        },
        yaxis={"visible": False, "range": [-0.06, 1.06], "fixedrange": True},
        legend={"orientation": "h", "x": 0, "y": -0.02, "xanchor": "left", "yanchor": "top"},
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
        shapes=[_stem(i) for i in range(len(drawn))],
        showlegend=True,
        dragmode=False,
        uirevision="search-coordinates",  # constant: keeps hidden groups when drawn again
    )
    return {"data": [*lines, _numbers(drawn)], "layout": layout}


def _grouped(shares: Sequence[float]) -> tuple[list[int], list[int], list[int]]:
    """Places of the others, of the best quarter and of the best, each trial in one of them."""
    order = sorted(range(len(shares)), key=lambda i: (-shares[i], i))
    most = max(math.ceil(_QUARTER * len(order)), 1)
    return order[most:], order[1:most], order[:1]


def _lines(
    axes: Sequence[Axis],
    trials: Sequence[int],
    numbers: Sequence[int],
    name: str,
    colour: str,
    width: float,
    opacity: float,
) -> Trace:
    """One trace for all of a group: a gap parts each trial from the next."""
    x: list[float | None] = []
    y: list[float | None] = []
    hover: list[str] = []
    for trial in trials:
        x += [*range(len(axes)), None]
        y += [*(place(axis, axis.values[trial]) for axis in axes), None]
        hover += [_told(axes, trial, numbers[trial])] * (len(axes) + 1)
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "name": name,
        "mode": "lines+markers",
        "line": {"color": colour, "width": width},
        "marker": {"color": colour, "size": 3 + width},
        "opacity": opacity,
        "connectgaps": False,
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _told(axes: Sequence[Axis], trial: int, number: int) -> str:
    """The trial, its accuracy first, then its values, a line each."""
    *values, measured = axes
    lines = [f"Trial {number}: {decimal(measured.values[trial], 2)} %"]
    for axis in values:
        lines.append(f"{in_full(axis.title)}: {written(axis, axis.values[trial])}")
    return "<br>".join(lines)


def _numbers(axes: Sequence[Axis]) -> Trace:
    """The ticks of all axes, over the lines; their colour is the page's."""
    found = [(i, place(axis, at), text) for i, axis in enumerate(axes) for at, text in ticks(axis)]
    return {
        "type": "scatter",
        "x": [i for i, _, _ in found],
        "y": [at for _, at, _ in found],
        "text": [f"{text}\u00a0" for _, _, text in found],
        "mode": "markers+text",
        "textposition": "middle left",
        "marker": {
            "symbol": "line-ew-open",
            "size": 8,
            "color": NEUTRAL,
            "line": {"width": 1.5, "color": NEUTRAL},
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _stem(i: int) -> dict[str, Any]:
    line = {"color": NEUTRAL, "width": 1.5}
    return {"type": "line", "x0": i, "x1": i, "y0": 0, "y1": 1, "layer": "below", "line": line}


def _around(shares: Sequence[float]) -> tuple[float, float]:
    """From the lowest to the highest; one value alone still has an axis around it."""
    low, high = (min(shares), max(shares)) if shares else (0.0, 100.0)
    room = 0.04 * (high - low) or 1.0
    return max(low - room, 0.0), min(high + room, 100.0)
