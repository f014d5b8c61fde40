"""The charts of a search, read through the figures that they become."""

from __future__ import annotations

import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from core.analysis.coordinates import Axis
from core.figures.searches import search_coordinates, search_importance, search_steps
from core.figures.searches.ticks import place, ticks, written
from core.figures.theme import contrast

RATE = Axis("Learning rate", (0.0001, 0.001, 0.03, 0.004, 0.002), 1e-4, 0.03, log=True)
BATCH = Axis("Batch <size>", (0, 1, 2, 1, 1), 0, 2, names=("16", "$32$", "64"))
WIDTH = Axis("Width", (0.5, 2.0, 1.0, 1.25, 1.5), 0.5, 2.0)
ACCURACIES = (0.2, 0.9, 0.5, 0.95, 0.8)
ROWS = [
    (1, 30.0, 0.9, 0.9, False),
    (2, 45.0, 0.3, 0.9, True),
    (3, 130.0, None, 0.9, False),
    (4, 170.0, 0.95, 0.95, False),
]


def drawn(*axes: Axis, accuracies: tuple[float, ...] = ACCURACIES) -> go.Figure:
    numbers = list(range(1, len(accuracies) + 1))
    return go.Figure(search_coordinates(axes, accuracies, numbers))


def lines_of(trace) -> list[list[tuple[float, float]]]:
    """A trace's trials: what lies between two gaps."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(trace.x, trace.y, strict=True):
        if x is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return [line for line in found if line]


def test_every_trial_is_one_line_through_its_values():
    figure = drawn(RATE, BATCH, WIDTH)
    others, quarter, best = figure.data[:3]
    assert [trace.name for trace in figure.data[:3]] == ["The others", "Best quarter", "Best"]
    assert [len(lines_of(trace)) for trace in (others, quarter, best)] == [3, 1, 1]
    (line,) = lines_of(best)
    assert [x for x, _ in line] == [0, 1, 2, 3]
    share = math.log(0.004 / 1e-4) / math.log(0.03 / 1e-4)
    assert line[0][1] == pytest.approx(share) and line[2][1] == pytest.approx(0.5)
    assert line[3][1] > 0.9
    assert others.line.width < quarter.line.width < best.line.width, "told without colour"
    told = best.hovertext[0]
    assert told.startswith("Trial 4: 95.00 %") and "Learning rate: 0.004" in told
    assert "Batch &lt;size&gt;: &#36;32&#36;" in told


def test_ticks_are_the_numbers_themselves():
    figure = drawn(RATE, BATCH, WIDTH)
    numbers = figure.data[3]
    at_rate = [t.strip() for x, t in zip(numbers.x, numbers.text, strict=True) if x == 0]
    assert at_rate == ["0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03"]
    at_batch = [t.strip() for x, t in zip(numbers.x, numbers.text, strict=True) if x == 1]
    assert at_batch == ["16", "&#36;32&#36;", "64"]
    assert list(figure.layout.xaxis.ticktext) == [
        "Learning rate",
        "Batch &lt;size&gt;",
        "Width",
        "Validation accuracy (%)",
    ]
    assert all(0 <= y <= 1 for y in numbers.y)


@pytest.mark.parametrize(
    ("low", "high", "log"),
    [
        (1e-5, 100.0, True),
        (0.0021, 0.0024, True),
        (16, 8192, True),
        (0.0, 0.5, False),
        (-3.0, 7.0, False),
        (1e-9, 3e-9, False),
        (0.5, 0.5, False),
        (1.0, 5000.0, False),
    ],
)
def test_any_axis_has_some_ticks_inside_and_not_too_many(low: float, high: float, log: bool):
    axis = Axis("x", (low,), low, high, log=log)
    found = ticks(axis)
    assert 1 <= len(found) <= 8 and len({text for _, text in found}) == len(found)
    assert all(-1e-9 <= place(axis, value) <= 1 + 1e-9 for value, _ in found)
    assert len(found) > 1 or low == high


def test_values_are_written_as_in_a_field():
    assert [written(WIDTH, v) for v in (1.0, 1.25, 4096.0, -3.0)] == ["1", "1.25", "4,096", "−3"]
    assert written(BATCH, 1.0) == "&#36;32&#36;"


def test_one_trial_and_none_are_drawn():
    one = Axis("Width", (1.0,), 0.5, 2.0)
    assert len(lines_of(drawn(one, accuracies=(0.5,)).data[2])) == 1
    empty = drawn(Axis("Width", (), 0.5, 2.0), accuracies=())
    assert not any(lines_of(trace) for trace in empty.data[:3])


def test_lines_can_be_told_from_a_light_and_from_a_dark_page():
    for trace in drawn(RATE).data[:3]:
        assert contrast(trace.line.color, "#ffffff") >= 3
        assert contrast(trace.line.color, "#11161c") >= 3
    assert drawn(RATE).layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_the_best_so_far_is_a_stair_over_trials_and_over_time():
    figure = go.Figure(search_steps(ROWS))
    ended, early, line = figure.data
    assert (line.line.shape, list(line.x), list(line.y)) == ("hv", [1, 2, 3, 4], [90, 90, 90, 95])
    assert (list(ended.x), list(early.x)) == ([1, 4], [2])
    assert ended.marker.symbol != early.marker.symbol, "told without colour"
    assert early.hovertext[0] == "Trial 2: 30.00 %<br>stopped early"
    assert figure.layout.xaxis.title.text == "Trials"
    assert figure.layout.yaxis.title.text == "Validation accuracy"
    over_time = go.Figure(search_steps(ROWS, over="seconds"))
    assert list(over_time.data[2].x) == [0.5, 0.75, pytest.approx(130 / 60), pytest.approx(17 / 6)]
    assert over_time.layout.xaxis.title.text == "Training time (minutes)"
    short = go.Figure(search_steps(ROWS[:2], over="seconds"))
    assert short.layout.xaxis.title.text == "Training time (seconds)"
    assert go.Figure(search_steps([])).data[2].x == ()


def test_bars_are_as_long_as_what_they_decided():
    figure = go.Figure(search_importance([("Learning <rate>", 0.7), ("Width", 0.3)]))
    (bars,) = figure.data
    assert list(bars.x) == [70, 30] and list(bars.text) == ["70 %", "30 %"]
    assert bars.hovertext[0] == "Learning &lt;rate&gt;: 70.0 %"
    assert figure.layout.yaxis.ticktext[0] == "Learning &lt;rate&gt;"
    assert figure.layout.xaxis.title.text == "Share of the differences in accuracy"
    assert go.Figure(search_importance([])).data[0].x == ()


def test_a_search_of_hundreds_of_trials_is_a_few_traces_and_plain_json():
    rng = np.random.default_rng(0)
    many = Axis("Width", tuple(rng.uniform(0.5, 2, 500)), 0.5, 2.0)
    accuracies = tuple(float(a) for a in rng.uniform(0, 1, 500))
    figure = search_coordinates([many], accuracies, list(range(500)))
    assert len(figure["data"]) == 4
    json.loads(to_json_plotly(figure))
