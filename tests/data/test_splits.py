"""Parts and splits: sizes, seeds, and refusals in clear words."""

from __future__ import annotations

import numpy as np
import pytest

from core.config import SplitConfig
from core.data.dataset import Dataset, Subset
from core.data.splits import Splits, draw_test, drawn_test_size, make_splits, stratified_draw
from core.errors import ConfigError

CLASSES = ("ant", "bee", "cat")


def subset(labels: list[int]) -> Subset:
    """Images whose every pixel is their position."""
    count = len(labels)
    images = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones(
        (1, 2, 2, 1), dtype=np.uint8
    )
    return Subset(images, np.array(labels, dtype=np.int64), np.arange(count, dtype=np.int64))


def dataset(train: list[int], validation: list[int] | None = None) -> Dataset:
    own = subset(validation) if validation is not None else None
    return Dataset("toy", "Toy", CLASSES, subset(train), own, subset([0, 1, 2]))


def positions(chosen: Subset) -> set[int]:
    return set(chosen.indices.tolist())


def test_part_gathers_through_its_indices() -> None:
    chosen = subset([0, 1, 2, 1]).select([3, 0])
    images, labels = chosen.gather([1, 0])
    assert images[:, 0, 0, 0].tolist() == [0, 3]
    assert labels.tolist() == [0, 1]
    assert len(chosen) == 2
    assert chosen.label_array().tolist() == [1, 0]
    assert chosen.class_counts(3).tolist() == [1, 1, 0]
    assert chosen.positions_of(0).tolist() == [1]


def test_joined_parts_share_images_or_copy_them() -> None:
    whole = subset([0, 1, 2, 0])
    both = whole.select([0, 1]).joined(whole.select([3]))
    assert both.images is whole.images
    assert both.label_array().tolist() == [0, 1, 0]
    apart = whole.joined(subset([2, 2]))
    assert apart.label_array().tolist() == [0, 1, 2, 0, 2, 2]
    assert apart.gather([5])[0][0, 0, 0, 0] == 1


def test_dataset_tells_shape_and_parts() -> None:
    data = dataset([0, 1, 2], [0])
    assert data.image_shape == (2, 2, 1)
    assert list(data.subsets) == ["train", "validation", "test"]
    assert list(dataset([0, 1, 2]).subsets) == ["train", "test"]


def test_stratified_takes_a_tenth_of_every_class() -> None:
    splits = make_splits(dataset([0] * 50 + [1] * 30 + [2] * 20), SplitConfig(method="stratified"))
    assert splits.validation.class_counts(3).tolist() == [5, 3, 2]
    assert splits.train.class_counts(3).tolist() == [45, 27, 18]
    assert positions(splits.train).isdisjoint(positions(splits.validation))
    assert not splits.validates_on_test
    assert splits.named("validation") is splits.validation


def test_the_seed_decides_the_draw() -> None:
    def drawn(seed: int) -> list[int]:
        split = SplitConfig(seed=seed)
        return make_splits(dataset([0, 1, 2] * 30), split).validation.indices.tolist()

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_small_classes_keep_an_image_on_both_sides() -> None:
    splits = make_splits(dataset([0] * 200 + [1] * 2 + [2] * 3), SplitConfig(fraction=0.01))
    assert (splits.validation.class_counts(3) >= 1).all()
    assert (splits.train.class_counts(3) >= 1).all()


def test_auto_keeps_the_sets_own_validation_part() -> None:
    data = dataset([0, 1, 2] * 5, [0, 1, 2])
    splits = make_splits(data, SplitConfig())
    assert splits.train is data.train
    assert splits.validation is data.validation


def test_stratified_divides_the_own_validation_part_too() -> None:
    splits = make_splits(dataset([0, 1, 2] * 9, [0, 1, 2]), SplitConfig(method="stratified"))
    assert len(splits.train) + len(splits.validation) == 30


def test_first_n_takes_images_as_they_lie() -> None:
    splits = make_splits(dataset([0, 1, 2] * 4), SplitConfig(method="first-n", count=3))
    assert splits.validation.indices.tolist() == [0, 1, 2]
    assert splits.train.indices.tolist() == list(range(3, 12))


def test_none_validates_on_test_and_says_so() -> None:
    data = dataset([0, 1, 2] * 4)
    splits = make_splits(data, SplitConfig(method="none"))
    assert len(splits.train) == 12
    assert splits.validation is data.test
    assert splits.validates_on_test


@pytest.mark.parametrize("limit", [3, 7, 10])
def test_limit_is_stratified_and_exact(limit: int) -> None:
    data = dataset([0] * 60 + [1] * 30 + [2] * 10)
    splits = make_splits(data, SplitConfig(method="none"), limit=limit)
    counts = splits.train.class_counts(3)
    assert counts.sum() == limit
    assert (counts >= 1).all()
    assert counts[0] >= counts[1] >= counts[2]


def test_limit_above_the_size_changes_nothing() -> None:
    assert len(make_splits(dataset([0, 1, 2] * 10), SplitConfig(method="none"), 100).train) == 30


@pytest.mark.parametrize(
    ("labels", "split", "limit", "words"),
    [
        ([0, 1, 2], SplitConfig(method="first-n", count=3), None, "received 3, but there are only"),
        ([0, 0, 1, 2, 2], SplitConfig(method="first-n", count=2), None, "all of class 'ant'"),
        ([0, 0, 1, 2, 2], SplitConfig(), None, "class 'bee' has a single training image"),
        ([0, 1, 2] * 9, SplitConfig(), 2, "dataset.limit: received 2, but there are 3 classes"),
    ],
)
def test_impossible_splits_are_refused(
    labels: list[int], split: SplitConfig, limit: int | None, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        make_splits(dataset(labels), split, limit)


def test_a_fifth_of_every_class_becomes_the_test_part() -> None:
    labels = np.repeat(np.arange(10), 20)
    drawn = draw_test(labels)
    assert np.bincount(labels[drawn]).tolist() == [4] * 10
    assert len(drawn) == drawn_test_size(len(labels), 10)
    assert (np.diff(drawn) > 0).all()
    assert (draw_test(labels) == drawn).all()


def test_half_of_odd_classes_leaves_some_of_each() -> None:
    labels = np.repeat(np.arange(4), [2, 3, 5, 3])
    drawn = stratified_draw(labels, 0.5, seed=3)
    left = np.bincount(np.delete(labels, drawn), minlength=4)
    assert (left >= 1).all() and (np.bincount(labels[drawn]) >= 1).all()


def test_splits_are_frozen() -> None:
    whole = subset([0, 1])
    with pytest.raises(AttributeError):
        Splits(whole, whole, whole).train = whole  # type: ignore[misc]
