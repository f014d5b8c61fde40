"""Bases against keras.applications: numbers on paper, the same maps, stock when saved."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from core.config import BASES, ArchitectureConfig, BaseName, DenseConfig
from core.errors import ConfigError, ModelError
from core.models.bases import fine_tuned
from core.models.builder import build_model
from core.models.export import load_model, save_model, to_stock
from core.models.plan import plan_layers, smallest_side

# The others are many times as large, and building them takes a minute.
NAMES = [
    pytest.param(name, marks=[] if name == "mobilenet_v3_small" else pytest.mark.slow)
    for name in BASES
]


def architecture(name: BaseName) -> ArchitectureConfig:
    return ArchitectureConfig(
        base=name,
        flatten="global_average",
        flatten_dropout=0.2,
        dense=(DenseConfig(units=8),),
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", [32, 75])
def test_the_numbers_are_those_of_keras(name: BaseName, side: int):
    base = BASES[name]
    stock = getattr(keras.applications, base.application)(
        include_top=False, weights=None, input_shape=(side, side, 3)
    )
    assert stock.output_shape[1:] == base.output_shape(side, side)
    assert stock.count_params() == base.parameters
    normalized = keras.layers.BatchNormalization
    trained = [
        v
        for layer in stock.layers
        if not isinstance(layer, normalized)
        for v in layer.trainable_variables
    ]
    assert sum(int(np.prod(v.shape)) for v in trained) == base.trained_on
    if side % 32 == 0:
        assert sum(map(_multiply_adds, stock.layers)) == base.multiply_adds(side, side)


def _multiply_adds(layer: keras.Layer) -> int:
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return 0
    positions = layer.output.shape[1:3] if len(layer.output.shape) == 4 else ()
    return int(np.prod(kernel.shape)) * int(np.prod(positions))


@pytest.mark.parametrize("name", NAMES)
def test_a_network_with_a_base_matches_its_plan_and_is_stock_when_saved(
    name: BaseName, tmp_path: Path
):
    plan = plan_layers(architecture(name), (40, 40, 3), 3)
    network = build_model(architecture(name), (40, 40, 3), 3)
    assert network.count_params() == sum(item.parameters for item in plan)
    trained = sum(int(np.prod(v.shape)) for v in network.trainable_variables)
    assert trained == sum(item.trainable_parameters for item in plan)
    for item in plan[1:]:
        assert network.get_layer(item.name).output.shape[1:] == item.output_shape
    for layer in fine_tuned(network, plan):
        layer.trainable = True
    more = sum(int(np.prod(v.shape)) for v in network.trainable_variables)
    assert more == trained + BASES[name].trained_on
    save_model(network, tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert all(type(layer).__module__.startswith("keras.") for layer in loaded.layers)
    images = np.random.default_rng(0).uniform(0, 255, (2, 40, 40, 3)).astype(np.float32)
    assert np.allclose(
        loaded.predict(images, verbose=0), network.predict(images, verbose=0), atol=1e-5
    )


@pytest.mark.parametrize("name", NAMES)
def test_it_sees_pixels_as_keras_prepares_them(name: BaseName):
    """The maps of the same weights are those of the stock network after its own preprocessing."""
    base = BASES[name]
    network = to_stock(build_model(architecture(name), (64, 64, 3), 3))
    stock = getattr(keras.applications, base.application)(
        include_top=False, weights=None, input_shape=(64, 64, 3)
    )
    count = len(stock.weights)
    stock.set_weights([w.numpy() for w in network.weights[:count]])
    images = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    module = {
        "MobileNetV3Small": keras.applications.mobilenet_v3,
        "MobileNetV3Large": keras.applications.mobilenet_v3,
        "EfficientNetV2B0": keras.applications.efficientnet_v2,
        "ResNet50V2": keras.applications.resnet_v2,
    }[base.application]
    expected = stock.predict(module.preprocess_input(images.copy()), verbose=0)
    pooled = keras.Model(network.inputs, network.get_layer("global_average").output)
    assert np.allclose(
        pooled.predict(images, verbose=0), expected.mean(axis=(1, 2)), rtol=1e-3, atol=1e-4
    )


def test_grey_images_stand_for_three_colours():
    grey = build_model(architecture("mobilenet_v3_small"), (32, 32, 1), 3)
    colour = build_model(architecture("mobilenet_v3_small"), (32, 32, 3), 3)
    colour.set_weights(grey.get_weights())
    image = np.random.default_rng(2).uniform(0, 255, (2, 32, 32, 1)).astype(np.float32)
    one, other = (
        to_stock(grey).predict(image, verbose=0),
        to_stock(colour).predict(image.repeat(3, axis=-1), verbose=0),
    )
    assert np.allclose(one, other, atol=1e-5)


def test_what_does_not_fit_is_said(tmp_path: Path):
    chosen = architecture("mobilenet_v3_small")
    assert smallest_side(chosen) == 32
    with pytest.raises(ConfigError, match="MobileNetV3 small gets images of 28x28 and needs 32x32"):
        plan_layers(chosen, (28, 28, 1), 10)
    wrong = tmp_path / "weights.h5"
    wrong.write_bytes(b"no weights")
    with pytest.raises(ModelError, match=r"weights\.h5 cannot be read as the weights of Mobile"):
        build_model(chosen, (32, 32, 3), 3, base_weights=wrong)
