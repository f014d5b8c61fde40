"""Networks of keras.applications as the beginning of ours, layer by layer in one model.

Their layers bear Keras's names and are stock, so a saved model opens in stock Keras, and feature
maps show them all. Knows nothing of where weights come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras

from core.config import BASES, Base, BaseName
from core.errors import ModelError
from core.models.plan import BASE, LayerPlan

_OWN = ("pixels", "preprocessing", "rgb")  # of every model that begins with a base


def base_preprocessing(name: BaseName) -> keras.layers.Layer:
    """What a base wants of pixels 0..255; most of them scale pixels themselves."""
    common: dict[str, Any] = {"dtype": "float32", "name": "preprocessing"}
    if BASES[name].from_minus_one:
        return keras.layers.Rescaling(1.0 / 127.5, offset=-1.0, **common)
    return keras.layers.Rescaling(1.0, **common)


def attach_base(name: BaseName, images: Any, weights: Path | None) -> Any:
    """The maps that a base makes of images, all of its layers at rest and not trained.

    Its dropout stays off, also where it is fine-tuned (the guide of Keras, "Transfer learning and
    fine-tuning"); pixels are prepared in float32 whatever the policy.

    Args:
        images: (N, H, W, 1 or 3), preprocessed; grey ones stand for red, green and blue alike.
        weights: the file of its weights; None: random ones.

    Returns: (N, h, w, channels), see Base.output_shape.

    Raises:
        ModelError: the weights do not fit, or cannot be read.
    """
    base = BASES[name]
    if images.shape[-1] == 1:
        images = keras.layers.Concatenate(dtype="float32", name="rgb")([images] * 3)
    application = getattr(keras.applications, base.application)
    try:
        model = application(
            include_top=False,
            weights=None if weights is None else str(weights),
            input_tensor=images,
        )
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(base, weights) from error
    for layer in model.layers:
        layer.trainable = False
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
        elif isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization):
            layer.dtype_policy = "float32"
    return model.output


def fine_tuned(network: keras.Model, plan: Iterable[LayerPlan]) -> list[keras.layers.Layer]:
    """The layers of a base that a second phase trains: all but its batch normalization.

    Its moving statistics are of millions of photos; those of small batches would spoil them
    (the guide of Keras, "Transfer learning and fine-tuning").
    """
    own = {*_OWN, *(item.name for item in plan if item.name != BASE)}
    return [
        layer
        for layer in network.layers
        if layer.name not in own and not isinstance(layer, keras.layers.BatchNormalization)
    ]


def _unreadable(base: Base, weights: Path | None) -> ModelError:
    name = weights.name if weights is not None else base.weights
    return ModelError(
        f"{name} cannot be read as the weights of {base.title}.",
        "Delete it, then download it on Design.",
    )
