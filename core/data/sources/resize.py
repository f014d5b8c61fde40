"""Batches of a set whose images are of one size, brought to another. Knows no format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from core.data.sources.source import Batch
from core.photos.fit import Fitting

_RESIZED_AT_ONCE = 64  # memory stays small however large the size


def resized(batches: Iterable[Batch], fitting: Fitting | None) -> Iterator[Batch]:
    """The same batches with images of another size; None leaves them as they are."""
    for batch in batches:
        if fitting is None or batch.images.shape[1:3] == fitting.size:
            yield batch
            continue
        for start in range(0, len(batch.images), _RESIZED_AT_ONCE):
            block = slice(start, start + _RESIZED_AT_ONCE)
            images = np.stack([fitting.apply_to_pixels(image) for image in batch.images[block]])
            yield Batch(batch.split, batch.rank, images, batch.labels[block])
