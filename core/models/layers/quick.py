"""Layers for training only, quicker or safer than Keras's own and the same in what they compute.

They never reach a saved model: `export.to_stock` puts the stock layers in their place.
Knows nothing of architectures.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import keras
import tensorflow as tf

Values = Callable[..., Any]  # of each value of a tensor

_LEVELS: Final = 256  # of a random byte


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
            scale=tf.convert_to_tensor(self.gamma) if self.scale else tf.ones_like(self.beta),
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
        plain = self.center and not self.renorm and not self.synchronized
        return plain and len(inputs.shape) == 4 and self.axis in (-1, 3)

    def _update_moving(self, mean: tf.Tensor, variance: tf.Tensor) -> None:
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))


class ByteDropout(keras.layers.Dropout):
    """Dropout (Srivastava et al. 2014) that spends one random byte an element, not four.

    Drawing the random numbers is what dropout costs. A byte knows 256 levels, so the
    rate is met by dithering: a step drops its elements below `floor(256 * rate + u)`, u
    uniform and drawn anew each step, and an element's chance is the rate exactly. Seeds
    come from the stock layer's own generator, one a step; where several devices share a
    batch, each folds its own number in, or all would drop the same places.
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.rate or self.noise_shape is not None:
            return super().call(inputs, training=training)
        if self.rate * _LEVELS >= _LEVELS - 1:
            return super().call(inputs, training=training)  # no byte lies above the level
        inputs = tf.convert_to_tensor(inputs)
        words, dither = _random_words(_own_seed(self.seed_generator.next()), tf.size(inputs))
        level = tf.cast(tf.floor(self.rate * _LEVELS + dither), tf.uint8)
        drawn = tf.reshape(tf.bitcast(words, tf.uint8), [-1])[: tf.size(inputs)]
        kept = tf.reshape(drawn >= level, tf.shape(inputs))
        scale = tf.constant(1.0 / (1.0 - self.rate), inputs.dtype)
        outputs = inputs * (tf.cast(kept, inputs.dtype) * scale)
        return tf.ensure_shape(outputs, inputs.shape)


class CompiledActivation(keras.layers.Activation):
    """GELU and SiLU (Hendrycks and Gimpel 2016) and their gradients, each compiled to one loop.

    TensorFlow computes them as four to ten operations over all values, keeps what lies between
    for the gradient, and in half precision converts before and after each. The same numbers. On
    graphics cards, too, only what comes in is kept, but nothing is compiled.
    """

    def call(self, inputs: Any) -> Any:
        name = keras.activations.serialize(self.activation)
        if name not in _CURVES:
            return super().call(inputs)
        compiled = not tf.config.list_physical_devices("GPU")
        return _with_own_gradient(name, compiled)(tf.convert_to_tensor(inputs))


def _normal_below(inputs: tf.Tensor) -> tf.Tensor:
    """The share of the normal distribution below each value."""
    return 0.5 * (1.0 + tf.math.erf(inputs * 2.0**-0.5))


def _gelu_slope(inputs: tf.Tensor) -> tf.Tensor:
    density = tf.exp(-0.5 * tf.square(inputs)) * (2.0 * math.pi) ** -0.5
    return _normal_below(inputs) + inputs * density


def _silu_slope(inputs: tf.Tensor) -> tf.Tensor:
    share = tf.sigmoid(inputs)
    return share * (1.0 + inputs * (1.0 - share))


# Of each value the function and its derivative.
_CURVES: Final[dict[str, tuple[Values, Values]]] = {
    "gelu": (lambda inputs: inputs * _normal_below(inputs), _gelu_slope),
    "silu": (lambda inputs: inputs * tf.sigmoid(inputs), _silu_slope),
}


@lru_cache
def _with_own_gradient(name: str, compiled: bool) -> Values:
    """The function with its derivative, reckoned in float32 whatever the dtype."""
    function, slope = _CURVES[name]

    @tf.function(jit_compile=compiled, autograph=False, reduce_retracing=True)
    def forward(inputs: tf.Tensor) -> tf.Tensor:
        return tf.cast(function(tf.cast(inputs, tf.float32)), inputs.dtype)

    @tf.function(jit_compile=compiled, autograph=False, reduce_retracing=True)
    def backward(inputs: tf.Tensor, upstream: tf.Tensor) -> tf.Tensor:
        found = tf.cast(upstream, tf.float32) * slope(tf.cast(inputs, tf.float32))
        return tf.cast(found, inputs.dtype)

    @tf.custom_gradient
    def activation(inputs: tf.Tensor) -> tuple[tf.Tensor, Values]:
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            return tf.ensure_shape(backward(inputs, upstream), inputs.shape)

        return tf.ensure_shape(forward(inputs), inputs.shape), gradient

    return activation


class _Stepped:
    """A convolution with kernels of one pixel that steps over pixels: it takes every n-th, then.

    The same numbers. TensorFlow's own operation on a processor (oneDNN, as of TensorFlow 2.21)
    looks for the gradient of such kernels beyond the end of its input, and with it the process
    may end.
    """

    def __init__(self, *, strides: Any, **options: Any) -> None:
        super().__init__(strides=1, **options)  # type: ignore[call-arg]
        self.steps = (strides, strides) if isinstance(strides, int) else tuple(strides)

    def call(self, inputs: Any) -> Any:
        rows, columns = self.steps
        return super().call(inputs[:, ::rows, ::columns])  # type: ignore[misc]

    def compute_output_shape(self, input_shape: Any) -> Any:
        images, height, width, channels = input_shape
        rows, columns = self.steps
        taken = (images, -(-height // rows), -(-width // columns), channels)
        return super().compute_output_shape(taken)  # type: ignore[misc]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "strides": self.steps}  # type: ignore[misc]


class SteppedConv2D(_Stepped, keras.layers.Conv2D):
    """Kernels of one pixel and a stride."""


class SteppedDepthwiseConv2D(_Stepped, keras.layers.DepthwiseConv2D):
    """Kernels of one pixel and a stride, a map at a time."""


def _own_seed(seed: Any) -> tf.Tensor:
    """A step's seed (2,) made this device's own; itself on one device.  # (2,) int64"""
    seed = tf.cast(seed, tf.int64)
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return seed
    return tf.random.experimental.stateless_fold_in(seed, context.replica_id_in_sync_group)


def _random_words(seed: tf.Tensor, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Words that hold `count` random bytes, uint32, and one number in [0, 1), float32."""
    words = tf.random.stateless_uniform(
        [(count + 3) // 4 + 1],
        seed,
        minval=None,
        maxval=None,
        dtype=tf.uint32,
        alg="philox",
    )
    # The 24 high bits, which float32 holds exactly.
    dither = tf.cast(tf.bitwise.right_shift(words[-1], 8), tf.float32) / 2.0**24
    return words[:-1], dither


def _biased(variance: tf.Tensor, inputs: tf.Tensor) -> tf.Tensor:
    """Undo Bessel's correction, N / (N - 1), which the stock layer does not make."""
    count = tf.cast(tf.reduce_prod(tf.shape(inputs)[:3]), tf.float32)
    return variance * (tf.maximum(count - 1.0, 1.0) / count)
