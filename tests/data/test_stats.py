"""Statistics of a subset against NumPy's own, and samples of it."""

from __future__ import annotations

import numpy as np
import pytest

from core.data import stats
from core.data.dataset import Subset
from core.data.stats import sample_across_classes, sample_class, subset_stats


@pytest.fixture
def subset() -> Subset:
    rng = np.random.default_rng(0)
    images = rng.integers(3, 250, size=(40, 6, 5, 3), dtype=np.uint8)
    labels = np.repeat(np.arange(3), [20, 15, 5])
    return Subset(images, labels, rng.permutation(40)[:30].astype(np.int64))


def test_statistics_are_those_of_all_pixels(
    subset: Subset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats, "_CHUNK_BYTES", 7 * 6 * 5 * 3)  # several chunks, the last short
    found = subset_stats(subset)
    images = subset.gather(np.arange(30))[0].astype(np.float64)
    assert found.count == 30
    np.testing.assert_allclose(found.mean, images.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(found.std, images.std(axis=(0, 1, 2)))
    assert (found.minimum, found.maximum) == (images.min(), images.max())
    assert found.class_counts.tolist() == subset.class_counts(3).tolist()


def test_an_empty_subset_has_no_statistics(subset: Subset) -> None:
    with pytest.raises(ValueError, match="without images"):
        subset_stats(subset.select([]))


@pytest.mark.parametrize("count", [2, 3, 9])
def test_samples_across_classes_are_different_images_in_order_of_class(
    subset: Subset, count: int
) -> None:
    drawn = sample_across_classes(subset, count, seed=1)
    assert 2 <= len(set(drawn)) == len(drawn) <= count
    labels = subset.label_array()[drawn]
    assert labels.tolist() == sorted(labels.tolist())
    assert len(set(labels.tolist())) == min(count, 3)
    assert drawn == sample_across_classes(subset, count, seed=1)
    others = [sample_across_classes(subset, count, seed=seed) for seed in range(2, 8)]
    assert any(drawn != other for other in others)


@pytest.mark.parametrize("present", [[41], [3, 41, 77]])
@pytest.mark.parametrize("seed", range(5))
def test_samples_are_of_the_classes_that_there_are(present: list[int], seed: int) -> None:
    """A test folder may hold few of a set's hundred classes."""
    labels = np.repeat(np.array(present), 20)
    images = np.zeros((len(labels), 2, 2, 1), dtype=np.uint8)
    drawn = sample_across_classes(Subset(images, labels, np.arange(len(labels))), 10, seed)
    assert sorted(set(labels[drawn].tolist())) == present
    assert 5 <= len(set(drawn)) == len(drawn)


def test_of_no_images_none_are_drawn(subset: Subset) -> None:
    assert sample_across_classes(subset.select([]), 10, seed=0) == []


def test_samples_of_one_class(subset: Subset) -> None:
    drawn = sample_class(subset, label=1, count=100, seed=0)
    assert sorted(drawn.tolist()) == subset.positions_of(1).tolist()
