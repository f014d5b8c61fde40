"""Augmentation alone: flip, rotation 40, shift 0.2, shear 0.2, zoom 0.2.

Ours, one affine transform a batch on the whole machine, against `ImageDataGenerator` as
the write-ups use it, at 32x32 and at 150x150.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from benchmarks.common import compare
from core.config import AugmentationConfig
from core.data.augmentation.augment import augment_batch

BATCH = 64
ALL = AugmentationConfig(
    horizontal_flip=True,
    rotation=40.0,
    width_shift=0.2,
    height_shift=0.2,
    shear=0.2,
    zoom=0.2,
    fill="nearest",
)


def main() -> None:
    for side, batches, target in ((32, 300, 8.0), (150, 60, 5.0)):
        images = np.random.default_rng(0).integers(
            0, 256, (BATCH * batches, side, side, 3), dtype=np.uint8
        )
        compare(
            f"augment at {side}x{side}: ours / ImageDataGenerator",
            target,
            _ours(images),
            _generator(images),
            len(images),
        )


def _ours(images: np.ndarray):
    labels = tf.zeros([BATCH, 10])

    def augment(step: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
        return augment_batch(batch, labels, ALL, tf.stack([tf.constant(0, tf.int64), step]))[0]

    # One stream for the whole run, as a training has: starting it is not what is measured.
    data = tf.data.Dataset.from_tensor_slices(images).batch(BATCH).repeat().enumerate()
    stream = iter(data.map(augment, num_parallel_calls=tf.data.AUTOTUNE).prefetch(4))

    def work() -> None:
        for _ in range(len(images) // BATCH):
            next(stream)

    return work


def _generator(images: np.ndarray):
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    flow = ImageDataGenerator(
        rotation_range=40,
        width_shift_range=0.2,
        height_shift_range=0.2,
        shear_range=0.2,
        zoom_range=0.2,
        horizontal_flip=True,
        fill_mode="nearest",
    ).flow(images, batch_size=BATCH)

    def work() -> None:
        for _ in range(len(images) // BATCH):
            next(flow)

    return work


if __name__ == "__main__":
    main()
