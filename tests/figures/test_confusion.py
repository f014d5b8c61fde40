"""The confusion matrix: cells, numbers, and colours that can be read."""

from __future__ import annotations

import numpy as np
import pytest

from core.figures.confusion import LEVELS, MOST_WRITTEN, confusion_cells, share_text
from core.figures.theme import contrast

COUNTS = np.array([[1200, 30, 0], [4, 96, 0], [0, 0, 0]])
CLASSES = ["0", "1", "2"]  # names that look like numbers


def test_counts_with_thousands_separators() -> None:
    cells = confusion_cells(COUNTS, CLASSES)
    assert cells["texts"]["counts"] == ["1,200", "30", "0", "4", "96", "0", "0", "0", "0"]
    assert cells["counts"] == COUNTS.ravel().tolist()
    assert cells["classes"] == CLASSES


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0"), (0.004, "<1"), (0.04, "4"), (0.976, "98"), (0.996, ">99"), (1.0, "100")],
)
def test_shares_are_whole_percentages_that_do_not_flatter(share: float, text: str) -> None:
    assert share_text(share) == f"{text}\u202f%"


def test_normalized_rows_in_percent() -> None:
    shown = confusion_cells(COUNTS, CLASSES)["texts"]["shares"]
    assert " ".join(text.split("\u202f")[0] for text in shown) == "98 2 0 4 96 0 0 0 0"


def test_a_rare_class_stands_out_only_where_rows_are_normalized() -> None:
    levels = confusion_cells(COUNTS, CLASSES)["levels"]
    assert levels["counts"][0] == LEVELS  # the largest
    assert levels["counts"][4] < LEVELS / 2 < levels["shares"][4]  # 96 of 100
    assert levels["shares"][8] == levels["counts"][8] == 0  # a class without images


@pytest.mark.parametrize("page", ["light", "dark"])
def test_numbers_can_be_read_on_every_cell(page: str) -> None:
    scale = confusion_cells(COUNTS, CLASSES)["scales"][page]
    assert len(scale) == LEVELS + 1
    assert min(contrast(text, cell) for cell, text in scale) >= 4.5


def test_a_hundred_classes_without_numbers() -> None:
    size = 100
    cells = confusion_cells(np.eye(size, dtype=int) * 7, [f"class {i}" for i in range(size)])
    assert size > MOST_WRITTEN
    assert cells["texts"] == {"counts": [], "shares": []}
    assert len(cells["levels"]["counts"]) == len(cells["counts"]) == size * size
    assert set(cells["levels"]["shares"]) == {0, LEVELS}


def test_long_and_many_lined_names_are_one_short_line() -> None:
    cells = confusion_cells(COUNTS[:2, :2], ["a\nb", "z" * 300])
    assert cells["classes"] == ["a b", "z" * 300]
    assert len(cells["short"][1]) <= 24


def test_all_zero() -> None:
    cells = confusion_cells(np.zeros((2, 2), dtype=int), ["a", "b"])
    assert cells["levels"] == {"counts": [0] * 4, "shares": [0] * 4}
