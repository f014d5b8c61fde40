"""The quick layers: batch normalization with the stock numbers, dropout with the stock odds."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.models.layers.quick import (
    ByteDropout,
    CompiledActivation,
    FusedBatchNormalization,
    SteppedConv2D,
    SteppedDepthwiseConv2D,
)
from tests.processes import run_python


def _pair(policy: str) -> tuple[keras.Layer, keras.Layer]:
    """A stock and a fused layer with the same, not trivial, variables."""
    layers = (
        keras.layers.BatchNormalization(dtype=policy),
        FusedBatchNormalization(dtype=policy),
    )
    random = np.random.default_rng(1)
    values = [random.uniform(0.5, 1.5, 5).astype(np.float32) for _ in range(4)]
    for layer in layers:
        layer.build((None, 6, 7, 5))
        layer.set_weights(values)
    return layers


def _batch(count: int = 8) -> tf.Tensor:
    random = np.random.default_rng(0)
    return tf.constant(random.normal(2.0, 3.0, (count, 6, 7, 5)), tf.float32)


def _outputs_and_gradients(layer: keras.Layer, batch: tf.Tensor) -> list[np.ndarray]:
    weights = tf.cast(tf.reshape(tf.range(tf.size(batch)) % 13, batch.shape), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(batch)
        outputs = layer(batch, training=True)
        loss = tf.reduce_sum(tf.cast(outputs, tf.float32) * weights)
    gradients = tape.gradient(loss, [batch, layer.gamma.value, layer.beta.value])
    return [tf.cast(x, tf.float32).numpy() for x in (outputs, *gradients)]


@pytest.mark.parametrize(
    ("policy", "tolerance"),
    [("float32", 4e-5), ("mixed_bfloat16", 1.6e-2), ("mixed_float16", 2e-3)],
)
def test_training_agrees_with_stock(policy: str, tolerance: float) -> None:
    stock, fused = _pair(policy)
    batch = tf.cast(_batch(), stock.compute_dtype)
    for expected, received in zip(
        _outputs_and_gradients(stock, batch), _outputs_and_gradients(fused, batch), strict=True
    ):
        scale = np.abs(expected).max()
        np.testing.assert_allclose(received, expected, atol=tolerance * scale)
    for expected, received in zip(stock.weights, fused.weights, strict=True):
        np.testing.assert_allclose(received.numpy(), expected.numpy(), rtol=1e-4)


def test_bessel_is_undone() -> None:
    """Two values: the unbiased variance would be twice the one that belongs here."""
    layer = FusedBatchNormalization(momentum=0.0)
    layer(tf.constant([[[[1.0]]], [[[3.0]]]]), training=True)
    np.testing.assert_allclose(layer.moving_variance.numpy(), [1.0], rtol=1e-6)


def test_one_value_has_no_variance() -> None:
    layer = FusedBatchNormalization(momentum=0.0)
    layer(tf.constant([[[[4.0]]]]), training=True)
    np.testing.assert_allclose(layer.moving_variance.numpy(), [0.0], atol=1e-6)
    np.testing.assert_allclose(layer.moving_mean.numpy(), [4.0])


def test_inference_is_the_stock_layer() -> None:
    stock, fused = _pair("float32")
    np.testing.assert_array_equal(fused(_batch()), stock(_batch()))


def test_frozen_layer_keeps_its_statistics() -> None:
    _, fused = _pair("float32")
    fused.trainable = False
    before = fused.moving_mean.numpy()
    fused(_batch(), training=True)
    np.testing.assert_array_equal(fused.moving_mean.numpy(), before)


def test_flat_inputs_fall_back_to_stock() -> None:
    stock, fused = keras.layers.BatchNormalization(), FusedBatchNormalization()
    flat = tf.reshape(_batch(), (8, -1))
    np.testing.assert_array_equal(fused(flat, training=True), stock(flat, training=True))


def test_works_in_a_graph_with_an_open_batch_axis() -> None:
    stock, fused = _pair("float32")
    call = tf.function(
        lambda images: fused(images, training=True),
        input_signature=[tf.TensorSpec([None, 6, 7, 5])],
    )
    np.testing.assert_allclose(call(_batch(3)), stock(_batch(3), training=True), atol=1e-5)
    np.testing.assert_allclose(
        fused.moving_variance.numpy(), stock.moving_variance.numpy(), rtol=1e-5
    )


@pytest.mark.parametrize("rate", [0.2, 0.3, 0.5, 0.25, 0.999])
def test_dropout_meets_its_rate(rate: float) -> None:
    """Over many steps: 0.2 lies between two levels of a byte, and is met all the same."""
    keras.utils.set_random_seed(0)
    layer, ones = ByteDropout(rate), tf.ones([64, 10, 10, 8])
    dropped = [float(np.mean(layer(ones, training=True).numpy() == 0.0)) for _ in range(60)]
    spread = np.sqrt(rate * (1.0 - rate) / (60 * 51_200)) + (0.5 / 256) / np.sqrt(60)
    assert np.mean(dropped) == pytest.approx(rate, abs=4.0 * spread)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_dropout_scales_what_it_keeps_and_its_gradient(policy: str) -> None:
    layer = ByteDropout(0.25, dtype=policy)
    batch = tf.cast(tf.fill([5, 7, 3], 3.0), layer.compute_dtype)
    with tf.GradientTape() as tape:
        tape.watch(batch)
        outputs = layer(batch, training=True)
    kept = outputs.numpy() != 0.0
    assert 0 < kept.sum() < kept.size
    np.testing.assert_allclose(outputs.numpy().astype(np.float32)[kept], 4.0, rtol=1e-2)
    gradient = tape.gradient(outputs, batch).numpy().astype(np.float32)
    np.testing.assert_allclose(gradient, np.where(kept, 4.0 / 3.0, 0.0), rtol=1e-2)


def test_dropout_draws_anew_each_step_and_from_its_seed_state() -> None:
    layer, ones = ByteDropout(0.5), tf.ones([100, 10])
    seed = layer.seed_generator.state
    before = seed.numpy()
    first = layer(ones, training=True).numpy()
    assert not np.array_equal(first, layer(ones, training=True))
    seed.assign(before)
    np.testing.assert_array_equal(first, layer(ones, training=True))


def test_dropout_is_independent_between_neighbours() -> None:
    kept = ByteDropout(0.5)(tf.ones([200_000]), training=True).numpy() > 0.0
    for distance in (1, 2, 4, 8):
        agreeing = np.mean(kept[distance:] == kept[:-distance])
        assert agreeing == pytest.approx(0.5, abs=0.01)


def test_dropout_is_off_in_inference() -> None:
    batch = _batch()
    np.testing.assert_array_equal(ByteDropout(0.5)(batch), batch)


def test_dropout_has_the_stock_layers_state() -> None:
    stock, quick = keras.layers.Dropout(0.5), ByteDropout(0.5)
    assert len(quick.variables) == len(stock.variables) == 1
    assert quick.get_config().keys() == stock.get_config().keys()


@pytest.mark.parametrize("steps", [2, 3, 4])
@pytest.mark.parametrize("side", [8, 9, 11])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_stepping_is_what_the_stock_layer_does(steps: int, side: int, padding: str) -> None:
    images = tf.random.stateless_normal((2, side, side + 1, 3), seed=(1, 2))
    options = {"kernel_size": 1, "strides": steps, "padding": padding}
    for stock, ours in (
        (keras.layers.Conv2D(5, **options), SteppedConv2D(filters=5, **options)),
        (keras.layers.DepthwiseConv2D(**options), SteppedDepthwiseConv2D(**options)),
    ):
        expected = stock(images)
        assert ours.compute_output_shape(images.shape) == expected.shape
        ours.build(images.shape)
        ours.set_weights(stock.get_weights())
        np.testing.assert_allclose(ours(images), expected, atol=1e-6)
        assert ours.get_config()["strides"] == (steps, steps)


STEPPING = """
import numpy as np, tensorflow as tf
from core.models.layers.quick import SteppedConv2D, SteppedDepthwiseConv2D
for layer in (
    SteppedConv2D(filters=3, kernel_size=1, strides=2),
    SteppedDepthwiseConv2D(kernel_size=1, strides=2),
):
    for _ in range(5):
        with tf.GradientTape() as tape:
            made = tf.reduce_sum(layer(tf.random.normal((8, 200, 200, 1))))
        assert np.isfinite(tape.gradient(made, layer.trainable_variables)[0]).all()
