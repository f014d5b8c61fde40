"""Bars of guesses and counts."""

from __future__ import annotations

import numpy as np

from core.figures.bars import MOST_BARS, class_counts_figure, top_k_figure, units_figure
from core.figures.theme import ACCENT


def test_top_classes_from_the_top_down() -> None:
    figure = top_k_figure([("3", 0.8231), ("5", 0.1765), ("8", 0.0004)])
    bar = figure.data[0]
    assert bar.orientation == "h"
    assert list(bar.text) == ["82.3 %", "17.6 %", "<0.1 %"]
    assert list(bar.customdata) == ["82.31 %", "17.65 %", "0.04 %"]
    assert "%{customdata}" in bar.hovertemplate
    assert list(figure.layout.xaxis.ticktext) == ["0 %", "25 %", "50 %", "75 %", "100 %"]
    assert list(figure.layout.yaxis.ticktext) == ["3", "5", "8"]
    low, high = figure.layout.yaxis.range
    assert low > high
    assert bar.marker.color[0] == ACCENT and bar.marker.color[1] != ACCENT


def test_class_counts_a_trace_a_split() -> None:
    figure = class_counts_figure({"Train": [90, 80], "Test": np.array([10, 20])}, ["cats", "dogs"])
    assert [trace.name for trace in figure.data] == ["Train", "Test"]
    assert list(figure.data[1].y) == [10, 20]
    assert list(figure.layout.xaxis.ticktext) == ["cats", "dogs"]


def test_many_classes_get_fewer_names() -> None:
    names = [f"class {i}" for i in range(100)]
    assert len(class_counts_figure({"Train": [1] * 100}, names).layout.xaxis.ticktext) <= 34


def test_units_below_zero_have_a_colour_of_their_own() -> None:
    bar = units_figure([0.5, -0.25, 0.0]).data[0]
    assert list(bar.x) == [1, 2, 3] and list(bar.y) == [0.5, -0.25, 0.0]
    above, below, zero = bar.marker.color
    assert above == zero != below


def test_units_that_stand_for_classes_have_their_names() -> None:
    figure = units_figure([0.5, -0.25], ["cats", "dogs"])
    assert list(figure.layout.xaxis.ticktext) == ["cats", "dogs"]
    assert list(figure.data[0].x) == list(figure.layout.xaxis.tickvals) == [0, 1]
    assert list(figure.data[0].hovertext) == ["cats", "dogs"]


def test_many_units_are_a_line_of_few_points_that_leaves_no_spike_out() -> None:
    values = np.zeros(87_616, dtype=np.float32)
    values[[5_122, 60_000]] = 7.5, -2.25
    figure = units_figure(values)
    (line,) = figure.data
    assert line.type == "scatter" and line.mode == "lines"
    assert figure.layout.xaxis.title.text == "Unit" and figure.layout.hovermode == "x"
    assert len(line.x) == len(line.y) == len(line.hovertext) <= MOST_BARS
    assert list(line.x) == sorted(line.x) and (line.x[0], line.x[-1]) == (1, 87_616)
    highest, lowest = np.argmax(line.y), np.argmin(line.y)
    assert (line.x[highest], line.y[highest], line.hovertext[highest]) == (5_123, 7.5, "unit 5,123")
    assert (line.x[lowest], line.y[lowest], line.hovertext[lowest]) == (
        60_001,
        -2.25,
        "unit 60,001",
    )


def test_many_classes_keep_their_names_on_a_line() -> None:
    names = [f"class {i}" for i in range(MOST_BARS + 1)]
    (line,) = units_figure(np.arange(MOST_BARS + 1.0), names).data
    assert line.type == "scatter" and len(line.x) <= MOST_BARS
    assert all(line.hovertext[i] == names[int(x)] for i, x in enumerate(line.x))
    assert units_figure(np.arange(float(MOST_BARS)), names[:-1]).data[0].type == "bar"
