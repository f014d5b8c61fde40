"""Numbers about a part: class counts, mean and deviation a channel, samples for a grid.

Reads images in chunks, so that memory stays small. Knows nothing of figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Images, Indices, Part

_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True, eq=False)
class PartStats:
    """Of all pixels of a part; K classes, C channels."""

    count: int
    class_counts: Indices  # (K,) int64
    mean: NDArray[np.float64]  # (C,) 0..255
    std: NDArray[np.float64]  # (C,) 0..255, of the population
    minimum: int  # 0..255
    maximum: int  # 0..255

    @property
    def variance(self) -> NDArray[np.float64]:
        """(C,), of the population."""
        return self.std**2


def part_stats(part: Part) -> PartStats:
    """Exact statistics of a part; K is the number of classes in its data set's labels.

    Raises:
        ValueError: the part is empty.
    """
    if not len(part):
        raise ValueError("a part without images has no mean")
    counts = _value_counts(part)  # (C, 256)
    values = np.arange(256, dtype=np.float64)
    pixels = counts.sum(axis=1)
    mean = counts @ values / pixels
    spread = (values[None, :] - mean[:, None]) ** 2
    seen = np.flatnonzero(counts.any(axis=0))
    return PartStats(
        count=len(part),
        class_counts=part.class_counts(int(part.labels.max()) + 1),
        mean=mean,
        std=np.sqrt((counts * spread).sum(axis=1) / pixels),
        minimum=int(seen[0]),
        maximum=int(seen[-1]),
    )


def _value_counts(part: Part) -> NDArray[np.int64]:
    """How often each pixel value occurs in each channel, (C, 256) int64."""
    channels = part.images.shape[-1]
    counts = np.zeros((channels, 256), dtype=np.int64)
    for images in _chunks(part):
        for channel in range(channels):
            values = np.ascontiguousarray(images[..., channel]).reshape(-1)
            counts[channel] += np.bincount(values, minlength=256)
    return counts


def _chunks(part: Part) -> Iterator[Images]:
    """The images of a part, (n, H, W, C) uint8 a time, as they lie on disk."""
    size = max(1, _CHUNK_BYTES // int(np.prod(part.images.shape[1:])))
    in_file_order = np.sort(part.indices)
    for start in range(0, len(in_file_order), size):
        yield np.asarray(part.images)[in_file_order[start : start + size]]


def sample_grid(part: Part, classes: Sequence[str], per_class: int, seed: int) -> Indices:
    """Draw samples of every class, a row a class.

    Returns:
        (K, per_class) int64, positions in the part; -1 where a class has too few.
    """
    generator = np.random.default_rng(seed)
    grid = np.full((len(classes), per_class), -1, dtype=np.int64)
    labels = part.label_array()
    for label in range(len(classes)):
        drawn = generator.permutation(np.flatnonzero(labels == label))[:per_class]
        grid[label, : len(drawn)] = drawn
    return grid


def sample_class(part: Part, label: int, count: int, seed: int) -> Indices:
    """Draw up to `count` positions of one class, (m,) int64."""
    generator = np.random.default_rng(seed)
    return generator.permutation(part.positions_of(label))[:count]
