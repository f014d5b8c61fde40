"""From a plan to a Keras model that takes pixels and gives probabilities.

Every layer after the preprocessing is the plan's, name for name. Knows nothing of
data sets, of training or of files.

Penalties on weights are in `model.losses`, which who trains adds to the loss.

A model's state is `model.variables`: weights, moving statistics and the seed state of
every Dropout layer. `model.weights` and `save_weights` leave the seeds out, so exact
resuming must go by `model.variables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from core.config import ArchitectureConfig
from core.models.bases import attach_base, base_preprocessing
from core.models.layers.initializers import initializer
from core.models.layers.quick import (
    ByteDropout,
    CompiledActivation,
    FusedBatchNormalization,
    SteppedConv2D,
    SteppedDepthwiseConv2D,
)
from core.models.plan import BASE, INPUT, LayerPlan, plan_layers

# A half-precision softmax loses the small probabilities that the loss is made of.
_FLOAT32_LAYERS = ("head", "probabilities")

_QUICK_LAYERS: dict[str, type[keras.Layer]] = {
    "Activation": CompiledActivation,
    "BatchNormalization": FusedBatchNormalization,
    "Dropout": ByteDropout,
}
_STEPPED_LAYERS: dict[str, type[keras.Layer]] = {
    "Conv2D": SteppedConv2D,
    "DepthwiseConv2D": SteppedDepthwiseConv2D,
}


def build_model(
    architecture: ArchitectureConfig,
    input_shape: tuple[int, int, int],
    num_classes: int,
    *,
    preprocessing: str = "rescale",
    mean: Sequence[float] | None = None,
    variance: Sequence[float] | None = None,
    fused: bool = True,
    synchronized: bool = False,
    base_weights: Path | None = None,
    name: str = "convscope",
) -> keras.Model:
    """Build the network under Keras's current dtype policy.

    Args:
        architecture: the blocks, dense layers and head.
        input_shape: (H, W, C) of the images.
        num_classes: how many classes there are.
        preprocessing: as in RunConfig; a base has its own.
        mean: (C,) of pixels 0..255; only for "standardize".
        variance: (C,) of pixels 0..255; only for "standardize".
        fused: train with the layers of core.models.layers in the stock ones' place.
        synchronized: batch normalization over all devices that share a batch.
        base_weights: the file of the base's weights, where there is a base; None: random ones.
        name: the model's name.

    Returns:
        A functional model from (N, H, W, C) pixels 0..255 to (N, K) float32
        probabilities, (N, 1) with a sigmoid head. Layer "head" gives the logits.

    Raises:
        ConfigError: the network does not fit the input or the classes.
        ModelError: the base's weights cannot be read.
    """
    plan = plan_layers(architecture, input_shape, num_classes)
    pixels = keras.Input(input_shape, dtype="float32", name="pixels")
    base = architecture.base
    if base is None:
        tensors = {INPUT: _preprocessing_layer(preprocessing, mean, variance)(pixels)}
    else:
        tensors = {INPUT: base_preprocessing(base)(pixels)}
        tensors[BASE] = attach_base(base, tensors[INPUT], base_weights)
    for item in plan:
        if item.name in tensors:
            continue
        received = [tensors[source] for source in item.inputs]
        layer = _layer(item, fused, synchronized)
        tensors[item.name] = layer(received if len(received) > 1 else received[0])
    return keras.Model(pixels, tensors[plan[-1].name], name=name)


def _layer(item: LayerPlan, fused: bool, synchronized: bool) -> keras.Layer:
    options = dict(item.options)
    if synchronized and item.type == "BatchNormalization":
        options["synchronized"] = True
    if "l2" in options:
        options["kernel_regularizer"] = keras.regularizers.L2(options.pop("l2"))
    for name in ("kernel_initializer", "depthwise_initializer"):
        if name in options:
            options[name] = initializer(options[name], depthwise=name.startswith("depthwise"))
    if item.name in _FLOAT32_LAYERS:
        options["dtype"] = "float32"
    stock = getattr(keras.layers, item.type)
    steps = options.get("kernel_size") == 1 and "strides" in options
    ours = _STEPPED_LAYERS if steps else _QUICK_LAYERS
    layer = ours.get(item.type, stock) if fused else stock
    return layer(name=item.name, **options)


def _preprocessing_layer(
    kind: str, mean: Sequence[float] | None, variance: Sequence[float] | None
) -> keras.Layer:
    """A stock layer without weights, in float32 whatever the policy: pixels need the digits."""
    common: dict[str, Any] = {"dtype": "float32", "name": "preprocessing"}
    if kind == "rescale":
        return keras.layers.Rescaling(1.0 / 255.0, **common)
    if kind == "samplewise":
        # Each image to mean 0 and standard deviation 1 over all its pixels and channels.
        return keras.layers.LayerNormalization(
            axis=[1, 2, 3], center=False, scale=False, epsilon=1e-6, **common
        )
    if kind != "standardize":
        raise ValueError(
            f"preprocessing is {kind!r}; it must be 'rescale', 'standardize' or 'samplewise'"
        )
    if mean is None or variance is None:
        raise ValueError(
            "preprocessing 'standardize' needs the mean and variance of every channel; "
            f"received mean={mean!r}, variance={variance!r}"
        )
    numbers = {
        "mean": [float(value) for value in mean],
        "variance": [float(value) for value in variance],
    }
    return keras.layers.Normalization(axis=-1, **numbers, **common)
