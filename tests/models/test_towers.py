"""A batch cut into towers: who gets which images, and what the network keeps of a step."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.models.layers.quick import ByteDropout, FusedBatchNormalization
from core.models.towers import Towers, side_by_side
from tests.processes import run_python


@pytest.mark.parametrize(
    ("count", "towers", "shares"),
    [
        *((8, 2, [4, 4]), (9, 2, [4, 5]), (11, 4, [2, 3, 3, 3]), (6, 1, [6])),
        *((3, 4, [1, 1, 1, 1]), (1, 2, [1, 1])),  # no network can work on nothing
    ],
)
def test_towers_have_as_many_images_as_can_be(count: int, towers: int, shares: list[int]) -> None:
    seen: list[int] = []

    def network(images: tf.Tensor) -> tf.Tensor:
        seen.append(len(images))
        return 2 * images

    images = tf.range(float(count))[:, tf.newaxis]
    np.testing.assert_array_equal(side_by_side(network, images, towers), 2 * images)
    assert seen == shares


def _added_up(towers: int, count: int) -> tuple[float, float]:
    network = keras.Sequential([keras.Input((3,)), keras.layers.Activation("linear")])
    images = tf.reshape(tf.range(3.0 * count), (count, 3))

    def sums(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        asked = tf.reduce_sum(labels, axis=1)
        return tf.reduce_sum(asked * network(images)[:, 0]), tf.reduce_sum(asked)

    one, other = Towers(network, towers).add_up(sums, images, tf.eye(count, 40))
    return float(one), float(other)


@pytest.mark.parametrize("count", [1, 2, 3, 9, 16])
def test_every_image_counts_once(count: int) -> None:
    assert _added_up(3, count) == _added_up(1, count) == (1.5 * count * (count - 1), count)


def _normalizing(kind: type[keras.Layer], shape: tuple[int, ...]) -> keras.Model:
    network = keras.Sequential([keras.Input(shape), kind(momentum=0.9, name="normalization")])
    network.layers[0].moving_mean.assign([1.0, -2.0, 3.0])
    network.layers[0].moving_variance.assign([0.5, 1.5, 2.5])
    return network


@pytest.mark.parametrize("kind", [keras.layers.BatchNormalization, FusedBatchNormalization])
@pytest.mark.parametrize("shape", [(4, 5, 3), (3,)])
def test_moving_averages_move_once_by_the_mean_of_what_towers_saw(
    kind: type[keras.Layer], shape: tuple[int, ...]
) -> None:
    """That of what two cards keep that are not synchronized: each has moments of its own."""
    network = _normalizing(kind, shape)
    images = np.random.default_rng(0).normal(3.0, 2.0, (7, *shape)).astype(np.float32)

    @tf.function
    def step() -> tuple[tf.Tensor, tf.Tensor]:
        def sums(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return tf.reduce_sum(network(images, training=True) ** 3), tf.reduce_sum(labels)

        return Towers(network, 2).add_up(sums, tf.constant(images), tf.ones((7, 2)))

    told, _ = step()
    axes = tuple(range(len(shape)))
    halves = [half.astype(np.float64) for half in (images[:3], images[3:])]
    means = [half.mean(axes) for half in halves]
    variances = [half.var(axes) for half in halves]
    layer = network.layers[0]
    expected = 0.9 * np.array([1.0, -2.0, 3.0]) + 0.1 * np.mean(means, axis=0)
    np.testing.assert_allclose(layer.moving_mean, expected, rtol=1e-5)
    expected = 0.9 * np.array([0.5, 1.5, 2.5]) + 0.1 * np.mean(variances, axis=0)
    np.testing.assert_allclose(layer.moving_variance, expected, rtol=1e-5)
    made = [(h - m) / np.sqrt(v + 1e-3) for h, m, v in zip(halves, means, variances, strict=True)]
    assert float(told) == pytest.approx(sum((half**3).sum() for half in made), rel=1e-3, abs=1e-2)


def test_a_frozen_layer_keeps_its_statistics() -> None:
    network = _normalizing(FusedBatchNormalization, (4, 5, 3))
    network.layers[0].trainable = False
    before = network.get_weights()

    def sums(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.reduce_sum(network(images, training=True)), tf.reduce_sum(labels)

    Towers(network, 2).add_up(sums, tf.ones((4, 4, 5, 3)), tf.ones((4, 2)))
    for one, other in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", [ByteDropout, keras.layers.Dropout])
def test_each_tower_drops_places_of_its_own_and_seeds_move_once(kind: type[keras.Layer]) -> None:
    network = keras.Sequential([keras.Input((256,)), kind(0.5, seed=3)])
    (seed,) = network.variables
    masks: list[np.ndarray] = []

    def sums(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        masks.append(network(images, training=True).numpy() > 0)
        return tf.constant(0.0), tf.constant(0.0)

    def step(towers: int) -> None:
        Towers(network, towers).add_up(sums, tf.ones((12, 256)), tf.ones((12, 2)))

    begin = seed.numpy()
    step(3), step(3)
    after = seed.numpy()
    seed.assign(begin)
    network(tf.ones((4, 256)), training=True), network(tf.ones((4, 256)), training=True)
    np.testing.assert_array_equal(after, seed.numpy())
    for number, one in enumerate(masks):
        for other in masks[:number]:  # independent: of a thousand places, half are alike
            assert 0.42 < np.mean(one == other) < 0.58
    seed.assign(begin)
    step(3)
    for one, again in zip(masks[:3], masks[6:], strict=True):
        np.testing.assert_array_equal(one, again)


def test_cores_are_shared_out_before_tensorflow_begins() -> None:
    """Where it is imported, but nothing was asked of it: as a worker does."""
    run_python("""
import os
import core.training.engine
from core.models.towers import share_cores
import tensorflow as tf

share_cores(1)
assert tf.config.threading.get_inter_op_parallelism_threads() == 0, "as TensorFlow has it"
os.cpu_count = lambda: 7
share_cores(3)
tf.constant(1.0) + 1.0
found = tf.config.threading
assert found.get_inter_op_parallelism_threads() == 3
assert found.get_intra_op_parallelism_threads() == 2
share_cores(3)  # the same again changes nothing
""")
