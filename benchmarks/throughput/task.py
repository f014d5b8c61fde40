"""What every contestant does, so that only the way differs: network, images, batch, burst.

The network is the preset "vgg-6"; the images are random, because their pixels do not matter
to the clock. Knows no framework.
"""

from __future__ import annotations

import os

import numpy as np

from core.config.presets import PRESETS

BATCH = 64
STEPS = 60  # of a burst
IMAGES = 50_000  # as many as CIFAR-10 trains on
CLASSES = 10
SHAPE = (32, 32, 3)
THREADS = os.cpu_count() or 1
PRESET = PRESETS["vgg-6"]
# (input channels, output channels, dropout) of each block of two convolutions.
BLOCKS = ((3, 32, 0.2), (32, 64, 0.3), (64, 128, 0.4))
DENSE, DENSE_DROPOUT = 128, 0.5
EPSILON, MOMENTUM = 1e-3, 0.99  # of batch normalization, in Keras's meaning
LEARNING_RATE = 1e-3


def pixels() -> tuple[np.ndarray, np.ndarray]:
    """(N, 32, 32, 3) uint8 and labels (N,) int64, 0..9."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (IMAGES, *SHAPE), dtype=np.uint8)
    return images, generator.integers(0, CLASSES, IMAGES)


def check_size(parameters: int, trainable: int) -> None:
    """Holds a contestant's network to the parameters that all of them have."""
    assert (parameters, trainable) == (PRESET.parameters, PRESET.trainable)
    assert (parameters, trainable) == (552_362, 551_466)
