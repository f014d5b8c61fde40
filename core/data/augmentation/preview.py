"""One training image and what augmentation makes of it, by the very code that trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.config import AugmentationConfig
from core.data.augmentation.augment import preview
from core.data.dataset import Subset


@dataclass(frozen=True, eq=False)
class AugmentedSample:
    """A sample and versions of it."""

    original: np.ndarray  # (H, W, C) uint8
    versions: np.ndarray  # (count, H, W, C) uint8
    label: int


def augmented_sample(
    train: Subset, config: AugmentationConfig, *, choice: int, seed: int, count: int
) -> AugmentedSample:
    """A training image drawn by `choice`, and `count` versions drawn by `seed`."""
    # Others stand between, because mixup and cutmix take a second image.
    positions = np.random.default_rng(choice).permutation(len(train))[: count + 1]
    pixels, labels = train.gather(positions)
    batch = np.repeat(pixels[:1], 2 * count, axis=0)
    batch[1::2] = pixels[1 + np.arange(count) % max(len(pixels) - 1, 1)]
    versions = preview(batch, config, seed, 2 * count)[::2]
    return AugmentedSample(pixels[0], versions, int(labels[0]))
