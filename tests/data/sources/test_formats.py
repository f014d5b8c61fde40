"""Records of the classic sets, decoded from bytes."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.sources.formats import cifar_records, idx_array
from core.errors import DatasetError
from tests.data.builders import cifar_rows, idx


def test_cifar_pixels_lie_channel_row_column() -> None:
    rows = cifar_rows(5, 10, 1, seed=0)
    images, labels = cifar_records(rows.tobytes(), "batch")
    assert images.shape == (5, 32, 32, 3) and images.dtype == np.uint8
    assert labels.tolist() == [0, 1, 2, 3, 4] and labels.dtype == np.int64
    # channel 2, row 3, column 4 of record 1
    assert images[1, 3, 4, 2] == rows[1, 1 + 2 * 1024 + 3 * 32 + 4]


def test_cifar100_counts_the_fine_label() -> None:
    rows = cifar_rows(120, 100, 2, seed=0)
    rows[:, 0] = 19
    images, labels = cifar_records(rows.tobytes(), "train", label_bytes=2, num_classes=100)
    assert labels.tolist() == [*range(100), *range(20)]
    assert images[7, 0, 1, 0] == rows[7, 2 + 1]


@pytest.mark.parametrize("cut", [0, 1, 3072, 3074])
def test_cifar_of_a_wrong_length_is_refused(cut: int) -> None:
    data = cifar_rows(2, 10, 1, seed=0).tobytes()[:cut]
    with pytest.raises(DatasetError, match=f"has {cut:,} bytes"):
        cifar_records(data, "batch")


def test_a_label_that_is_no_class_is_refused() -> None:
    rows = cifar_rows(2, 10, 1, seed=0)
    rows[1, 0] = 10
    with pytest.raises(DatasetError, match="holds the label 10"):
        cifar_records(rows.tobytes(), "batch")


def test_idx_comes_back_as_it_was() -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert (idx_array(idx(array), "images", 3) == array).all()


def test_idx_of_the_wrong_kind_or_length_is_refused() -> None:
    data = idx(np.zeros((2, 3, 4), dtype=np.uint8))
    with pytest.raises(DatasetError, match="no IDX file of 1 dimensions"):
        idx_array(data, "labels", 1)
    with pytest.raises(DatasetError, match="promises 24 bytes and 23 follow"):
        idx_array(data[:-1], "images", 3)
    with pytest.raises(DatasetError, match="no IDX file"):
        idx_array(b"<html>", "images", 3)
