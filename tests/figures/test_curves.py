"""Training curves, read through the figures that they become. go.Figure refuses a wrong entry."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from core.config import OneCycleSchedule
from core.figures.curves import (
    View,
    accuracy_figure,
    learning_rate_figure,
    loss_figure,
    throughput_figure,
)
from core.figures.decimate import decimate
from core.figures.theme import TRAINING, VALIDATION
from core.training.schedules import Length, planned_curve


def _rows(epochs: int, ticks: int = 10) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for epoch in range(epochs):
        for tick in range(ticks):
            x = epoch + (tick + 1) / ticks
            rows.append(
                {
                    "kind": "tick",
                    "epoch": x,
                    "loss": 2 / (1 + x),
                    "accuracy": x / (1 + x),
                    "lr": 1e-3,
                    "images_per_second": 1400.0,
                }
            )
        rows.append(
            {
                "kind": "epoch",
                "epoch": epoch + 1,
                "loss": 1.0,
                "accuracy": 0.5,
                "val_loss": 1.5,
                "val_accuracy": 0.25,
                "lr": 1e-3,
                "images_per_second": 1300.0,
            }
        )
    return rows


def test_loss_shows_training_and_validation_over_epochs() -> None:
    figure = go.Figure(loss_figure(_rows(3), View(validation="Test (chooses the model)")))
    running, training, validation = figure.data
    assert len(running.x) == 30
    assert list(training.x) == list(validation.x) == [1, 2, 3]
    assert list(validation.y) == [1.5, 1.5, 1.5]
    assert (training.line.color, validation.line.color) == (TRAINING, VALIDATION)
    assert running.line.width < training.line.width
    assert validation.mode == "lines+markers"
    assert validation.name == "Test (chooses the model)"
    assert figure.layout.xaxis.title.text == "Epoch"
    assert figure.layout.yaxis.title.text == "Loss"


def test_accuracy_is_in_percent() -> None:
    figure = go.Figure(accuracy_figure(_rows(2)))
    assert figure.layout.yaxis.ticksuffix == " %" and not figure.layout.yaxis.tickformat
    assert figure.data[2].hovertemplate == "%{y:.2f} %"
    assert list(figure.data[2].y) == [25.0, 25.0]


@pytest.mark.parametrize(
    "figure", [loss_figure, accuracy_figure, learning_rate_figure, throughput_figure]
)
def test_the_same_traces_before_and_during_a_run(figure: Any) -> None:
    """A chart redrawn in place must find its traces again, and its zoom."""
    empty, going = go.Figure(figure([])), go.Figure(figure(_rows(2)))
    assert [trace.name for trace in empty.data] == [trace.name for trace in going.data]
    assert empty.layout.uirevision == going.layout.uirevision == "curves"


def test_no_trace_has_more_than_500_points() -> None:
    for drawn in (loss_figure, throughput_figure):
        figure = go.Figure(drawn(_rows(600, 20)))
        assert max(len(trace.x) for trace in figure.data) <= 500
        assert all(trace.x[-1] == 600 for trace in figure.data)


def test_missing_and_broken_numbers_are_left_out() -> None:
    rows = [
        {"kind": "tick", "epoch": 0.5, "loss": float("nan"), "lr": 1e-3},
        {"kind": "tick", "epoch": 0.6, "loss": 2.0, "lr": 1e-3},
        {"kind": "epoch", "epoch": 1, "loss": 1.0, "val_loss": None},
        {"kind": "range", "lr": 1e-3, "loss": 9.0},
    ]
    running, training, validation = go.Figure(loss_figure(rows)).data
    assert list(running.y) == [2.0]
    assert list(training.y) == [1.0]
    assert not len(validation.y)


def test_a_browser_gets_plain_numbers() -> None:
    trace = json.loads(to_json_plotly(loss_figure(_rows(1))))["data"][0]
    assert trace["x"][-1] == 1.0
    assert len(trace["y"]) == 10


def test_learning_rate_on_a_logarithmic_axis() -> None:
    for log_y, kind in ((True, "log"), (False, "linear")):
        figure = go.Figure(learning_rate_figure(_rows(1), View(log_y=log_y)))
        assert figure.layout.yaxis.type == kind


def test_momentum_that_is_cycled_is_drawn_against_an_axis_of_its_own() -> None:
    schedule = OneCycleSchedule(learning_rate=0.1, warmup=0.3, cycle_momentum=True)
    rows = planned_curve(schedule, Length(total=100, steps_per_epoch=10))
    for found in ([], rows):
        figure = go.Figure(learning_rate_figure(found, View(momentum=True)))
        assert [trace.name for trace in figure.data] == ["Learning rate", "Momentum"]
        assert figure.data[1].yaxis == "y2" and figure.layout.yaxis2.side == "right"
    lr, momentum = figure.data
    assert momentum.x[np.argmin(momentum.y)] == lr.x[np.argmax(lr.y)], "against the learning rate"
    assert min(momentum.y) == pytest.approx(0.85) and max(momentum.y) == pytest.approx(0.95)
    assert len(go.Figure(learning_rate_figure(rows, View())).data) == 1, "the optimizer's own"


def test_a_zoom_is_not_taken_over_to_an_axis_of_another_type() -> None:
    """Plotly keeps ranges while the revision stays, and 0.5 to 2 is 3 to 100 on the other."""
    for draw in (loss_figure, learning_rate_figure):
        linear, log = (go.Figure(draw(_rows(1), View(log_y=y))).layout for y in (False, True))
        assert linear.yaxis.uirevision != log.yaxis.uirevision
        assert linear.uirevision == log.uirevision, "the zoom over epochs stays"


@pytest.mark.parametrize(
    "figure", [loss_figure, accuracy_figure, learning_rate_figure, throughput_figure]
)
def test_the_x_axis_spans_all_epochs_from_the_beginning(figure: Any) -> None:
    """And a little more, so that the point of the last epoch is whole."""
    for epochs in (1, 500):
        low, high = go.Figure(figure(_rows(1), View(epochs=epochs))).layout.xaxis.range
        assert low == 0 and epochs < high < 1.05 * epochs


def test_a_point_at_100_percent_is_whole_and_no_tick_lies_above() -> None:
    limits = go.Figure(accuracy_figure(_rows(1))).layout.yaxis.autorangeoptions
    assert 102 <= limits.clipmax < 105
    assert limits.clipmin == 0


def test_smoothing_changes_what_is_measured_as_it_goes_and_no_epoch() -> None:
    rows = [
        {"kind": "tick", "epoch": 0.5, "loss": float("nan")},
        *({"kind": "tick", "epoch": i / 10, "loss": float(i % 2)} for i in range(10)),
        {"kind": "epoch", "epoch": 1, "loss": 0.5, "val_loss": 0.6},
    ]
    view = View(smooth=lambda values: np.full_like(values, values.mean()))
    running, training, validation = go.Figure(loss_figure(rows, view)).data
    assert list(running.y) == [0.5] * 10
    assert (list(training.y), list(validation.y)) == ([0.5], [0.6])


def test_decimate_keeps_ends_and_spikes() -> None:
    y = np.zeros(10_000)
    y[1234], y[7777] = 5.0, -3.0
    x, kept = decimate(np.arange(10_000), y, most=100)
    assert len(x) <= 100
    assert (x[0], x[-1]) == (0, 9999)
    assert np.all(np.diff(x) > 0)
    assert kept.max() == 5.0 and kept.min() == -3.0


@pytest.mark.parametrize("length", [*range(5, 40), 501, 999, 1_000, 30_000])
def test_decimate_keeps_lowest_and_highest_at_any_length(length: int) -> None:
    y = np.random.default_rng(length).normal(size=length)
    x, kept = decimate(np.arange(length), y, most=4 if length < 40 else 500)
    assert len(x) <= (4 if length < 40 else 500)
    assert np.array_equal(y[x.astype(int)], kept) and np.all(np.diff(x) > 0)
    assert (kept.min(), kept.max(), x[0], x[-1]) == (y.min(), y.max(), 0, length - 1)


def test_decimate_leaves_few_points_alone() -> None:
    x, y = decimate([1, 2, 3, 4], [1.0, np.inf, np.nan, 4.0])
    assert x.tolist() == [1, 4]
    assert y.tolist() == [1, 4]


def test_axes_without_curves_claim_no_scale():
    for draw in (loss_figure, accuracy_figure):
        empty = go.Figure(draw([], View(epochs=10, log_y=True))).layout
        assert empty.yaxis.showticklabels is False
        assert empty.xaxis.range[0] == 0 and empty.xaxis.range[1] >= 10
        row = {"kind": "tick", "epoch": 0.5, "loss": 2.0, "accuracy": 0.5}
        assert go.Figure(draw([row], View(epochs=10))).layout.yaxis.range is None


def test_the_begin_of_fine_tuning_is_marked_where_there_is_room():
    for draw, place in ((loss_figure, "top"), (accuracy_figure, "bottom")):
        layout = go.Figure(draw(_rows(6), View(epochs=6, fine_tuned_from=2))).layout
        (line,), (words,) = layout.shapes, layout.annotations
        assert (line.x0, line.x1, words.x, words.text) == (2, 2, 2, "fine-tuning from here")
        assert (words.xanchor, words.yanchor) == ("left", place)
        late = go.Figure(draw(_rows(6), View(epochs=6, fine_tuned_from=5))).layout
        assert late.annotations[0].xanchor == "right"
        assert not go.Figure(draw(_rows(6), View(epochs=6))).layout.shapes
