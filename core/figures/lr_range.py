"""The two panels of a learning-rate range test (Smith 2015, section 3.3).

Knows nothing of how losses were measured, smoothed or judged. Plain dicts, as in curves.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core import notation
from core.figures.decimate import decimate, plain
from core.figures.theme import ACCENT, NEUTRAL, SUGGESTION, Figure, layout_entries, with_alpha

Numbers = Sequence[float] | np.ndarray

_SHADE = with_alpha(SUGGESTION, 0.16)
# A shape has no entry in the legend; this trace, which has no point, has.
_IN_THE_LEGEND = {
    "type": "scatter",
    "x": [None],
    "y": [None],
    "name": "Good to use",
    "mode": "markers",
    "marker": {"color": with_alpha(SUGGESTION, 0.35), "size": 14, "symbol": "square"},
    "hoverinfo": "skip",
}


def lr_figure(
    rows: Sequence[Mapping[str, Any]], *, log_y: bool = False, height: int = 340
) -> Figure:
    """The learning rate of each iteration.

    Args:
        rows: metric rows of kind `range`; others are passed over.
        log_y: learning rates on a logarithmic axis, where the growth is a straight line.
    """
    lrs = [row["lr"] for row in rows if row.get("kind") == "range"]
    x, y = decimate(np.arange(1, len(lrs) + 1), lrs)
    trace = {
        "type": "scatter",
        "x": plain(x),
        "y": plain(y),
        "mode": "lines",
        "line": {"color": ACCENT, "width": 2.5},
        "hovertemplate": "Iteration %{x}<br>Learning rate %{y:.3g}<extra></extra>",
    }
    layout = layout_entries(
        height=height,
        xaxis={"title": {"text": "Iteration"}, "rangemode": "tozero", "tickformat": ",d"},
        yaxis={"title": {"text": "Learning rate"}, **_lr_axis(log_y)},
        showlegend=False,
        uirevision="range-lrs",
    )
    return {"data": [trace], "layout": layout}


def loss_figure(
    lrs: Numbers,
    losses: Numbers,
    smoothed: Numbers,
    suggestion: float | None = None,
    good: tuple[float, float] | None = None,
    *,
    height: int = 340,
) -> Figure:
    """Each batch's own loss, and the smoothed curve, over the learning rate on a log axis.

    Args:
        lrs, losses, smoothed: (n,) in order of iteration; values that are not finite are cut.
        suggestion: the learning rate to mark, or None where there is none.
        good: between which learning rates to shade, or None where none are good.
    """
    traces = [
        _line(lrs, losses, "Each batch", with_alpha(NEUTRAL, 0.55), 1),
        _line(lrs, smoothed, "Smoothed", ACCENT, 3),
    ]
    shapes: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    if good is not None:
        traces.append(_IN_THE_LEGEND)
        shapes.append(_band(*good))
    if suggestion is not None:
        traces += _point_on_curve(suggestion, lrs, smoothed)
        shapes.append(_line_at(suggestion))
        annotations.append(_label_at(suggestion))
    layout = layout_entries(
        height=height,
        xaxis={"title": {"text": "Learning rate"}, **_lr_axis(True)},
        yaxis={"title": {"text": "Loss"}, "range": _loss_range(losses, smoothed)},
        uirevision="range-loss",
        shapes=shapes,
        annotations=annotations,
    )
    return {"data": traces, "layout": layout}


def _line(x: Numbers, y: Numbers, name: str, colour: str, width: float) -> dict[str, Any]:
    xs, ys = decimate(x, y)
    return {
        "type": "scatter",
        "x": plain(xs),
        "y": plain(ys),
        "name": name,
        "mode": "lines",
        "line": {"color": colour, "width": width},
        "hovertemplate": "Learning rate %{x:.3g}<br>Loss %{y:.4f}<extra>" + name + "</extra>",
    }


def _lr_axis(logarithmic: bool) -> dict[str, Any]:
    if not logarithmic:
        return {"type": "linear", "rangemode": "tozero"}
    return {"type": "log", "exponentformat": "power", "showexponent": "all", "dtick": 1}


def _loss_range(losses: Numbers, smoothed: Numbers) -> list[float] | None:
    """Limits that keep the curve tall where the loss diverges at the end; None: automatic.

    A range test ends far above where it began. An axis that showed all of it would
    press the fall, which one looks for, into a flat line.
    """
    curve = np.asarray(smoothed, dtype=np.float64)
    curve = curve[np.isfinite(curve)]
    if len(curve) < 10:
        return None
    raw = np.asarray(losses, dtype=np.float64)[: len(curve)]
    lowest = int(np.argmin(curve))
    top = float(np.nanmax(curve[: lowest + 1]))
    bottom = float(min(curve[lowest], np.nanpercentile(raw, 2)))
    # The batches on the way down are to be seen too, save single spikes.
    top = max(top, float(np.nanpercentile(raw[: lowest + 1], 98)))
    span = max(top - bottom, 1e-6 + 0.05 * abs(top))
    return [bottom - 0.08 * span, top + 0.35 * span]


def _band(low: float, high: float) -> dict[str, Any]:
    """A shade, from the bottom to the top, over the learning rates that are good to use."""
    return {
        "type": "rect",
        "x0": low,
        "x1": high,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": _SHADE,
        "line": {"width": 0},
        "layer": "below",
    }


def _line_at(lr: float) -> dict[str, Any]:
    """A vertical line at the suggested learning rate."""
    return {
        "type": "line",
        "x0": lr,
        "x1": lr,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": SUGGESTION, "width": 2, "dash": "dash"},
    }


def _label_at(lr: float) -> dict[str, Any]:
    """What the line is, beside it; in the page's own ink, for the green is too light to read."""
    return {
        "x": math.log10(lr),  # unlike a shape, an annotation stands at the logarithm
        "yref": "paper",
        "y": 1,
        "yanchor": "top",
        "xanchor": "left",
        "xshift": 6,
        "showarrow": False,
        "text": f"<b>Suggested: {notation.learning_rate(lr, 2)}</b>",
    }


def _point_on_curve(lr: float, lrs: Numbers, smoothed: Numbers) -> list[dict[str, Any]]:
    """Where the suggestion meets the smoothed curve; nothing where there is no curve."""
    x, y = decimate(lrs, smoothed)
    if not len(x):
        return []
    return [
        {
            "type": "scatter",
            "x": [lr],
            "y": [float(np.interp(math.log10(lr), np.log10(x), y))],
            "mode": "markers",
            "marker": {"color": SUGGESTION, "size": 12, "line": {"color": "white", "width": 2}},
            "showlegend": False,
            "hovertemplate": "Suggested learning rate %{x:.3g}<extra></extra>",
        }
    ]
