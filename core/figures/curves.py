"""What happened while a network trained: loss, accuracy, learning rate, speed over epochs.

Takes the rows of metrics.jsonl. The number and order of traces never changes while a run
goes on, so that a chart redrawn in place keeps its zoom and its hidden traces. Knows nothing
of where rows come from.

Figures are Plotly's as plain dicts, `data` and `layout`: they are drawn again with every metric
that comes, and go.Figure's look at each entry took most of the time. The tests do take it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from core.figures.decimate import decimate, plain
from core.figures.theme import (
    ACCENT,
    CATEGORICAL,
    TRAINING,
    VALIDATION,
    Figure,
    layout_entries,
    with_alpha,
)

Rows = Sequence[Mapping[str, Any]]
Trace = dict[str, Any]


def loss_figure(
    rows: Rows, *, validation_name: str = "Validation", log_y: bool = False, height: int = 320
) -> Figure:
    """Training and validation loss over epochs.

    Args:
        rows: metric rows of kind `tick` and `epoch`; others are passed over.
        validation_name: what the second curve is called; say so where it is the test images.
        log_y: loss on a logarithmic axis.
    """
    axis = {"title": {"text": "Loss"}, "type": "log" if log_y else "linear"}
    traces = _train_and_validation(rows, "loss", validation_name, "%{y:.4f}")
    return _over_epochs(traces, axis, height)


def accuracy_figure(
    rows: Rows, *, validation_name: str = "Validation", height: int = 320
) -> Figure:
    """Training and validation accuracy over epochs, in percent. Rows as in loss_figure."""
    axis = {
        "title": {"text": "Accuracy"},
        "tickformat": ".0~%",
        "autorangeoptions": {"clipmin": 0.0, "clipmax": 1.01},
    }
    traces = _train_and_validation(rows, "accuracy", validation_name, "%{y:.2%}")
    return _over_epochs(traces, axis, height)


def learning_rate_figure(rows: Rows, *, log_y: bool = False, height: int = 320) -> Figure:
    """The learning rate over epochs, as the optimizer had it."""
    axis = {
        "title": {"text": "Learning rate"},
        "type": "log" if log_y else "linear",
        "exponentformat": "power" if log_y else "e",
        "rangemode": "normal" if log_y else "tozero",
    }
    trace = _single(rows, "lr", "Learning rate", "%{y:.3g}")
    return _over_epochs([trace], axis, height, showlegend=False)


def throughput_figure(rows: Rows, *, height: int = 320) -> Figure:
    """Images a second over epochs."""
    axis = {"title": {"text": "Images per second"}, "rangemode": "tozero", "tickformat": ",d"}
    trace = _single(rows, "images_per_second", "Speed", "%{y:,.0f} images/s")
    return _over_epochs([trace], axis, height, showlegend=False)


def _train_and_validation(rows: Rows, key: str, validation_name: str, hover: str) -> list[Trace]:
    """Three traces, always: training as it goes, training by epoch, validation by epoch."""
    running = {
        "type": "scatter",
        **_points(rows, "tick", key),
        "name": "Training, as it goes",
        "mode": "lines",
        "line": {"color": with_alpha(CATEGORICAL[4], 0.8), "width": 1},
        "hovertemplate": hover,
    }
    return [
        running,
        _by_epoch(rows, key, "Training, epoch mean", TRAINING, hover),
        _by_epoch(rows, f"val_{key}", validation_name, VALIDATION, hover),
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


def _points(rows: Rows, kind: str, key: str) -> dict[str, np.ndarray]:
    chosen = [row for row in rows if row.get("kind") == kind]
    x, y = decimate(_numbers(chosen, "epoch"), _numbers(chosen, key))
    return {"x": plain(x), "y": plain(y)}


def _numbers(rows: Iterable[Mapping[str, Any]], key: str) -> np.ndarray:
    """(n,) float64; NaN where a row has no such number."""
    return np.array([row.get(key) for row in rows], dtype=float)


def _over_epochs(traces: list[Trace], yaxis: Trace, height: int, **options: Any) -> Figure:
    xaxis = {"title": {"text": "Epoch"}, "rangemode": "tozero", "hoverformat": ".2f"}
    layout = layout_entries(
        height=height,
        xaxis=xaxis,
        yaxis=yaxis,
        hovermode="x unified",
        uirevision="curves",  # constant: keeps zoom and hidden traces when drawn again
        **options,
    )
    return {"data": traces, "layout": layout}
