"""The confusion matrix: cells, numbers, and the markers that make it clickable."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from core.figures.confusion import confusion_figure, mixed
from core.figures.theme import contrast

COUNTS = np.array([[1200, 30, 0], [4, 96, 0], [0, 0, 0]])
CLASSES = ["0", "1", "2"]  # names that look like numbers


def _texts(figure: go.Figure) -> dict[tuple[int, int], str]:
    return {(note.y, note.x): note.text for note in figure.layout.annotations}


def _targets(figure: go.Figure) -> go.Scatter:
    return next(
        trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers"
    )


def test_counts_with_thousands_separators() -> None:
    texts = _texts(confusion_figure(COUNTS, CLASSES))
    assert texts[0, 0] == "1,200"
    assert texts[0, 1] == "30"
    assert len(texts) == 9


def test_normalized_rows_in_percent() -> None:
    texts = _texts(confusion_figure(COUNTS, CLASSES, normalized=True))
    assert texts[0, 0] == "97.6%"
    assert texts[1, 0] == "4.0%"
    assert texts[2, 2] == "0%"


def test_every_cell_can_be_clicked() -> None:
    targets = _targets(confusion_figure(COUNTS, CLASSES))
    assert [tuple(cell) for cell in targets.customdata] == list(np.ndindex(3, 3))
    for x, y, (true, predicted) in zip(targets.x, targets.y, targets.customdata, strict=True):
        assert (y, x) == (true, predicted)
    assert targets.marker.symbol == "square"
    assert targets.marker.opacity == 0
    assert targets.selected.marker.opacity == targets.unselected.marker.opacity == 0
    assert "1,200 images" in targets.hovertext[0]


def test_first_class_at_the_top_and_names_as_ticks() -> None:
    figure = confusion_figure(COUNTS, CLASSES)
    low, high = figure.layout.yaxis.range
    assert low > high
    assert list(figure.layout.yaxis.ticktext) == CLASSES
    assert figure.layout.yaxis.title.text == "True class"
    assert figure.layout.xaxis.title.text == "Predicted class"
    assert figure.layout.yaxis.scaleanchor == "x"


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_can_be_read_on_their_cells(dark: bool) -> None:
    steps = np.arange(144).reshape(12, 12)
    figure = confusion_figure(steps, [str(i) for i in range(12)], dark=dark)
    heatmap = figure.data[0]
    (_, start), (_, end) = heatmap.colorscale
    for note in figure.layout.annotations:
        cell = mixed(start, end, heatmap.z[note.y][note.x])
        assert contrast(note.font.color, cell) >= 4.0


def test_a_hundred_classes_without_numbers_and_with_fewer_names() -> None:
    figure = confusion_figure(np.eye(100, dtype=int) * 7, [f"class {i}" for i in range(100)])
    assert not _texts(figure)
    assert len(figure.layout.xaxis.ticktext) <= 34
    assert len(_targets(figure).x) == 10_000


@pytest.mark.parametrize("normalized", [False, True])
def test_all_zero(normalized: bool) -> None:
    figure = confusion_figure(np.zeros((2, 2), dtype=int), ["a", "b"], normalized)
    assert np.all(np.array(figure.data[0].z) == 0)
