"""Affine transforms of a batch of images by bilinear sampling, compiled to one loop.

TensorFlow's own ImageProjectiveTransformV3 does the same on one thread and in many more
instructions; compiled by XLA, the four look-ups and their weights are one pass over the
pixels. Knows nothing of what is random.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import tensorflow as tf


def inside(places: tf.Tensor, size: int, fill: str) -> tf.Tensor:
    """Integer places of an axis, those outside led back by the fill mode.

    Args:
        places: any shape, int32.
        size: of the axis.
        fill: "nearest" a a | a b c | c c, "reflect" b a | a b c | c b, "wrap"
            b c | a b c | a b; "constant" gives the nearest, to be masked by the caller.
    """
    if fill == "wrap":
        return tf.math.floormod(places, size)
    if fill == "reflect":
        folded = tf.math.floormod(places, 2 * size)
        return tf.minimum(folded, 2 * size - 1 - folded)
    return tf.clip_by_value(places, 0, size - 1)


def warp(images: tf.Tensor, matrices: tf.Tensor, fill: str) -> tf.Tensor:
    """Each image under its own affine transform, interpolated bilinearly, once.

    Args:
        images: (B, H, W, C) uint8 or float32; H, W and C known statically.
        matrices: (B, 8) float32 [a0, a1, a2, b0, b1, b2, 0, 0]: the pixel at (x, y)
            comes from (a0 x + a1 y + a2, b0 x + b1 y + b2), as
            ImageProjectiveTransformV3 takes them.
        fill: what lies outside: "nearest", "reflect", "wrap" or "constant" (0).

    Returns: (B, H, W, C) float32.
    """
    images = tf.convert_to_tensor(images)
    shape = tuple(int(side) for side in images.shape[1:])
    return tf.ensure_shape(_compiled(fill, shape, images.dtype)(images, matrices), images.shape)


@lru_cache(maxsize=16)
def _compiled(fill: str, shape: tuple[int, ...], dtype: tf.DType) -> Any:
    """One traced function a kind of image, for batches of any size."""

    def sample(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
        return _sample(images, matrices, fill)

    signature = [tf.TensorSpec([None, *shape], dtype), tf.TensorSpec([None, 8], tf.float32)]
    return tf.function(sample, jit_compile=True, input_signature=signature, autograph=False)


def _sample(images: tf.Tensor, matrices: tf.Tensor, fill: str) -> tf.Tensor:
    _, height, width, channels = images.shape
    x, y = _sources(matrices, height, width)
    left, top = tf.floor(x), tf.floor(y)
    right_share, low_share = (x - left)[..., tf.newaxis], (y - top)[..., tf.newaxis]
    left, top = tf.cast(left, tf.int32), tf.cast(top, tf.int32)
    first = (tf.range(tf.shape(images)[0]) * (height * width))[:, tf.newaxis, tf.newaxis]
    pixels = tf.reshape(images, [-1, channels])

    def at(rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
        known_rows, known_columns = inside(rows, height, fill), inside(columns, width, fill)
        found = tf.gather(pixels, first + known_rows * width + known_columns)
        found = tf.cast(found, tf.float32)
        if fill == "constant":
            known = tf.equal(rows, known_rows) & tf.equal(columns, known_columns)
            found *= tf.cast(known, tf.float32)[..., tf.newaxis]
        return found

    upper = at(top, left) * (1.0 - right_share) + at(top, left + 1) * right_share
    lower = at(top + 1, left) * (1.0 - right_share) + at(top + 1, left + 1) * right_share
    return upper * (1.0 - low_share) + lower * low_share


def _sources(matrices: tf.Tensor, height: int, width: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Where each pixel comes from: x and y, each (B, H, W) float32."""
    x = tf.range(width, dtype=tf.float32)[tf.newaxis, tf.newaxis, :]
    y = tf.range(height, dtype=tf.float32)[tf.newaxis, :, tf.newaxis]
    a0, a1, a2, b0, b1, b2 = (matrices[:, i, tf.newaxis, tf.newaxis] for i in range(6))
    return a0 * x + a1 * y + a2, b0 * x + b1 * y + b2
