"""Feature maps of a real, small network, and the sheet that shows them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.analysis.feature_maps import (
    activations,
    dead_channels,
    is_flat,
    layer_names,
    ranges,
    sheet,
    viridis,
)

IMAGE = np.random.default_rng(0).integers(0, 256, (12, 10, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def model() -> Any:
    import keras

    pixels = keras.Input((12, 10, 3), name="pixels")
    x = keras.layers.Rescaling(1 / 255, name="rescale")(pixels)
    x = keras.layers.Conv2D(5, 3, name="block1_conv1")(x)
    x = keras.layers.MaxPooling2D(name="block1_pool")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    outputs = keras.layers.Dense(4, activation="softmax", name="probabilities")(x)
    return keras.Model(pixels, outputs)


def test_all_layers_from_one_pass(model: Any) -> None:
    maps = activations(model, IMAGE)
    names = ["rescale", "block1_conv1", "block1_pool", "flatten", "probabilities"]
    assert list(maps) == layer_names(model) == names
    shapes = [maps[name].shape for name in names]
    assert shapes == [(12, 10, 3), (10, 8, 5), (5, 4, 5), (1, 1, 100), (1, 1, 4)]
    assert all(values.dtype == np.float32 for values in maps.values())
    assert np.allclose(maps["rescale"], IMAGE / 255, atol=1e-6)
    expected = np.asarray(model(IMAGE[None].astype(np.float32)))[0]
    assert np.allclose(maps["probabilities"].ravel(), expected, atol=1e-6)


def test_a_sheet_lays_channels_out_in_rows() -> None:
    maps = np.random.default_rng(1).normal(size=(6, 4, 20)).astype(np.float32)
    laid = sheet(maps, per_row=16)
    assert laid.shape == (2 * 6, 16 * 4)
    assert laid.dtype == np.uint8
    one = maps[:, :, 17]
    scaled = np.clip((one - one.mean()) / one.std() * 64 + 128, 0, 255).astype(np.uint8)
    assert np.array_equal(laid[6:12, 4:8], scaled)
    assert not laid[6:, 16:].any()  # places without a channel


def test_every_channel_is_scaled_on_its_own() -> None:
    maps = np.random.default_rng(1).normal(size=(6, 4, 1)).astype(np.float32)
    laid = sheet(np.concatenate([maps, maps * 1000 + 7], axis=2))
    assert np.array_equal(laid[:, :4], laid[:, 4:])


def test_a_channel_that_is_the_same_everywhere_is_dead_and_dark() -> None:
    maps = np.random.default_rng(1).normal(size=(3, 3, 4)).astype(np.float32)
    maps[:, :, 1] = 0.0
    maps[:, :, 3] = 7.0
    assert dead_channels(maps) == [1, 3]
    laid = sheet(maps)
    assert not laid[:, 3:6].any() and not laid[:, 9:].any()
    assert laid[:, :3].any() and laid[:, 6:9].any()


def test_of_single_numbers_those_at_zero_are_dead() -> None:
    numbers = np.array([[[0.0, 1.0, -2.0, 0.0]]], dtype=np.float32)
    assert is_flat(numbers) and not is_flat(np.zeros((1, 2, 4)))
    assert dead_channels(numbers) == [0, 3]


def test_ranges_are_those_of_each_channel_and_finite() -> None:
    maps = np.stack([np.arange(4.0).reshape(2, 2), np.full((2, 2), np.inf)], axis=2)
    assert ranges(maps) == [(0.0, 3.0), (0.0, 0.0)]


def test_viridis_runs_from_violet_to_yellow() -> None:
    table = viridis()
    assert table.shape == (256, 3)
    assert table[0].tolist() == [0x44, 0x01, 0x54]
    assert table[255].tolist() == [0xFD, 0xE7, 0x25]
    assert np.abs(np.diff(table.astype(int), axis=0)).max() <= 4
