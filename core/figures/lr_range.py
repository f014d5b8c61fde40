"""The two panels of a learning-rate range test (Smith 2015, section 3.3).

Knows nothing of how losses were measured, smoothed or judged. Plain dicts, as in curves.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from core.figures import lr_marks
from core.figures.decimate import decimate, plain
from core.figures.theme import ACCENT, NEUTRAL, SUGGESTION, Figure, layout_entries, with_alpha
from core.runs import RateSuggestion

Numbers = Sequence[float] | np.ndarray


class Smoothed(Protocol):
    """The curve to draw, of one seed or several; arrays (n,) float64, rates growing."""

    @property
    def lrs(self) -> np.ndarray: ...
    @property
    def smoothed(self) -> np.ndarray: ...
    @property
    def lowest(self) -> np.ndarray: ...
    @property
    def highest(self) -> np.ndarray: ...
    @property
    def seeds(self) -> int: ...


_LEGEND = 30  # pixels above the plot
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
    curve: Smoothed,
    marks: Sequence[RateSuggestion] = (),
    recommended: str = "",
    good: tuple[float, float] | None = None,
    *,
    height: int = 340,
) -> Figure:
    """Each batch's own loss, and the smoothed curve, over the learning rate on a log axis.

    Args:
        lrs, losses: (n,) of every batch; of several seeds one after the other.
        curve: the smoothed curve; of several seeds their mean, and how far they lie apart.
        marks: what the rules suggest, each drawn with its name; a cycle as a bar between two rates.
        recommended: the name of the one that stands out.
        good: between which learning rates to shade, or None where none are good.
    """
    traces = [_batches(lrs, losses)]
    if curve.seeds > 1:
        traces += _apart(curve)
    traces.append(_line(curve.lrs, curve.smoothed, "Smoothed", ACCENT, 3))
    shapes: list[dict[str, Any]] = []
    if good is not None:
        traces.append(_IN_THE_LEGEND)
        shapes.append(_band(*good))
    drawn = lr_marks.draw(marks, recommended, curve.lrs, curve.smoothed, _decades(lrs))
    layout = layout_entries(
        height=height,
        xaxis={"title": {"text": "Learning rate"}, **_lr_axis(True)},
        yaxis={"title": {"text": "Loss"}, "range": _loss_range(losses, curve.smoothed)},
        uirevision="range-loss",
        shapes=[*shapes, *drawn.shapes],
        annotations=drawn.annotations,
        margin={"l": 8, "r": 16, "t": _LEGEND + drawn.above, "b": 8},
        legend={"orientation": "h", "x": 0, "yref": "container", "y": 1, "yanchor": "top"},
    )
    return {"data": [*traces, *drawn.traces], "layout": layout}


def _decades(lrs: Numbers) -> float:
    """That the rates span; at least one."""
    return max(float(np.log10(max(lrs) / min(lrs))), 1.0) if len(lrs) else 1.0


def _batches(lrs: Numbers, losses: Numbers) -> dict[str, Any]:
    """Of one seed a thin line; of several, which begin again, points in order of the rate."""
    colour = with_alpha(NEUTRAL, 0.55)
    if np.all(np.diff(np.asarray(lrs, dtype=np.float64)) > 0):
        return _line(lrs, losses, "Each batch", colour, 1)
    order = np.argsort(np.asarray(lrs, dtype=np.float64), kind="stable")
    points = _line(np.asarray(lrs)[order], np.asarray(losses)[order], "Each batch", colour, 1)
    dots = {"mode": "markers", "marker": {"color": colour, "size": 3}}
    return {
        **points,
        **dots,
        "showlegend": False,
    }  # they need no words, and a telephone has no room


def _apart(curve: Smoothed) -> list[dict[str, Any]]:
    """From the lowest to the highest of the seeds' own curves."""
    name, none = "Seeds", {"width": 0}
    low = _line(curve.lrs, curve.lowest, name, ACCENT, 0)
    high = _line(curve.lrs, curve.highest, name, ACCENT, 0)
    quiet = {"line": none, "hoverinfo": "skip", "hovertemplate": None, "legendgroup": name}
    shade = {"fill": "tonexty", "fillcolor": with_alpha(ACCENT, 0.22)}
    return [{**low, **quiet, "showlegend": False}, {**high, **quiet, **shade}]


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
    top = float(np.max(curve[: lowest + 1]))
    bottom = float(min(curve[lowest], np.nanpercentile(raw, 2)))
    # The batches on the way down are to be seen too, save single spikes.
    top = max(top, float(np.nanpercentile(raw[: lowest + 1], 98)))
    span = max(top - bottom, 1e-6 + 0.05 * abs(top))
    return [bottom - 0.08 * span, top + 0.12 * span]


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
