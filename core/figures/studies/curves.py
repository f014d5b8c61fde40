"""The curves of a study: each variant's mean over its runs, and how far they lie apart.

A variant has the colour of its place, and a dash, so that variants can be told apart without
colour. Knows nothing of where values come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.figures.curves import PERCENT_AXIS
from core.figures.decimate import decimate, plain
from core.figures.labels import label
from core.figures.studies.variants import colour, dash, number, scale, written
from core.figures.theme import Figure, layout_entries, with_alpha

Trace = dict[str, Any]


def study_curves(
    curves: Sequence[tuple[str, np.ndarray]],
    *,
    measure_title: str,
    height: int = 320,
    percent: bool = True,
) -> Figure:
    """Each variant's mean over its runs, and a band from the lowest run to the highest.

    Bands come first, so that every line lies over them. A variant of several runs has a band from
    the beginning, if need be an empty one: traces keep their order while runs come in.

    Args:
        curves: name and (R, E) float64, a row a run and a column an epoch, NaN where a run is
            not there yet.
        percent: values are shares, drawn in percent.
    """
    drawn = [
        _variant(name, np.asarray(values, dtype=np.float64), place, percent)
        for place, (name, values) in enumerate(curves)
    ]
    lines = [line for line, _ in drawn]
    yaxis: Trace = {"title": {"text": measure_title}, **(PERCENT_AXIS if percent else {})}
    if not any(len(line["x"]) for line in lines):
        yaxis |= {"range": [0, 1], "showticklabels": False}  # there is no scale of nothing
    layout = layout_entries(
        height=height,
        xaxis={"title": {"text": "Epoch"}, "rangemode": "tozero"},
        yaxis=yaxis,
        hovermode="x unified",
        showlegend=True,
        uirevision="study-curves",  # constant: keeps zoom and hidden traces when drawn again
    )
    return {"data": [band for _, band in drawn if band] + lines, "layout": layout}


def _variant(
    name: str, values: np.ndarray, place: int, percent: bool
) -> tuple[Trace, Trace | None]:
    """A variant's line, and its band where it has, or will have, several runs."""
    there = np.isfinite(values)
    runs = int(there.any(axis=1).sum())
    known = np.flatnonzero(there.any(axis=0))  # epochs that some run has
    found = np.where(there, values, np.nan)[:, known] * scale(percent)
    low, high = (
        pick(found, axis=0) if len(known) else np.empty(0) for pick in (np.nanmin, np.nanmax)
    )
    mean = np.nanmean(found, axis=0) if len(known) else np.empty(0)
    ends = (low, high) if runs > 1 else None
    line = _line(known + 1.0, mean, ends, percent) | {
        "name": f"{label(name)} ({runs} run{'' if runs == 1 else 's'})",
        "line": {"color": colour(place), "width": 2.5, "dash": dash(place)},
        "marker": {"color": colour(place), "size": 7},
        "legendgroup": str(place),
    }
    if len(values) < 2:
        return line, None
    if runs < 2:
        known, low, high = known[:0], low[:0], high[:0]
    return line, _band(known + 1.0, low, high, place)


def _line(
    epochs: np.ndarray, mean: np.ndarray, ends: tuple[np.ndarray, np.ndarray] | None, percent: bool
) -> Trace:
    x, y = decimate(epochs, mean)
    hover = [written(value, percent) for value in y]
    if ends is not None:
        at = np.searchsorted(epochs, x)
        low, high = ([number(value, percent) for value in end[at]] for end in ends)
        hover = [f"{m} ({a} to {b})" for m, a, b in zip(hover, low, high, strict=True)]
    return {
        "type": "scatter",
        "x": plain(x),
        "y": plain(y),
        "mode": "lines" if len(x) > 1 else "markers",  # a line of one point is not seen
        "hovertext": hover,
        "hovertemplate": "%{hovertext}",
    }


def _band(epochs: np.ndarray, low: np.ndarray, high: np.ndarray, place: int) -> Trace:
    """A closed polygon: along the lowest, and back along the highest."""
    (there, lowest), (back, highest) = decimate(epochs, low), decimate(epochs, high)
    return {
        "type": "scatter",
        "x": plain(np.concatenate([there, back[::-1], there[:1]])),
        "y": plain(np.concatenate([lowest, highest[::-1], lowest[:1]])),
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": with_alpha(colour(place), 0.18),
        "hoverinfo": "skip",
        "showlegend": False,
        "legendgroup": str(place),
    }
