"""A base for tests in the place of one that is large and whose weights lie on the web.

`use_small_base` puts a network of three convolutions where mobilenet_v3_small was, with weights
in a Keras home of the test's own; `write_weights` writes random ones of a real base.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.config import BASES, Base

NAME = "mobilenet_v3_small"
_APPLICATION = "SmallForTests"
_LARGE = {"kernel_initializer": "he_normal"}  # of too small numbers rounding makes the most


def use_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Keras keeps weights from now on; it is empty."""
    monkeypatch.setenv("KERAS_HOME", str(folder / "keras"))
    models = folder / "keras" / "models"
    models.mkdir(parents=True)
    return models


def use_small_base(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Base:
    """The small base, and its weights on this machine."""
    import keras

    keras.utils.set_random_seed(7)
    models = use_home(folder, monkeypatch)
    monkeypatch.setattr(keras.applications, _APPLICATION, small_application, raising=False)
    network = small_application(input_tensor=keras.Input((32, 32, 3)))
    generator = keras.random.SeedGenerator(3)
    for variable in network.get_layer("conv_bn").weights:  # statistics as of other photos
        variable.assign(keras.random.uniform(variable.shape, 0.5, 1.5, seed=generator))
    path = models / "small.weights.h5"
    network.save_weights(path)
    base = replace(
        BASES[NAME],
        application=_APPLICATION,
        channels=8,
        parameters=network.count_params(),
        weights=path.name,
        md5=hashlib.md5(path.read_bytes()).hexdigest(),
        size=path.stat().st_size,
    )
    monkeypatch.setitem(BASES, NAME, base)
    return base


def small_application(
    include_top: bool = False, weights: str | None = None, input_tensor: Any = None
) -> Any:
    """Called as keras.applications are: maps of a 32nd of the image's side, 8 channels."""
    import keras
    from keras import layers

    x = layers.Rescaling(1 / 127.5, -1, name="rescaling")(input_tensor)
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False, name="conv", **_LARGE)(x)
    x = layers.BatchNormalization(name="conv_bn")(x)
    x = layers.ReLU(name="conv_relu")(x)
    x = layers.Dropout(0.5, name="conv_drop")(x)
    x = layers.DepthwiseConv2D(3, padding="same", name="expanded_conv_depthwise")(x)
    x = layers.MaxPooling2D(4, name="pool")(x)
    x = layers.Conv2D(8, 4, strides=4, name="expanded_conv_project", **_LARGE)(x)
    network = keras.Model(keras.utils.get_source_inputs(input_tensor), x)
    if weights:
        network.load_weights(weights)
    return network


def write_weights(name: str, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Random weights of a real base, in the format of those on the web."""
    import keras
    from keras.src.legacy.saving import legacy_h5_format

    base = BASES[name]
    application = getattr(keras.applications, base.application)
    network = application(include_top=False, weights=None, input_shape=(32, 32, 3))
    path = models / base.weights
    with legacy_h5_format.h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, network)
    md5 = hashlib.md5(path.read_bytes()).hexdigest()
    monkeypatch.setitem(BASES, name, replace(base, md5=md5, size=path.stat().st_size))
    return path
