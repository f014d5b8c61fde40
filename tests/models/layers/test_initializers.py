"""Kernels that hand on what they get."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.models.layers.initializers import Dirac, SmallNormal


@pytest.mark.parametrize(("channels", "filters"), [(3, 8), (8, 3), (5, 5)])
def test_the_first_filters_hand_on_a_channel_each(channels: int, filters: int) -> None:
    images = tf.random.stateless_normal((2, 7, 6, channels), (0, 1))
    layer = keras.layers.Conv2D(filters, 3, padding="same", kernel_initializer=Dirac())
    made = layer(images).numpy()
    shared = min(channels, filters)
    np.testing.assert_allclose(made[..., :shared], images[..., :shared], atol=1e-6)


def test_the_other_filters_are_as_pytorch_draws_them() -> None:
    """torch.nn.Conv2d: uniform within 1 / sqrt(fan in), whose variance is 1 / (3 fan in)."""
    keras.utils.set_random_seed(0)
    kernel = np.asarray(Dirac()((3, 3, 20, 220)))[..., 20:]
    bound = 1.0 / np.sqrt(3 * 3 * 20)
    assert np.abs(kernel).max() <= bound
    assert np.abs(kernel).max() > 0.99 * bound
    assert kernel.var() == pytest.approx(bound**2 / 3.0, rel=0.03)


def test_of_depthwise_kernels_each_hands_on_its_own() -> None:
    images = tf.random.stateless_normal((2, 7, 6, 4), (0, 1))
    layer = keras.layers.DepthwiseConv2D(
        3, padding="same", depthwise_initializer=Dirac(depthwise=True)
    )
    np.testing.assert_allclose(layer(images), images, atol=1e-6)


def test_each_layer_draws_its_own_and_a_seed_repeats_them() -> None:
    def drawn() -> tuple[np.ndarray, np.ndarray]:
        keras.utils.set_random_seed(3)
        return np.asarray(Dirac()((3, 3, 2, 9))), np.asarray(Dirac()((3, 3, 2, 9)))

    (one, two), (again, _) = drawn(), drawn()
    assert not np.array_equal(one, two)
    np.testing.assert_array_equal(one, again)


def test_a_head_of_small_weights_begins_with_all_classes_alike() -> None:
    keras.utils.set_random_seed(0)
    kernel = np.asarray(SmallNormal()((256, 100)))
    assert kernel.std() == pytest.approx(1.0 / 256, rel=0.02)
    assert abs(kernel.mean()) < 1e-4
