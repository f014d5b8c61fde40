"""Feature maps of a real, small network, and the sheet that shows them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.analysis.feature_maps import activations, layer_names, tile, viridis

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


def test_tile_lays_channels_out_in_rows() -> None:
    maps = np.random.default_rng(1).normal(size=(6, 4, 20)).astype(np.float32)
    sheet = tile(maps, per_row=16, gap=1)
    assert sheet.shape == (2 * 7 - 1, 16 * 5 - 1, 3)
    assert sheet.dtype == np.uint8
    one = maps[:, :, 17]
    scaled = np.clip((one - one.mean()) / one.std() * 64 + 128, 0, 255).astype(np.uint8)
    assert np.array_equal(sheet[7:13, 5:9], viridis()[scaled])


def test_tile_scales_every_channel_on_its_own() -> None:
    maps = np.random.default_rng(1).normal(size=(6, 4, 1)).astype(np.float32)
    sheet = tile(np.concatenate([maps, maps * 1000 + 7], axis=2), gap=0)
    assert np.array_equal(sheet[:, :4], sheet[:, 4:])


def test_tile_of_a_channel_that_is_the_same_everywhere() -> None:
    sheet = tile(np.zeros((3, 3, 1), dtype=np.float32))
    assert np.all(sheet == viridis()[128])


def test_tile_of_a_dense_layer_shows_its_units_apart() -> None:
    sheet = tile(np.array([[[0.0, 1.0, 2.0]]], dtype=np.float32), gap=0)
    assert sheet.shape == (1, 3, 3)
    assert len(np.unique(sheet.reshape(-1, 3), axis=0)) == 3


def test_viridis_runs_from_violet_to_yellow() -> None:
    table = viridis()
    assert table.shape == (256, 3)
    assert table[0].tolist() == [0x44, 0x01, 0x54]
    assert table[255].tolist() == [0xFD, 0xE7, 0x25]
    assert np.abs(np.diff(table.astype(int), axis=0)).max() <= 4
