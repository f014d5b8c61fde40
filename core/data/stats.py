"""Numbers about a subset: class counts, mean and deviation a channel, samples for a grid.

Reads images in chunks, so that memory stays small. Knows nothing of figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Images, Indices, Subset

_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True, eq=False)
class SubsetStats:
    """Of all pixels of a subset; K classes, C channels."""

    count: int
    class_counts: Indices  # (K,) int64
    mean: NDArray[np.float64]  # (C,) 0..255
    std: NDArray[np.float64]  # (C,) 0..255, of the population
    minimum: int  # 0..255
    maximum: int  # 0..255


def subset_stats(subset: Subset) -> SubsetStats:
    """Exact statistics of a subset; K is the number of classes in its data set's labels.

    Raises:
        ValueError: the subset is empty.
    """
    if not len(subset):
        raise ValueError("a subset without images has no mean")
    counts = _value_counts(subset)  # (C, 256)
    values = np.arange(256, dtype=np.float64)
    pixels = counts.sum(axis=1)
    mean = counts @ values / pixels
    spread = (values[None, :] - mean[:, None]) ** 2
    seen = np.flatnonzero(counts.any(axis=0))
    return SubsetStats(
        count=len(subset),
        class_counts=subset.class_counts(int(subset.labels.max()) + 1),
        mean=mean,
        std=np.sqrt((counts * spread).sum(axis=1) / pixels),
        minimum=int(seen[0]),
        maximum=int(seen[-1]),
    )


def _value_counts(subset: Subset) -> NDArray[np.int64]:
    """How often each pixel value occurs in each channel, (C, 256) int64."""
    channels = subset.images.shape[-1]
    counts = np.zeros((channels, 256), dtype=np.int64)
    for images in _chunks(subset):
        for channel in range(channels):
            values = np.ascontiguousarray(images[..., channel]).reshape(-1)
            counts[channel] += np.bincount(values, minlength=256)
    return counts


def _chunks(subset: Subset) -> Iterator[Images]:
    """The images of a subset, (n, H, W, C) uint8 a time, as they lie on disk."""
    size = max(1, _CHUNK_BYTES // int(np.prod(subset.images.shape[1:])))
    in_file_order = np.sort(subset.indices)
    for start in range(0, len(in_file_order), size):
        yield np.asarray(subset.images)[in_file_order[start : start + size]]


def sample_class(subset: Subset, label: int, count: int, seed: int) -> Indices:
    """Draw up to `count` positions of one class, (m,) int64."""
    generator = np.random.default_rng(seed)
    return generator.permutation(subset.positions_of(label))[:count]


def sample_across_classes(subset: Subset, count: int, seed: int) -> list[int]:
    """Positions of about `count` images of as many classes as it has, in order of class.

    None where it has no images; else one at least.
    """
    generator = np.random.default_rng(seed)
    classes = np.unique(subset.label_array())  # a test folder may have few of the set's own
    if len(classes) >= count:
        chosen = sorted(generator.choice(classes, count, replace=False))
    else:
        chosen = [classes[i * len(classes) // count] for i in range(count) if len(classes)]
    drawn = [
        sample_class(subset, int(label), 1, int(generator.integers(2**31))) for label in chosen
    ]
    return list(dict.fromkeys(int(found[0]) for found in drawn))
