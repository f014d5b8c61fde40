"""Parts and splits: sizes, seeds, and refusals in clear words."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from core.config import SplitConfig
from core.data.dataset import Dataset, Subset
from core.data.splits import (
    Splits,
    draw_fold,
    draw_test,
    drawn_test_size,
    make_splits,
    stratified_draw,
)
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


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_folds_hold_as_many_of_each_class_as_those_of_scikit_learn(seed: int) -> None:
    """Classes of all sizes, some of fewer images than there are folds."""
    generator = np.random.default_rng(seed)
    num_classes, folds = int(generator.integers(2, 9)), int(generator.integers(2, 21))
    counts = generator.integers(2, 60, size=num_classes)
    counts[0] = max(counts[0], folds)  # scikit-learn refuses where no class has as many
    labels = generator.permutation(np.repeat(np.arange(num_classes), counts))
    ours = [draw_fold(labels, folds, fold, seed) for fold in range(folds)]
    theirs = StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)
    for mine, (_, other) in zip(ours, theirs, strict=True):
        held, expected = (
            np.bincount(labels[drawn], minlength=num_classes) for drawn in (mine, other)
        )
        assert (abs(held - expected) <= 1).all()
        assert (held >= counts // folds).all() and (held <= -(-counts // folds)).all()
        assert (np.diff(mine) > 0).all()
    assert sorted(np.concatenate(ours).tolist()) == list(range(len(labels)))
    sizes = [len(drawn) for drawn in ours]
    assert max(sizes) - min(sizes) <= 1


def test_each_fold_validates_once_and_the_others_train() -> None:
    data = dataset([0] * 50 + [1] * 30 + [2] * 7, [0, 1, 2])
    whole = positions(make_splits(data, SplitConfig(method="none")).train)
    seen: list[int] = []
    for fold in range(4):
        splits = make_splits(data, SplitConfig(method="fold", folds=4, fold=fold, seed=9))
        assert positions(splits.train).isdisjoint(positions(splits.validation))
        assert positions(splits.train) | positions(splits.validation) == whole
        assert len(splits.train) + len(splits.validation) == 90
        assert splits.test is data.test and not splits.validates_on_test
        seen += splits.validation.gather(range(len(splits.validation)))[1].tolist()
    assert np.bincount(seen).tolist() == [51, 31, 8]


def test_the_seed_decides_the_folds() -> None:
    labels = np.repeat(np.arange(3), 30)
    assert (draw_fold(labels, 5, 2, seed=1) == draw_fold(labels, 5, 2, seed=1)).all()
    assert (draw_fold(labels, 5, 2, seed=1) != draw_fold(labels, 5, 2, seed=2)).any()


@pytest.mark.parametrize("fold", range(10))
def test_a_class_of_fewer_images_than_folds_is_always_trained_on(fold: int) -> None:
    data = dataset([0] * 30 + [1] * 2 + [2] * 3)
    splits = make_splits(data, SplitConfig(method="fold", folds=10, fold=fold))
    assert (splits.train.class_counts(3) >= [27, 1, 2]).all()
    assert len(splits.validation) in (3, 4)


def test_limit_cuts_what_a_fold_trains_on_and_not_what_validates() -> None:
    data = dataset([0] * 60 + [1] * 30 + [2] * 10)
    split = SplitConfig(method="fold", folds=5, fold=3)
    whole, cut = make_splits(data, split), make_splits(data, split, limit=20)
    assert cut.train.class_counts(3).tolist() == [12, 6, 2]
    assert positions(cut.train) < positions(whole.train)
    assert positions(cut.validation) == positions(whole.validation)


def test_draws_are_those_of_the_versions_before() -> None:
    """A run that is resumed, or shown beside its images, has its division drawn anew."""
    labels = np.random.default_rng(0).integers(0, 7, size=500)
    drawn = [*stratified_draw(labels, 0.1, 0), *stratified_draw(labels, 0.37, 5)]
    digest = hashlib.sha256(np.array(drawn, dtype="<i8").tobytes()).hexdigest()
    assert digest == "3bb96ce648623f694778960721dcf552d044efa8a5f03828754264c4b25d262b"


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
        (
            [0, 0, 1, 2, 2],
            SplitConfig(method="fold", folds=2),
            None,
            "class 'bee' has a single training image",
        ),
        (
            [0, 0, 1, 1, 2, 2],
            SplitConfig(method="fold", folds=7),
            None,
            "split.folds: received 7, but there are only 6 training images",
        ),
        ([0, 1, 2] * 9, SplitConfig(method="fold"), 2, "dataset.limit: received 2"),
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
