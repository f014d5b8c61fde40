"""What a data set is once loaded: images in memory maps, labels, and the splits it brings.

Knows nothing of where the images came from, of files or of TensorFlow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Indices = NDArray[np.int64]

_HASHED_AT_ONCE = 256  # images


@dataclass(frozen=True, eq=False)
class Subset:
    """A selection of images with their labels, in a fixed order.

    `images` and `labels` may be shared by several subsets; `indices` picks this one's.
    """

    images: Images  # (N, H, W, C) uint8, 0..255; usually a read-only memory map
    labels: Indices  # (N,) int64, 0..K-1
    indices: Indices  # (n,) int64, into images and labels

    def __len__(self) -> int:
        return len(self.indices)

    def gather(self, positions: Sequence[int] | NDArray[Any]) -> tuple[Images, Indices]:
        """Copy out the images and labels at these positions of the subset (0..n-1).

        Returns:
            (m, H, W, C) uint8 and (m,) int64.
        """
        chosen = self.indices[np.asarray(positions, dtype=np.int64)]
        return np.asarray(self.images)[chosen], np.asarray(self.labels)[chosen]

    def label_array(self) -> Indices:
        """The labels of this subset in its order, (n,) int64."""
        return np.asarray(self.labels)[self.indices]

    def digest(self) -> str:
        """A hash of these very images and labels in this very order; 32 hexadecimal digits.

        Two subsets have the same one exactly when they hold the same, wherever it lies.
        """
        of = hashlib.blake2b(repr((len(self), self.images.shape[1:])).encode(), digest_size=16)
        for start in range(0, len(self), _HASHED_AT_ONCE):
            stop = min(start + _HASHED_AT_ONCE, len(self))
            images, labels = self.gather(np.arange(start, stop))
            of.update(np.ascontiguousarray(images, dtype=np.uint8).data)
            of.update(labels.astype("<i8").tobytes())
        return of.hexdigest()

    def class_counts(self, num_classes: int) -> Indices:
        """How many images of each class, (num_classes,) int64."""
        return np.bincount(self.label_array(), minlength=num_classes).astype(np.int64)

    def positions_of(self, label: int) -> Indices:
        """Positions of one class in this subset, ascending, (m,) int64."""
        return np.flatnonzero(self.label_array() == label).astype(np.int64)

    def select(self, positions: Sequence[int] | NDArray[Any]) -> Subset:
        """The subset made of these positions, in their order; images stay shared."""
        chosen = self.indices[np.asarray(positions, dtype=np.int64)]
        return Subset(self.images, self.labels, chosen)

    def evenly(self, most: int) -> Subset:
        """At most so many images, evenly from all: of folders one after the other some of each."""
        count = min(len(self), most)
        return self.select(np.linspace(0, len(self) - 1, count).astype(np.int64))

    def joined(self, other: Subset) -> Subset:
        """This subset followed by another; copies images only where they are not shared."""
        if self.images is other.images and self.labels is other.labels:
            indices = np.concatenate([self.indices, other.indices])
            return Subset(self.images, self.labels, indices)
        images = np.concatenate([self.images, other.images])
        labels = np.concatenate([self.labels, other.labels])
        return Subset(
            images, labels, np.concatenate([self.indices, other.indices + len(self.images)])
        )


@dataclass(frozen=True, eq=False)
class Dataset:
    """A loaded data set. The test split is fixed; `validation` is the set's own, if any."""

    name: str
    title: str
    classes: tuple[str, ...]
    train: Subset
    validation: Subset | None
    test: Subset
    light_on_dark: bool = False  # light ink on dark ground, as handwritten digits are
    source: str = ""  # whom to cite
    notes: tuple[str, ...] = ()  # what a person should know, such as images left out

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        _, height, width, channels = self.train.images.shape
        return int(height), int(width), int(channels)

    @property
    def subsets(self) -> dict[str, Subset]:
        """The splits the set brings by name, in the order train, validation, test."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: subset for name, subset in named.items() if subset is not None}
