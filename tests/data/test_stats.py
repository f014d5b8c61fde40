"""Statistics of a part against NumPy's own, and the sample grid."""

from __future__ import annotations

import numpy as np
import pytest

from core.data import stats
from core.data.dataset import Part
from core.data.stats import part_stats, sample_class, sample_grid


@pytest.fixture
def part() -> Part:
    rng = np.random.default_rng(0)
    images = rng.integers(3, 250, size=(40, 6, 5, 3), dtype=np.uint8)
    labels = np.repeat(np.arange(3), [20, 15, 5])
    return Part(images, labels, rng.permutation(40)[:30].astype(np.int64))


def test_statistics_are_those_of_all_pixels(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "_CHUNK_BYTES", 7 * 6 * 5 * 3)  # several chunks, the last short
    found = part_stats(part)
    images = part.gather(np.arange(30))[0].astype(np.float64)
    assert found.count == 30
    np.testing.assert_allclose(found.mean, images.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(found.std, images.std(axis=(0, 1, 2)))
    np.testing.assert_allclose(found.variance, images.var(axis=(0, 1, 2)))
    assert (found.minimum, found.maximum) == (images.min(), images.max())
    assert found.class_counts.tolist() == part.class_counts(3).tolist()


def test_an_empty_part_has_no_statistics(part: Part) -> None:
    with pytest.raises(ValueError, match="without images"):
        part_stats(part.select([]))


def test_grid_has_a_row_a_class_and_marks_what_is_short(part: Part) -> None:
    grid = sample_grid(part, ("a", "b", "c"), per_class=6, seed=1)
    labels = part.label_array()
    assert grid.shape == (3, 6)
    for label, row in enumerate(grid):
        drawn = row[row >= 0]
        assert (labels[drawn] == label).all()
        assert len(set(drawn.tolist())) == len(drawn)
    assert (grid[2] >= 0).sum() == min(6, (labels == 2).sum())


def test_grid_is_reshuffled_by_the_seed(part: Part) -> None:
    first = sample_grid(part, ("a", "b", "c"), 4, seed=1)
    assert (first == sample_grid(part, ("a", "b", "c"), 4, seed=1)).all()
    assert (first != sample_grid(part, ("a", "b", "c"), 4, seed=2)).any()


def test_samples_of_one_class(part: Part) -> None:
    drawn = sample_class(part, label=1, count=100, seed=0)
    assert sorted(drawn.tolist()) == part.positions_of(1).tolist()
