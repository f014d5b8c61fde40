"""The two panels of a learning-rate range test."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from core.figures.lr_range import loss_figure, lr_figure

RATES = np.geomspace(1e-5, 1.0, 100)
LOSSES = np.concatenate([np.full(30, 2.3), np.linspace(2.3, 1.0, 50), np.geomspace(1.0, 90, 20)])


def test_rates_over_iterations() -> None:
    rows = [{"kind": "range", "lr": float(rate), "loss": 1.0} for rate in RATES]
    figure = go.Figure(lr_figure([{"kind": "tick", "lr": 9.0}, *rows]))
    assert figure.data[0].x[0] == 1 and figure.data[0].x[-1] == 100
    assert np.allclose(figure.data[0].y.astype(float), RATES)
    assert figure.layout.yaxis.type == "linear"
    assert go.Figure(lr_figure(rows, log_y=True)).layout.yaxis.type == "log"


def test_loss_over_rate_with_the_suggestion_marked() -> None:
    figure = go.Figure(loss_figure(RATES, LOSSES, LOSSES, 3e-3))
    raw, smoothed, mark = figure.data
    assert figure.layout.xaxis.type == "log"
    assert raw.line.width < smoothed.line.width
    assert mark.x[0] == 3e-3
    assert 1.0 < mark.y[0] < 2.3
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == 3e-3
    assert math.isclose(figure.layout.annotations[0].x, math.log10(3e-3))
    assert "0.003" in figure.layout.annotations[0].text


def test_the_band_that_is_good_to_use_is_shaded_and_in_the_legend() -> None:
    figure = go.Figure(loss_figure(RATES, LOSSES, LOSSES, 3e-3, (1e-3, 1e-2)))
    band, line = figure.layout.shapes
    assert (band.type, band.x0, band.x1, band.layer) == ("rect", 1e-3, 1e-2, "below")
    assert line.x0 == 3e-3
    assert "Good to use" in [trace.name for trace in figure.data]


def test_no_suggestion_no_mark() -> None:
    figure = go.Figure(loss_figure(RATES, LOSSES, LOSSES, None))
    assert len(figure.data) == 2
    assert not figure.layout.shapes


def test_divergence_does_not_flatten_the_curve() -> None:
    low, high = go.Figure(loss_figure(RATES, LOSSES, LOSSES)).layout.yaxis.range
    assert 0.5 < low < 1.0
    assert 2.3 < high < 4.0


def test_losses_that_are_not_finite_are_cut() -> None:
    losses = LOSSES.copy()
    losses[90:] = np.nan
    figure = go.Figure(loss_figure(RATES, losses, losses, 1e-3))
    assert len(figure.data[0].x) == 90


def test_nothing_measured_yet() -> None:
    assert len(go.Figure(lr_figure([])).data[0].x) == 0
    assert len(go.Figure(loss_figure([], [], [])).data[1].x) == 0
