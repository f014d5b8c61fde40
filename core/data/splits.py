"""Divide a data set into train, validation and test, by stratified seeded draws or folds.

The test split is the data set's and never chooses a model, except under the method
"none", which a page must label. Drawn with NumPy alone: importing scikit-learn's
splitters costs over a second. Knows nothing of files or of TensorFlow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.config import SplitConfig
from core.data.dataset import Dataset, Indices, Subset
from core.errors import ConfigError

_TEST_FRACTION = 0.2
_TEST_SEED = 0


@dataclass(frozen=True, eq=False)
class Splits:
    """What a run trains on, chooses by, and is judged on."""

    train: Subset
    validation: Subset
    test: Subset
    validates_on_test: bool = False  # method "none": the model is chosen on test data

    def named(self, split: str) -> Subset:
        """The subset of that name: "train", "validation" or "test"."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[split]


def make_splits(dataset: Dataset, split: SplitConfig, limit: int | None = None) -> Splits:
    """Divide what is not test into train and validation, then cut train down to `limit`.

    "auto" keeps a validation split that the set brings. The other methods divide all
    images that are not test, the set's own validation images last among them.

    Raises:
        ConfigError: the split cannot be made; says why in words for the person.
    """
    if split.method == "auto" and dataset.validation is not None:
        train, validation = dataset.train, dataset.validation
    else:
        pool = dataset.train
        if dataset.validation is not None:
            pool = pool.joined(dataset.validation)
        train, validation = _divide(pool, dataset, split)
    train = _limited(train, dataset.classes, split.seed, limit)
    return Splits(train, validation, dataset.test, validates_on_test=split.method == "none")


def _divide(pool: Subset, dataset: Dataset, split: SplitConfig) -> tuple[Subset, Subset]:
    if split.method == "none":
        return pool, dataset.test
    if split.method == "first-n":
        return _first(pool, dataset.classes, split.count)
    if split.method == "fold":
        return _fold(pool, dataset.classes, split)
    return _stratified(pool, dataset.classes, split)


def _first(pool: Subset, classes: tuple[str, ...], count: int) -> tuple[Subset, Subset]:
    if count >= len(pool):
        raise ConfigError(
            f"split.count: received {count:,}, but there are only {len(pool):,} training images. "
            "Choose a smaller number, so that some are left to train on."
        )
    train = pool.select(np.arange(count, len(pool)))
    for label in np.flatnonzero(pool.class_counts(len(classes))):
        if not len(train.positions_of(int(label))):
            raise ConfigError(
                f"split.count: received {count:,}, but the first {count:,} images hold all of "
                f"class {classes[label]!r}, and none is left to train on. "
                'Choose a smaller number, or split.method "stratified".'
            )
    return train, pool.select(np.arange(count))


def _stratified(
    pool: Subset, classes: tuple[str, ...], split: SplitConfig
) -> tuple[Subset, Subset]:
    _require_two_of_each(pool, classes)
    return _apart(pool, stratified_draw(pool.label_array(), split.fraction, split.seed))


def _fold(pool: Subset, classes: tuple[str, ...], split: SplitConfig) -> tuple[Subset, Subset]:
    """A class of fewer images than folds is in only some of them, and always in train."""
    if len(pool) < split.folds:
        raise ConfigError(
            f"split.folds: received {split.folds}, but there are only {len(pool)} training "
            "images. Choose a smaller number, so that there is an image in every fold."
        )
    _require_two_of_each(pool, classes)
    return _apart(pool, draw_fold(pool.label_array(), split.folds, split.fold, split.seed))


def _require_two_of_each(pool: Subset, classes: tuple[str, ...]) -> None:
    for label in np.flatnonzero(pool.class_counts(len(classes)) == 1):
        raise ConfigError(
            f"split: class {classes[label]!r} has a single training image, which cannot be in "
            'train and in validation. Add images to it, or choose split.method "none".'
        )


def _apart(pool: Subset, drawn: Indices) -> tuple[Subset, Subset]:
    """All but those at the positions `drawn`, and those."""
    rest = np.setdiff1d(np.arange(len(pool)), drawn, assume_unique=True)
    return pool.select(rest), pool.select(drawn)


def _limited(subset: Subset, classes: tuple[str, ...], seed: int, limit: int | None) -> Subset:
    if limit is None or limit >= len(subset):
        return subset
    present = np.count_nonzero(subset.class_counts(len(classes)))
    if limit < present:
        raise ConfigError(
            f"dataset.limit: received {limit}, but there are {present} classes, and each needs "
            f"at least one training image. Choose {present} or more."
        )
    return subset.select(_draw(subset.label_array(), limit, seed))


def stratified_draw(labels: Indices, fraction: float, seed: int) -> Indices:
    """Draw a fraction (0..0.5) of every class, at least one image each.

    Args:
        labels: (n,) int64; every class in it has at least two images.

    Returns:
        (m,) int64, ascending positions in `labels`; no class is drawn whole.
    """
    return _draw(labels, _split_size(len(labels), len(np.unique(labels)), fraction), seed)


def draw_fold(labels: Indices, folds: int, fold: int, seed: int) -> Indices:
    """One of the stratified folds of one seed, which are disjoint and together all positions.

    The images lie shuffled class by class and are dealt like cards, so that folds differ by one
    image at most, and by one of each class.

    Args:
        labels: (n,) int64.
        fold: 0..folds - 1.

    Returns:
        (m,) int64, ascending positions in `labels`; m is n / folds, rounded down or up.
    """
    return np.sort(np.concatenate(_shuffled(labels, seed))[fold::folds])


def draw_test(labels: Indices) -> Indices:
    """The positions that become the test split of a set that brings none: always the same."""
    return stratified_draw(labels, _TEST_FRACTION, _TEST_SEED)


def drawn_test_size(num_images: int, num_classes: int) -> int:
    """How many images draw_test takes."""
    return _split_size(num_images, num_classes, _TEST_FRACTION)


def _split_size(num_images: int, num_classes: int, fraction: float) -> int:
    return max(round(fraction * num_images), num_classes)


def _draw(labels: Indices, total: int, seed: int) -> Indices:
    """Draw `total` positions, each class in proportion. (n,) -> (total,) int64, ascending."""
    quotas = _quotas(np.bincount(labels), total)
    drawn = [
        of_class[:quota] for of_class, quota in zip(_shuffled(labels, seed), quotas, strict=True)
    ]
    return np.sort(np.concatenate(drawn))


def _shuffled(labels: Indices, seed: int) -> list[Indices]:
    """The positions of each class, a list item a label from 0, in an order drawn with `seed`."""
    generator = np.random.default_rng(seed)
    return [
        generator.permutation(np.flatnonzero(labels == label)).astype(np.int64)
        for label in range(int(labels.max()) + 1)
    ]


def _quotas(counts: Indices, total: int) -> Indices:
    """Share `total` among classes by largest remainders, at least one for each class.

    Args:
        counts: (K,) int64, images of each class; `total` is at least their number of
            non-empty classes.

    Returns:
        (K,) int64 that sums to `total`.
    """
    exact = counts * (total / counts.sum())
    quotas = np.floor(exact).astype(np.int64)
    by_remainder = np.argsort(quotas - exact, kind="stable")
    quotas[by_remainder[: total - quotas.sum()]] += 1
    for label in np.flatnonzero((quotas == 0) & (counts > 0)):
        quotas[label] = 1
        quotas[np.argmax(quotas)] -= 1
    return quotas
