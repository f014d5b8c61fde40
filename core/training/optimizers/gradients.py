"""Gradients of several devices, each of its part of a batch, before an optimizer has them.

Called in what each device does; Keras's optimizers add up what the devices give them.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def mean(gradients: list[Any]) -> list[Any]:
    """Of all devices: what is clipped is the gradient of the whole batch, not of its parts."""
    found: list[Any] = tf.distribute.get_replica_context().all_reduce(
        tf.distribute.ReduceOp.MEAN, gradients
    )
    return found


def lost_on_all(gradients: list[Any]) -> list[Any]:
    """Gradients that are not finite on one device, made so on all.

    Keras's loss scaling skips an update where the gradients of the first device are not
    finite, and never looks at the others', which are added to them afterwards.
    """
    finite = [tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients]
    lost = tf.cast(tf.logical_not(tf.reduce_all(finite)), tf.float32)
    context = tf.distribute.get_replica_context()
    anywhere = context.all_reduce(tf.distribute.ReduceOp.SUM, lost) > 0.0
    first, *others = gradients
    return [tf.where(anywhere, tf.constant(float("nan"), first.dtype), first), *others]
