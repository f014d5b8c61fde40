"""Initial weights that Keras has not. They never reach a saved model, which has weights already."""

from __future__ import annotations

from typing import Any, Final

import keras
import numpy as np


class Dirac(keras.initializers.Initializer):
    """Kernels that hand on what they get (Zagoruyko and Komodakis 2017, "DiracNets").

    Of a convolution the first filters, as many as there are channels, are each 1 at the middle of
    a channel of its own and 0 elsewhere; the others are uniform within 1 / sqrt(fan in), PyTorch's
    default (Jordan 2024, section 3.3). A network begins as a short one, and its depth is learned.

    Args:
        depthwise: of kernels (H, W, C, 1), a filter a channel: each hands on its own.
    """

    def __init__(self, *, depthwise: bool = False) -> None:
        self.depthwise = depthwise

    def __call__(self, shape: Any, dtype: Any = None, **_: Any) -> Any:
        """Shape: (H, W, C, F) of a convolution's kernel."""
        height, width, channels, filters = shape
        middle = height // 2, width // 2
        if self.depthwise:
            kernel = np.zeros(shape, np.float32)
            kernel[(*middle, slice(None), slice(None))] = 1.0
            return keras.ops.convert_to_tensor(kernel, dtype)
        others = keras.initializers.VarianceScaling(1.0 / 3.0, "fan_in", "uniform")
        kernel = np.array(others(shape, "float32"))
        handed_on = range(min(channels, filters))
        kernel[..., : len(handed_on)] = 0.0
        for channel in handed_on:
            kernel[(*middle, channel, channel)] = 1.0
        return keras.ops.convert_to_tensor(kernel, dtype)

    def get_config(self) -> dict[str, Any]:
        """What it is made with."""
        return {"depthwise": self.depthwise}


class SmallNormal(keras.initializers.Initializer):
    """Normal with a standard deviation of 1 / fan in: outputs begin near 0, all classes alike.

    So begins the head in cifar10-airbench (Jordan 2024), whose logits are divided by its inputs.
    """

    def __call__(self, shape: Any, dtype: Any = None, **_: Any) -> Any:
        """Shape: (inputs, units) of a dense layer's kernel."""
        return keras.initializers.RandomNormal(stddev=1.0 / shape[0])(shape, dtype)

    def get_config(self) -> dict[str, Any]:
        """What it is made with: nothing."""
        return {}


_OURS: Final = {"dirac": Dirac, "small_normal": SmallNormal}


def initializer(name: str, *, depthwise: bool = False) -> Any:
    """What Keras is to be given for the name of an initializer.

    Args:
        depthwise: of kernels (H, W, C, 1), a filter a channel.
    """
    if name == "dirac":
        return Dirac(depthwise=depthwise)
    return _OURS[name]() if name in _OURS else name


def is_ours(config: Any) -> bool:
    """Whether what Keras has made of an initializer, to be written down, is one of these."""
    ours = {kind.__name__ for kind in _OURS.values()}
    return isinstance(config, dict) and config.get("class_name") in ours