"""


def test_stepping_does_not_end_the_process() -> None:
    """As the stock operation does on images of this size, within a call or two."""
    run_python(STEPPING)


@pytest.mark.parametrize("name", ["gelu", "silu", "relu"])
@pytest.mark.parametrize(
    ("policy", "tolerance"), [("float32", 2e-6), ("mixed_bfloat16", 8e-3), ("mixed_float16", 1e-3)]
)
def test_activations_and_their_gradients_agree_with_stock(
    name: str, policy: str, tolerance: float
) -> None:
    """To within rounding of float32 itself: the stock layer rounds each of its steps."""
    exact = keras.layers.Activation(name, dtype="float32")
    ours = CompiledActivation(name, dtype=policy)
    batch = tf.cast(_batch() / 2.0, ours.compute_dtype)

    def found(layer: keras.layers.Layer, inputs: tf.Tensor) -> list[np.ndarray]:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            loss = tf.reduce_sum(tf.cast(outputs, tf.float32) ** 2)
        return [tf.cast(x, tf.float32).numpy() for x in (outputs, tape.gradient(loss, inputs))]

    expected = found(exact, tf.cast(batch, tf.float32))
    for one, other in zip(expected, found(ours, batch), strict=True):
        np.testing.assert_allclose(other, one, atol=tolerance * np.abs(one).max())


def test_a_compiled_activation_trains_on_batches_of_any_size() -> None:
    layer = CompiledActivation("gelu")

    @tf.function(input_signature=[tf.TensorSpec([None, 3, 2, 4])], autograph=False)
    def gradient(inputs: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(layer(inputs))
        return tape.gradient(loss, inputs)

    for count in (1, 4, 5):
        assert gradient(tf.ones((count, 3, 2, 4))).shape == (count, 3, 2, 4)
        np.testing.assert_allclose(gradient(tf.zeros((count, 3, 2, 4))), 0.5)
