"""A network at work, small enough to ship: a few images, what its blocks make of each, its answers.

Drawn on the Start page, which must not wait for TensorFlow; taken once, by `python -m tools.ship`.
Knows nothing of pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.analysis.feature_maps import activations
from core.errors import ReadingError
from core.files import replacing
from core.reading import read_arrays

_MOST_BYTES = 4_000_000
_PREFIX = "maps_"


@dataclass(frozen=True, eq=False)
class Glimpse:
    """N images seen by a network that tells K classes apart."""

    images: np.ndarray  # (N, H, W, C) uint8
    labels: np.ndarray  # (N,) int64
    probabilities: np.ndarray  # (N, K) float32
    maps: dict[str, np.ndarray]  # layer, in order -> (N, channels, h, w) uint8, 255 the strongest


def take_glimpse(
    model: Any, images: np.ndarray, labels: np.ndarray, layers: dict[str, int]
) -> Glimpse:
    """Look at what the layers make of some images.

    Args:
        model: a functional Keras model that takes pixels 0..255 and has a softmax.
        images: (N, H, W, C) uint8
        labels: (N,) int64
        layers: layer -> how many of its channels, those that differ most over the images.
    """
    seen = [activations(model, image) for image in images]
    last = list(seen[0])[-1]
    maps = {
        name: _strongest(np.stack([found[name] for found in seen]), count)
        for name, count in layers.items()
    }
    probabilities = np.stack([found[last].reshape(-1) for found in seen])
    return Glimpse(images, labels.astype(np.int64), probabilities.astype(np.float32), maps)


def _strongest(values: np.ndarray, count: int) -> np.ndarray:
    """(N, h, w, c) float32 -> (N, count, h, w) uint8, each channel on one scale for all images.

    Chosen are those that vary most and rest most of the time: a channel that answers to the empty
    ground shows a frame.
    """
    low = values.min(axis=(0, 1, 2))
    high = np.quantile(values, 0.995, axis=(0, 1, 2))
    scaled = np.clip((values - low) / np.maximum(high - low, 1e-6), 0.0, 1.0)
    score = scaled.std(axis=(0, 1, 2)) - np.median(scaled, axis=(0, 1, 2))
    chosen = np.sort(np.argsort(score)[::-1][:count])
    return np.moveaxis(np.round(255.0 * scaled[..., chosen]).astype(np.uint8), 3, 1)


def save_glimpse(glimpse: Glimpse, path: Path) -> None:
    maps = {f"{_PREFIX}{name}": values for name, values in glimpse.maps.items()}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            images=glimpse.images,
            labels=glimpse.labels,
            probabilities=glimpse.probabilities,
            allow_pickle=False,
            **maps,
        )


def load_glimpse(path: Path) -> Glimpse:
    """Raises ReadingError where there is none, or it is not as it was written."""
    found = read_arrays(path, most=_MOST_BYTES)
    maps = {
        name.removeprefix(_PREFIX): values
        for name, values in found.items()
        if name.startswith(_PREFIX)
    }
    try:
        glimpse = Glimpse(found["images"], found["labels"], found["probabilities"], maps)
    except KeyError as error:
        raise ReadingError(f"{path.name} lacks {error}.") from error
    shapes = [len(values) for values in (glimpse.labels, glimpse.probabilities, *maps.values())]
    pictures = [glimpse.images, *maps.values()]
    if (
        {len(glimpse.images)} != set(shapes)
        or any(values.ndim != 4 or values.dtype != np.uint8 for values in pictures)
        or glimpse.probabilities.ndim != 2
        or glimpse.labels.max(initial=0) >= glimpse.probabilities.shape[1]
    ):
        raise ReadingError(f"{path.name} is not a glimpse of a network.")
    return glimpse
