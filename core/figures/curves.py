"""What happened while a network trained: loss, accuracy, learning rate, speed over epochs.

Takes the rows of metrics.jsonl. The number and order of traces never changes while a run
goes on, so that a chart redrawn in place keeps its zoom and its hidden traces. Knows nothing
of where rows come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.decimate import decimate
from core.figures.theme import ACCENT, TRAINING, VALIDATION, layout, with_alpha

Rows = Sequence[Mapping[str, Any]]


def loss_figure(
    rows: Rows, *, validation_name: str = "Validation", log_y: bool = False, height: int = 320
) -> go.Figure:
    """Training and validation loss over epochs.

    Args:
        rows: metric rows of kind `tick` and `epoch`; others are passed over.
        validation_name: what the second curve is called; say so where it is the test part.
        log_y: loss on a logarithmic axis.
    """
    figure = _train_and_validation(rows, "loss", validation_name, "%{y:.4f}")
    figure.update_yaxes(title_text="Loss", type="log" if log_y else "linear")
    return _over_epochs(figure, height)


def accuracy_figure(
    rows: Rows, *, validation_name: str = "Validation", height: int = 320
) -> go.Figure:
    """Training and validation accuracy over epochs, in percent. Rows as in loss_figure."""
    figure = _train_and_validation(rows, "accuracy", validation_name, "%{y:.2%}")
    figure.update_yaxes(
        title_text="Accuracy",
        tickformat=".0~%",
        autorangeoptions={"clipmin": 0.0, "clipmax": 1.01},
    )
    return _over_epochs(figure, height)


def learning_rate_figure(rows: Rows, *, log_y: bool = False, height: int = 320) -> go.Figure:
    """The learning rate over epochs, as the optimizer had it."""
    figure = go.Figure(_single(rows, "lr", "Learning rate", "%{y:.3g}"))
    figure.update_yaxes(
        title_text="Learning rate",
        type="log" if log_y else "linear",
        exponentformat="power" if log_y else "e",
        rangemode="normal" if log_y else "tozero",
    )
    return _over_epochs(figure, height, showlegend=False)


def throughput_figure(rows: Rows, *, height: int = 320) -> go.Figure:
    """Images a second over epochs."""
    figure = go.Figure(_single(rows, "images_per_second", "Speed", "%{y:,.0f} images/s"))
    figure.update_yaxes(title_text="Images per second", rangemode="tozero", tickformat=",d")
    return _over_epochs(figure, height, showlegend=False)


def _train_and_validation(rows: Rows, key: str, validation_name: str, hover: str) -> go.Figure:
    """Three traces, always: training as it goes, training by epoch, validation by epoch."""
    running = go.Scatter(
        **_points(rows, "tick", key),
        name="Training, as it goes",
        mode="lines",
        line={"color": with_alpha(TRAINING, 0.45), "width": 1},
    )
    figure = go.Figure(
        [
            running,
            _by_epoch(rows, key, "Training, epoch mean", TRAINING),
            _by_epoch(rows, f"val_{key}", validation_name, VALIDATION),
        ]
    )
    return figure.update_traces(hovertemplate=hover)


def _by_epoch(rows: Rows, key: str, name: str, colour: str) -> go.Scatter:
    points = _points(rows, "epoch", key)
    few = len(points["x"]) <= 60  # with more, markers run together into a thick line
    return go.Scatter(
        **points,
        name=name,
        mode="lines+markers" if few else "lines",
        line={"color": colour, "width": 2.5},
        marker={"color": colour, "size": 7},
    )


def _single(rows: Rows, key: str, name: str, hover: str) -> go.Scatter:
    kind = "tick" if any(row.get("kind") == "tick" for row in rows) else "epoch"
    return go.Scatter(
        **_points(rows, kind, key),
        name=name,
        mode="lines",
        line={"color": ACCENT, "width": 2},
        hovertemplate=hover,
    )


def _points(rows: Rows, kind: str, key: str) -> dict[str, list[float]]:
    chosen = [row for row in rows if row.get("kind") == kind]
    x, y = decimate(_numbers(chosen, "epoch"), _numbers(chosen, key))
    return {"x": x.tolist(), "y": y.tolist()}


def _numbers(rows: Iterable[Mapping[str, Any]], key: str) -> np.ndarray:
    """(n,) float64; NaN where a row has no such number."""
    return np.array([np.nan if row.get(key) is None else row[key] for row in rows], dtype=float)


def _over_epochs(figure: go.Figure, height: int, **options: Any) -> go.Figure:
    figure.update_xaxes(title_text="Epoch", rangemode="tozero", hoverformat=".2f")
    # A constant uirevision keeps zoom and hidden traces when the figure is drawn again.
    return layout(figure, height=height, hovermode="x unified", uirevision="curves", **options)
