"""Bars: the network's best guesses, and how many images each class has.

Knows nothing of how the numbers came about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.decimate import decimate
from core.figures.labels import in_full, label, name_axis
from core.figures.theme import ACCENT, CATEGORICAL, NEUTRAL, TRAINING, VALIDATION, layout_entries
from core.notation import percent

MOST_BARS = 1024  # about as many as a chart has pixels; each costs the browser an element
_LINE = {"type": "scatter", "mode": "lines", "line": {"color": TRAINING, "width": 1}}
_TICKS = (0, 0.25, 0.5, 0.75, 1)
_PROBABILITIES = {
    "title": {"text": "Probability"},
    "range": [0, 1.12],  # room for the text beside a full bar
    "tickvals": _TICKS,
    "ticktext": [percent(share, 0) for share in _TICKS],
    "fixedrange": True,
}


def top_k_figure(best: Sequence[tuple[str, float]], *, height: int | None = None) -> go.Figure:
    """Horizontal bars of the most probable classes, the best at the top and in accent colour.

    Args:
        best: (class, probability 0..1), the most probable first.
    """
    names = [name for name, _ in best]
    shares = [float(p) for _, p in best]
    bars = {
        "type": "bar",
        "x": shares,
        "y": list(range(len(best))),
        "orientation": "h",
        "marker": {"color": [ACCENT] + [NEUTRAL] * (len(best) - 1), "cornerradius": 4},
        "text": [percent(p) for p in shares],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": [in_full(name) for name in names],
        "customdata": [percent(p, 2) for p in shares],
        "hovertemplate": "%{hovertext}: %{customdata}<extra></extra>",
    }
    layout = layout_entries(
        height=height or 90 + 42 * len(best),
        xaxis=_PROBABILITIES,
        yaxis=name_axis(names),
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        showlegend=False,
        bargap=0.3,
        dragmode=False,
    )
    return go.Figure(data=[bars], layout=layout)


def units_figure(
    values: Sequence[float] | np.ndarray,
    classes: Sequence[str] | None = None,
    *,
    height: int = 320,
) -> go.Figure:
    """A bar for each number that a layer gives, those below zero in a colour of their own.

    More than MOST_BARS are one line, of neighbours through the lowest and the highest.

    Args:
        values: (n,)
        classes: what the numbers stand for; units, counted from one, where none are given.
    """
    many = len(values) > MOST_BARS
    places, answers = _drawn(values) if many else (range(len(values)), np.asarray(values))
    first = 0 if classes else 1
    trace = {
        "x": [place + first for place in places],
        "y": [float(answer) for answer in answers],
        "hovertext": [in_full(classes[i]) if classes else f"unit {i + 1:,}" for i in places],
        "hovertemplate": "%{hovertext}: %{y:.3g}<extra></extra>",
        **(_LINE if many else _signed_bars(answers)),
    }
    units = {"title": {"text": "Unit"}, "showgrid": False, **({"tickformat": ",d"} if many else {})}
    layout = layout_entries(
        height=height,
        xaxis={"title": {"text": "Class"}, **_class_axis(classes)} if classes else units,
        yaxis={"title": {"text": "Answer"}, "zeroline": True},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        bargap=0.15 if len(values) <= 128 else 0,
        dragmode=False,
        hovermode="x" if many else "closest",  # a line this dense is seldom under the pointer
    )
    return go.Figure(data=[trace], layout=layout)


def _drawn(values: Sequence[float] | np.ndarray) -> tuple[list[int], np.ndarray]:
    """Which of too many numbers, counted from zero, a line goes through, and these numbers."""
    places, answers = decimate(np.arange(len(values)), values, MOST_BARS)
    return [int(place) for place in places], answers


def _signed_bars(answers: np.ndarray) -> dict[str, Any]:
    colours = [TRAINING if answer >= 0 else VALIDATION for answer in answers]
    return {"type": "bar", "marker": {"color": colours, "line": {"width": 0}}}


def class_counts_figure(
    counts: Mapping[str, Sequence[int] | np.ndarray],
    classes: Sequence[str],
    *,
    height: int | None = None,
) -> go.Figure:
    """How many images each class has, a bar a split.

    Args:
        counts: name of the split -> (K,) counts.
        classes: K names.
    """
    bars = [
        _bars([int(n) for n in values], classes, split, i, "%{y:,} images")
        for i, (split, values) in enumerate(counts.items())
    ]
    yaxis = {"title": {"text": "Images"}, "tickformat": ",d", "rangemode": "tozero"}
    return _grouped(bars, classes, yaxis, height)


def _bars(
    values: list[float], classes: Sequence[str], name: str, place: int, hover: str
) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": list(range(len(classes))),
        "y": values,
        "name": name,
        "marker": {"color": CATEGORICAL[place % len(CATEGORICAL)]},
        "hovertext": [in_full(name) for name in classes],
        "hovertemplate": "%{hovertext}: " + hover + "<extra>" + name + "</extra>",
    }


def _grouped(
    bars: list[dict[str, Any]], classes: Sequence[str], yaxis: dict[str, Any], height: int | None
) -> go.Figure:
    layout = layout_entries(
        height=height or 340,
        xaxis={"title": {"text": "Class"}, **_class_axis(classes)},
        yaxis=yaxis,
        barmode="group",
        bargap=0.25,
    )
    return go.Figure(data=bars, layout=layout)


def _class_axis(classes: Sequence[str]) -> dict[str, Any]:
    every = -(-len(classes) // 34) or 1
    ticks = list(range(0, len(classes), every))
    return {
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [label(classes[i]) for i in ticks],
        "showgrid": False,
    }
