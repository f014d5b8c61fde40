"""A batch shared out over devices, and which of its images are learned from.

Knows nothing of networks.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def fill(images: Any, labels: Any, replicas: int) -> tuple[Any, Any]:
    """A batch of a multiple of `replicas` images, so that none of the devices gets nothing.

    What is put in are the batch's own images over again, which leave the statistics of batch
    normalization nearly as they are; their labels are all 0, and so they are not learned from.
    """
    count = tf.shape(images)[0]
    places = tf.range(-(-count // replicas) * replicas)
    asked = tf.cast(places < count, labels.dtype)[:, tf.newaxis]
    places %= count
    return tf.gather(images, places), tf.gather(labels, places) * asked


def is_asked(labels: Any) -> Any:
    """(B, K) float32 -> (B,) bool: False of the images that `fill` put in."""
    return tf.reduce_sum(labels, axis=-1) > 0.5


def count_asked(labels: Any) -> Any:
    """(B, K) float32 -> () int32: the images that are learned from."""
    return tf.reduce_sum(tf.cast(is_asked(labels), tf.int32))
