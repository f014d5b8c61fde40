"""The two panels of a learning-rate range test."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from core.figures import lr_marks
from core.figures.lr_range import loss_figure, lr_figure
from core.runs import RateSuggestion

LRS = np.geomspace(1e-5, 1.0, 100)
LOSSES = np.concatenate([np.full(30, 2.3), np.linspace(2.3, 1.0, 50), np.geomspace(1.0, 90, 20)])


@dataclass(frozen=True)
class Drawn:
    """A curve as the figure takes it."""

    lrs: np.ndarray
    smoothed: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    seeds: int = 1


CURVE = Drawn(LRS, LOSSES, LOSSES, LOSSES)
MARKS = (
    RateSuggestion(name="Steepest", learning_rate=1e-3),
    RateSuggestion(name="Minimum / 10", learning_rate=1.1e-3),
    RateSuggestion(name="Valley", learning_rate=1.2e-3),
    RateSuggestion(name="Peak", learning_rate=3e-3),
    RateSuggestion(name="Cycle", learning_rate=1e-4, max_learning_rate=3e-3),
)


def figure(curve: Drawn = CURVE, marks=MARKS, recommended="Peak", good=None) -> go.Figure:
    lrs = np.concatenate([LRS] * curve.seeds)
    losses = np.concatenate([LOSSES] * curve.seeds)
    return go.Figure(loss_figure(lrs, losses, curve, marks, recommended, good))


def test_rates_over_iterations() -> None:
    rows = [{"kind": "range", "lr": float(rate), "loss": 1.0} for rate in LRS]
    drawn = go.Figure(lr_figure([{"kind": "tick", "lr": 9.0}, *rows]))
    assert drawn.data[0].x[0] == 1 and drawn.data[0].x[-1] == 100
    assert np.allclose(drawn.data[0].y.astype(float), LRS)
    assert drawn.layout.yaxis.type == "linear"
    assert go.Figure(lr_figure(rows, log_y=True)).layout.yaxis.type == "log"


def test_loss_over_rate_with_each_suggestion_marked() -> None:
    drawn = figure()
    raw, smoothed, *points = drawn.data
    assert drawn.layout.xaxis.type == "log"
    assert raw.line.width < smoothed.line.width
    assert {point.name: point.x[0] for point in points} == {
        mark.name: mark.learning_rate for mark in MARKS[:4]
    }
    assert all(1.0 < point.y[0] < 2.3 for point in points)
    upright = {shape.x0 for shape in drawn.layout.shapes if (shape.y0, shape.y1) == (0, 1)}
    assert upright == {mark.learning_rate for mark in MARKS[:4]}
    names = {note.text: note.x for note in drawn.layout.annotations}
    assert names["<b>Peak 0.003</b>"] == pytest.approx(math.log10(3e-3))
    assert names["Valley"] == pytest.approx(math.log10(1.2e-3))


def test_a_cycle_is_a_bar_between_its_ends() -> None:
    flat = [shape for shape in figure().layout.shapes if shape.y0 == shape.y1]
    assert [(shape.x0, shape.x1) for shape in flat] == [(1e-4, 3e-3)]


def boxes(drawn: lr_marks.Drawn, decade: float) -> list[tuple[float, float, float]]:
    """The rows and extents of the names above the plot, in pixels, with letters 6.5 wide."""
    found = []
    for note in drawn.annotations:
        if note["yanchor"] == "bottom" and note["y"] == 1:
            half = 6.5 * len(note["text"].replace("<b>", "").replace("</b>", "")) / 2
            middle = note["x"] * decade
            found.append((note["yshift"], middle - half, middle + half))
    return sorted(found)


@pytest.mark.parametrize("decades", [2.5, 5.0])
@pytest.mark.parametrize("apart", [1.0, 1.02, 1.5, 3.0, 30.0])
def test_names_do_not_overprint_on_a_telephone(apart: float, decades: float) -> None:
    names = ("Steepest", "Minimum / 10", "Valley", "Steady", "Peak")
    marks = [
        RateSuggestion(name=name, learning_rate=1e-4 * apart**n) for n, name in enumerate(names)
    ]
    drawn = lr_marks.draw(marks, "Peak", LRS, LOSSES, decades)
    placed = boxes(drawn, 285.0 / decades)
    assert len(placed) == 5
    for (row, _, end), (next_row, begin, _) in pairwise(placed):
        assert row != next_row or begin >= end
    assert drawn.above > max(row for row, _, _ in placed)


def test_a_name_is_no_more_than_a_name() -> None:
    hostile = '<a href="http://203.0.113.1">$x$ %{x}</a>' + "long " * 30
    marks = (
        RateSuggestion(name=hostile[:100], learning_rate=1e-3),
        RateSuggestion(name=hostile[:99], learning_rate=1e-4, max_learning_rate=1e-2),
    )
    drawn = figure(marks=marks, recommended=hostile[:100])
    for note in drawn.layout.annotations:
        assert len(note.text) < 120
        assert "<a" not in note.text and "$" not in note.text
    assert "<a" not in drawn.data[-1].hovertemplate and "$" not in drawn.data[-1].hovertemplate


def test_names_far_apart_stand_in_one_row() -> None:
    marks = [RateSuggestion(name="Peak", learning_rate=10.0**-n) for n in (5, 3, 1)]
    assert {note["yshift"] for note in lr_marks.draw(marks, "", LRS, LOSSES).annotations} == {0}


def test_the_band_that_is_good_to_use_is_shaded_and_in_the_legend() -> None:
    drawn = figure(good=(1e-3, 1e-2))
    band = drawn.layout.shapes[0]
    assert (band.type, band.x0, band.x1, band.layer) == ("rect", 1e-3, 1e-2, "below")
    assert "Good to use" in [trace.name for trace in drawn.data]


def test_several_seeds_are_points_and_a_band() -> None:
    drawn = figure(replace(CURVE, lowest=LOSSES - 0.1, highest=LOSSES + 0.1, seeds=3), ())
    points, low, high, smoothed = drawn.data
    assert points.mode == "markers"
    assert np.all(np.diff(points.x.astype(float)) >= 0)
    assert high.fill == "tonexty"
    assert np.allclose(high.y.astype(float) - low.y.astype(float), 0.2)
    assert smoothed.name == "Smoothed"
    assert [trace.name for trace in drawn.data if trace.showlegend is not False] == [
        "Seeds",
        "Smoothed",
    ]


def test_a_second_seed_that_has_just_begun_is_points_too() -> None:
    lrs, losses = np.append(LRS, LRS[:2]), np.append(LOSSES, LOSSES[:2])
    points = go.Figure(loss_figure(lrs, losses, CURVE)).data[0]
    assert points.mode == "markers"
    assert len(points.x) == 102


def test_no_suggestion_no_mark() -> None:
    drawn = figure(marks=())
    assert len(drawn.data) == 2
    assert not drawn.layout.shapes


def test_divergence_does_not_flatten_the_curve() -> None:
    low, high = figure().layout.yaxis.range
    assert 0.5 < low < 1.0
    assert 2.3 < high < 4.0


def test_losses_that_are_not_finite_are_cut() -> None:
    losses = LOSSES.copy()
    losses[90:] = np.nan
    assert len(go.Figure(loss_figure(LRS, losses, CURVE)).data[0].x) == 90


def test_nothing_measured_yet() -> None:
    none = np.empty(0)
    assert len(go.Figure(lr_figure([])).data[0].x) == 0
    assert len(go.Figure(loss_figure([], [], Drawn(none, none, none, none))).data[1].x) == 0
    assert lr_marks.draw(MARKS, "Peak", none, none).traces == []
