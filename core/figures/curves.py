"""What happened while a network trained: loss, accuracy, learning rate, speed over epochs.

Takes the rows of metrics.jsonl. The number and order of traces never changes while a run
goes on, so that a chart redrawn in place keeps its zoom and its hidden traces. Knows nothing
of where rows come from.

Figures are Plotly's as plain dicts, `data` and `layout`: they are drawn again with every metric
that comes, and go.Figure's look at each entry took most of the time. The tests do take it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.figures.decimate import decimate, plain
from core.figures.theme import (
    ACCENT,
    CATEGORICAL,
    NEUTRAL,
    TRAINING,
    VALIDATION,
    Figure,
    layout_entries,
    with_alpha,
)

Rows = Sequence[Mapping[str, Any]]
Trace = dict[str, Any]

_ROOM = 1.02  # of the x axis, so that the last epoch's point is not cut in half
_TOP_OF_ACCURACY = 102.5  # percent, the same above 100; low enough for no tick of its own
PERCENT_AXIS = {  # of accuracies in percent
    "ticksuffix": " %",
    "autorangeoptions": {"clipmin": 0.0, "clipmax": _TOP_OF_ACCURACY},
}


@dataclass(frozen=True)
class View:
    """How a person wants to see the curves.

    Args:
        epochs: how many the x axis spans; 0: as many as the rows do.
        log_y: losses and learning rates on a logarithmic axis.
        smooth: from an array (n,) float64 of finite numbers to one as long, applied to what is
            measured as training goes; epochs' own numbers stay as they are. None: nothing.
        validation: what the second curve is called; say so where it is the test images.
        fine_tuned_from: epochs after which a second phase begins, which is marked; None: none.
        momentum: the schedule sets it, so that it is drawn beside the learning rate.
    """

    epochs: int = 0
    log_y: bool = False
    smooth: Callable[[np.ndarray], np.ndarray] | None = None
    validation: str = "Validation"
    fine_tuned_from: int | None = None
    momentum: bool = False


def loss_figure(rows: Rows, view: View = View(), *, height: int = 320) -> Figure:
    """Training and validation loss over epochs.

    Args:
        rows: metric rows of kind `tick` and `epoch`; others are passed over.
    """
    traces = _train_and_validation(rows, "loss", view, "%{y:.4f}")
    return _over_epochs(traces, {"title": {"text": "Loss"}, **_scale(view)}, view, height)


def accuracy_figure(rows: Rows, view: View = View(), *, height: int = 320) -> Figure:
    """Training and validation accuracy over epochs, in percent. Rows as in loss_figure."""
    axis = {"title": {"text": "Accuracy"}, **PERCENT_AXIS}
    shares = _train_and_validation(rows, "accuracy", view, "%{y:.2f} %")
    traces = [{**trace, "y": 100 * trace["y"]} for trace in shares]
    return _over_epochs(traces, axis, view, height, rises=True)


def learning_rate_figure(rows: Rows, view: View = View(), *, height: int = 320) -> Figure:
    """The learning rate over epochs, as the optimizer had it, and momentum where it is cycled.

    Momentum has an axis of its own, on the right.
    """
    axis = {"title": {"text": "Learning rate"}, "rangemode": "tozero", **_scale(view)}
    trace = _single(rows, "lr", "Learning rate", "%{y:.3g}")
    if not view.momentum:
        return _over_epochs([trace], axis, view, height)
    line = {"color": CATEGORICAL[1], "width": 2, "dash": "dash"}
    other = _single(rows, "momentum", "Momentum", "%{y:.3f}") | {"yaxis": "y2", "line": line}
    figure = _over_epochs([trace, other], axis, view, height)
    figure["layout"]["yaxis2"] = {
        "title": {"text": "Momentum"},
        "overlaying": "y",
        "side": "right",
        "showgrid": False,
        "automargin": True,
        "tickmode": "auto",  # else at the learning rate's, where momentum is no round number
        "nticks": 4,
    }
    return figure


def throughput_figure(rows: Rows, view: View = View(), *, height: int = 320) -> Figure:
    """Images a second over epochs."""
    axis = {"title": {"text": "Images per second"}, "rangemode": "tozero", "tickformat": ",d"}
    trace = _single(rows, "images_per_second", "Speed", "%{y:,.0f} images/s")
    return _over_epochs([trace], axis, view, height)


def _scale(view: View) -> Trace:
    # A range of one type means nothing to the other: with a new revision the zoom goes.
    if not view.log_y:
        return {"type": "linear", "uirevision": "linear", "exponentformat": "power"}
    # With a format Plotly writes 0.2 between 0.1 and 1, and without one a small 2.
    return {"type": "log", "uirevision": "log", "tickformat": "~g", "rangemode": "normal"}


def _train_and_validation(rows: Rows, key: str, view: View, hover: str) -> list[Trace]:
    """Three traces, always: training as it goes, training by epoch, validation by epoch."""
    running = {
        "type": "scatter",
        **_points(rows, "tick", key, view.smooth),
        "name": "Training, as it goes",
        "mode": "lines",
        "line": {"color": with_alpha(CATEGORICAL[4], 0.8), "width": 1},
        "hovertemplate": hover,
    }
    return [
        running,
        _by_epoch(rows, key, "Training, epoch mean", TRAINING, hover),
        _by_epoch(rows, f"val_{key}", view.validation, VALIDATION, hover),
    ]


def _by_epoch(rows: Rows, key: str, name: str, colour: str, hover: str) -> Trace:
    points = _points(rows, "epoch", key)
    few = len(points["x"]) <= 60  # with more, markers run together into a thick line
    return {
        "type": "scatter",
        **points,
        "name": name,
        "mode": "lines+markers" if few else "lines",
        "line": {"color": colour, "width": 2.5},
        "marker": {"color": colour, "size": 7},
        "hovertemplate": hover,
    }


def _single(rows: Rows, key: str, name: str, hover: str) -> Trace:
    kind = "tick" if any(row.get("kind") == "tick" for row in rows) else "epoch"
    return {
        "type": "scatter",
        **_points(rows, kind, key),
        "name": name,
        "mode": "lines",
        "line": {"color": ACCENT, "width": 2},
        "hovertemplate": hover,
    }


def _points(
    rows: Rows, kind: str, key: str, smooth: Callable[[np.ndarray], np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    chosen = [row for row in rows if row.get("kind") == kind]
    x, y = _numbers(chosen, "epoch"), _numbers(chosen, key)
    if smooth is not None:
        measured = np.isfinite(x) & np.isfinite(y)
        x, y = x[measured], smooth(y[measured])
    x, y = decimate(x, y)
    return {"x": plain(x), "y": plain(y)}


def _numbers(rows: Iterable[Mapping[str, Any]], key: str) -> np.ndarray:
    """(n,) float64; NaN where a row has no such number."""
    return np.array([row.get(key) for row in rows], dtype=float)


def _over_epochs(
    traces: list[Trace], yaxis: Trace, view: View, height: int, *, rises: bool = False
) -> Figure:
    """`rises`: the curves do, so that there is room below them."""
    xaxis: Trace = {"title": {"text": "Epoch"}, "rangemode": "tozero", "hoverformat": ".2f"}
    if view.epochs:
        xaxis |= {"range": [0, _ROOM * view.epochs], "autorange": False}
    if not any(len(trace["x"]) for trace in traces):
        # Of nothing Plotly would make a scale from -1 on, also of accuracies.
        yaxis = {**yaxis, "type": "linear", "range": [0, 1], "showticklabels": False}
    layout = layout_entries(
        height=height,
        xaxis=xaxis,
        yaxis=yaxis,
        hovermode="x unified",
        showlegend=len(traces) > 1,
        uirevision="curves",  # constant: keeps zoom and hidden traces when drawn again
    )
    if view.fine_tuned_from is not None:
        layout |= _mark_of_phase(view.fine_tuned_from, view.epochs, low=rises)
    return {"data": traces, "layout": layout}


def _mark_of_phase(epoch: int, epochs: int, *, low: bool) -> Figure:
    """A thin line where the second phase begins, with words where there is room."""
    line = {"color": NEUTRAL, "width": 1, "dash": "dot"}
    ends = {"x0": epoch, "x1": epoch, "yref": "paper", "y0": 0, "y1": 1}
    place = {"x": epoch, "yref": "paper", "y": 0 if low else 1, "showarrow": False}
    anchors = {
        "xanchor": "right" if epochs and epoch > 0.6 * epochs else "left",
        "yanchor": "bottom" if low else "top",
    }
    return {
        "shapes": [{"type": "line", "line": line, **ends}],
        "annotations": [{"text": "fine-tuning from here", **place, **anchors}],
    }
