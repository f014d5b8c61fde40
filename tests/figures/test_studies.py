"""The charts of a study, read through the figures that they become."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from core.analysis.comparison import Group, compare
from core.figures.studies import study_curves, study_differences, study_values
from core.figures.theme import CATEGORICAL, NEUTRAL, with_alpha

HOSTILE = "<b>x</b> &lt; $y$"
ESCAPED = "&lt;b&gt;x&lt;/b&gt; &amp;lt; &#36;y&#36;"


def _curves(runs: int = 3, epochs: int = 12) -> np.ndarray:
    """(runs, epochs) float64, 0..1; the last run not there in the last third."""
    values = np.random.default_rng(runs).uniform(0.5, 0.9, (runs, epochs))
    if runs > 1:
        values[-1, -(epochs // 3) :] = np.nan
    return values


def _drawn(*curves: tuple[str, np.ndarray], **options: Any) -> go.Figure:
    return go.Figure(study_curves(curves, measure_title="Validation accuracy", **options))


def _inside(x: float, y: float, band: Any) -> bool:
    """Between the edges of a polygon that runs along the lowest, and back along the highest."""
    ys = [b for a, b in zip(band.x, band.y, strict=True) if a == x]
    return min(ys) - 1e-9 <= y <= max(ys) + 1e-9


def test_the_line_is_the_mean_of_the_runs_that_have_the_epoch() -> None:
    values = _curves()
    line = _drawn(("Cyclical", values)).data[-1]
    assert list(line.x) == list(range(1, 13))
    assert list(line.y[:8]) == pytest.approx(list(100 * values[:, :8].mean(axis=0)))
    assert list(line.y[8:]) == pytest.approx(list(100 * values[:2, 8:].mean(axis=0)))
    assert (line.name, line.mode) == ("Cyclical (3 runs)", "lines")
    low, high = 100 * values[:, 0].min(), 100 * values[:, 0].max()
    assert line.hovertext[0] == f"{line.y[0]:.2f} % ({low:.2f} to {high:.2f})"


def test_the_band_is_closed_and_holds_every_run_and_no_more() -> None:
    values = _curves()
    band, line = _drawn(("Cyclical", values)).data
    assert (band.fill, band.x[0], band.y[0]) == ("toself", band.x[-1], band.y[-1])
    assert band.fillcolor == with_alpha(line.line.color, 0.18) and band.line.width == 0
    assert (band.hoverinfo, band.showlegend) == ("skip", False)
    assert band.legendgroup == line.legendgroup, "hidden with its line"
    there = np.argwhere(np.isfinite(values))
    assert all(_inside(epoch + 1, 100 * values[run, epoch], band) for run, epoch in there)
    for epoch in range(12):
        ys = [y for x, y in zip(band.x, band.y, strict=True) if x == epoch + 1]
        lowest, highest = np.nanmin(values[:, epoch]), np.nanmax(values[:, epoch])
        assert (min(ys), max(ys)) == pytest.approx((100 * lowest, 100 * highest))


def test_one_run_is_a_line_alone() -> None:
    (line,) = _drawn(("Constant", _curves(1))).data
    assert line.name == "Constant (1 run)"
    assert "to" not in line.hovertext[0] and line.mode == "lines"
    (line,) = _drawn(("Constant", np.array([[0.5, np.nan]]))).data
    assert list(line.x) == [1] and line.mode == "markers", "one point is seen"


def test_traces_keep_their_order_while_runs_come_in() -> None:
    whole = _curves()
    nothing, first = np.full_like(whole, np.nan), np.full_like(whole, np.nan)
    first[0] = whole[0]
    figures = [_drawn(("a", values), ("b", whole)) for values in (nothing, first, whole)]
    assert [[trace.fill for trace in figure.data] for figure in figures] == [
        ["toself", "toself", None, None]
    ] * 3
    assert [figure.data[2].name for figure in figures] == ["a (0 runs)", "a (1 run)", "a (3 runs)"]
    assert [len(figure.data[0].x) for figure in figures[:2]] == [0, 0], "one run has no band"
    assert {figure.layout.uirevision for figure in figures} == {"study-curves"}


def test_missing_and_infinite_values_are_left_out_without_a_warning(recwarn: Any) -> None:
    values = np.array([[0.5, np.nan, np.inf, 0.8], [0.7, np.nan, np.nan, np.nan]])
    band, line = _drawn(("a", values)).data
    assert list(line.x) == [1, 4] and list(line.y) == pytest.approx([60.0, 80.0])
    assert all(map(math.isfinite, band.y))
    assert not list(recwarn)


def test_variants_are_told_apart_with_and_without_colour() -> None:
    figure = _drawn(*((f"v{i}", _curves(1)) for i in range(12)))
    assert [line.line.color for line in figure.data][:10] == list(CATEGORICAL)
    looks = {(line.line.color, line.line.dash) for line in figure.data}
    assert len(looks) == 12 and len({line.line.dash for line in figure.data[:6]}) == 6


def test_axes_of_curves() -> None:
    figure = _drawn(("a", _curves()), height=200)
    assert figure.layout.height == 200 and figure.layout.yaxis.ticksuffix == " %"
    assert figure.layout.xaxis.title.text == "Epoch"
    assert figure.layout.yaxis.title.text == "Validation accuracy"
    plain = _drawn(("a", _curves()), percent=False)
    assert plain.layout.yaxis.ticksuffix is None and max(plain.data[1].y) < 1
    assert plain.data[1].hovertext[0].startswith(f"{plain.data[1].y[0]:.4f} (")
    empty = _drawn(("a", np.empty((2, 0)))).layout.yaxis
    assert list(empty.range) == [0, 1] and empty.showticklabels is False
    assert not _drawn().data


def test_no_line_has_more_than_500_points_and_a_browser_gets_plain_numbers() -> None:
    figure = study_curves([("a", _curves(3, 3000))], measure_title="Accuracy")
    band, line = json.loads(to_json_plotly(figure))["data"]
    assert len(line["x"]) == len(line["y"]) == len(line["hovertext"]) <= 500
    assert len(band["x"]) == len(band["y"]) <= 1001
    assert line["x"][-1] == 3000 and isinstance(line["y"][0], float)


GROUPS = [
    Group("Constant", (0.880, 0.882, 0.881)),
    Group("Cyclical", (0.978, 0.980, 0.979)),
    Group("Cosine", (0.883, 0.879, 0.882)),
    Group("One cycle", (0.95,)),
]


def _differences(groups: list[Group] = GROUPS, **options: Any) -> go.Figure:
    found = compare(groups, resolution=1e-4)
    options = {"measure_title": "Validation accuracy", **options}
    return go.Figure(study_differences(found, **options))


def test_a_row_a_variant_with_its_interval() -> None:
    figure = _differences()
    told, noise, unbounded = figure.data
    item = compare(GROUPS, resolution=1e-4)[0]
    assert told.x[0] + told.error_x.array[0] == pytest.approx(100 * item.high)
    assert told.x[0] - told.error_x.arrayminus[0] == pytest.approx(100 * item.low)
    assert [row.y[0] for row in figure.data] == [0, 1, 2]
    assert list(figure.layout.yaxis.ticktext) == ["Cyclical", "Cosine", "One cycle"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first at the top"
    assert told.marker.color == told.error_x.color == CATEGORICAL[1], "the variant's place"
    assert noise.marker.color == noise.error_x.color == NEUTRAL
    assert told.marker.symbol != noise.marker.symbol, "told without colour too"
    assert unbounded.error_x.array is None and list(unbounded.x) == pytest.approx([6.9])


def test_what_is_said_of_a_row() -> None:
    told, noise, unbounded = (row.hovertext[0] for row in _differences().data)
    assert told.startswith("Cyclical<br>9.80 points<br>9.") and "noise" not in told
    assert told.endswith("(all together 95 %; 3 runs each)")
    assert noise.startswith("Cosine<br>0.03 points<br>within the noise: −0.")
    assert unbounded == (
        "One cycle<br>6.90 points<br>no interval: that takes two runs of each, "
        "and there are 1 and 3 runs"
    )
    plain = _differences(measure_title="Loss", percent=False)
    assert plain.data[0].hovertext[0].startswith("Cyclical<br>0.0980<br>")
    assert plain.layout.xaxis.title.text == "Difference in loss"


def test_zero_is_the_control() -> None:
    layout = _differences().layout
    (line,), (words,) = layout.shapes, layout.annotations
    assert (line.x0, line.x1, words.x, words.text) == (0, 0, 0, "Constant")
    assert layout.xaxis.title.text == "Difference in validation accuracy (points)"
    low, high = layout.xaxis.range
    assert low < 0 < 9.8 < high < 12


def test_a_wide_interval_does_not_press_the_others_into_a_line() -> None:
    wide = [*GROUPS[:2], Group("Two runs", (0.80, 0.99))]
    low, high = _differences(wide).layout.xaxis.range
    assert -50 < low < 0 and 9.8 < high < 50
    for groups in ([Group("a", (0.5,)), Group("b", (0.5,))], [Group("a", (0.5,)), Group("b", ())]):
        figure = _differences(groups)
        assert figure.layout.xaxis.range[0] < 0 < figure.layout.xaxis.range[1]
    assert not len(figure.data[0].x), "a variant without a run has no dot"
    assert not _differences(GROUPS[:1]).data


def test_each_run_is_a_dot_and_the_mean_a_stroke() -> None:
    groups = [*GROUPS, Group("Same", (0.9, 0.9, 0.91)), Group("None yet", ())]
    figure = go.Figure(study_values(groups, measure_title="Validation accuracy"))
    dots, strokes = figure.data[::2], figure.data[1::2]
    assert list(dots[0].x) == pytest.approx([88.0, 88.2, 88.1]) and list(dots[0].y) == [0, 0, 0]
    assert [stroke.x[0] for stroke in strokes[:2]] == pytest.approx([88.1, 97.9])
    assert strokes[0].marker.symbol == "line-ns-open"
    assert [stroke.marker.color for stroke in strokes] == list(CATEGORICAL[:6])
    one, other, third = dots[4].y
    assert one < 4 < other and third == 4 and one + other == pytest.approx(8)
    assert list(figure.layout.yaxis.ticktext) == [group.name for group in groups]
    assert dots[1].hovertext[1] == "Cyclical<br>run 2: 98.00 %"
    assert strokes[1].hovertext[0] == ("Cyclical<br>mean 97.90 %<br>standard deviation 0.10 points")
    assert strokes[3].hovertext[0] == "One cycle<br>mean 95.00 %"
    assert not len(dots[5].x) and not len(strokes[5].x)


def test_many_equal_values_stay_in_their_row() -> None:
    group = Group("a", (0.5,) * 40)
    dots = go.Figure(study_values([group], measure_title="Loss", percent=False)).data[0]
    assert len(set(dots.y)) == 40 and max(map(abs, dots.y)) < 0.5
    assert dots.hovertext[0] == "a<br>run 1: 0.5000"


def test_no_figure_holds_a_name_that_plotly_would_read() -> None:
    long = "z" * 300
    groups = [Group(HOSTILE, (0.5, 0.6)), Group(HOSTILE, (0.7, 0.8)), Group(long, (0.5, 0.9))]
    figures = [
        _drawn((HOSTILE, _curves()), (long, _curves())),
        _differences(groups),
        go.Figure(study_values(groups, measure_title="Accuracy")),
    ]
    for figure in figures:
        content = figure.to_json().encode().decode("unicode_escape")
        assert ESCAPED in content
        assert "<b>x" not in content and "z" * 61 not in content
