"""Layers for training only, quicker than Keras's own and numerically the same.

They never reach a saved model: `export.to_stock` puts the stock layers in their place.
Knows nothing of architectures.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf


class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Batch normalization (Ioffe and Szegedy 2015) in one operation while training.

    Keras's layer computes moments and normalization on TensorFlow as separate
    element-wise operations, in float32; `FusedBatchNormV3` does all at once and takes
    half-precision images. Same variables, same numbers to within rounding. What the
    operation cannot do (masks, other axes, inference) is left to the stock layer.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if not (training and self.trainable and mask is None and self._fusible(inputs)):
            return super().call(inputs, training=training, mask=mask)
        inputs = tf.convert_to_tensor(inputs)  # (N, H, W, C)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.convert_to_tensor(self.gamma),
            offset=tf.convert_to_tensor(self.beta),
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            exponential_avg_factor=1.0,
            data_format="NHWC",
            is_training=True,
        )
        self._update_moving(mean, _biased(variance, inputs))
        return tf.cast(outputs, self.compute_dtype)

    def _fusible(self, inputs: Any) -> bool:
        plain = self.scale and self.center and not self.renorm and not self.synchronized
        return plain and len(inputs.shape) == 4 and self.axis in (-1, 3)

    def _update_moving(self, mean: tf.Tensor, variance: tf.Tensor) -> None:
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))


def _biased(variance: tf.Tensor, inputs: tf.Tensor) -> tf.Tensor:
    """Undo Bessel's correction, N / (N - 1), which the stock layer does not make."""
    count = tf.cast(tf.reduce_prod(tf.shape(inputs)[:3]), tf.float32)
    return variance * (tf.maximum(count - 1.0, 1.0) / count)
