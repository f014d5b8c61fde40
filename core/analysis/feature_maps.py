"""What every layer makes of one picture, and how to lay its channels out to be seen.

Takes a loaded Keras model. Knows nothing of pages or runs.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

_SAME = 1e-8  # the deviation of a channel that is the same everywhere


def layer_names(model: Any) -> list[str]:
    """The layers that compute something, in order; the input itself is left out."""
    return [layer.name for layer in _computing_layers(model)]


def _computing_layers(model: Any) -> list[Any]:
    return [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]


def activations(model: Any, image: np.ndarray) -> dict[str, np.ndarray]:
    """Every layer's output for one picture, from a single forward pass.

    Args:
        model: a functional Keras model that takes pixels 0..255.
        image: (H, W, C) uint8

    Returns: layer name -> (h, w, c) float32; a layer without rows and columns, such as a
        dense one, gives (1, 1, units).
    """
    import keras  # late: it brings TensorFlow with it

    layers = _computing_layers(model)
    probe = keras.Model(model.input, [layer.output for layer in layers])
    outputs = probe(np.asarray(image, dtype=np.float32)[None], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return {
        layer.name: _as_maps(keras.ops.convert_to_numpy(keras.ops.cast(output, "float32")))
        for layer, output in zip(layers, outputs, strict=True)
    }


def _as_maps(output: np.ndarray) -> np.ndarray:
    """(1, h, w, c) or (1, units) -> (h, w, c)"""
    return output[0] if output.ndim == 4 else output.reshape(1, 1, -1)


def is_flat(maps: np.ndarray) -> bool:
    """Whether a layer gave single numbers, (1, 1, units), and not maps."""
    return maps.shape[:2] == (1, 1)


def dead_channels(maps: np.ndarray) -> list[int]:
    """The channels that answer the same everywhere: they tell nothing of this picture.

    Of single numbers those that are 0, as a unit is that its activation has cut off.

    Args:
        maps: (h, w, c) float32
    """
    values = _finite(maps)
    flat = is_flat(maps)
    dead = values[0, 0] == 0.0 if flat else values.std(axis=(0, 1)) < _SAME
    return [int(channel) for channel in np.flatnonzero(dead)]


def sheet(maps: np.ndarray, per_row: int = 16) -> np.ndarray:
    """Every channel beside the others as steps of a colour map, 0 the darkest.

    Each channel is scaled on its own, to mean 128 and a standard deviation of 64, as in the
    cats-and-dogs write-up; one that is the same everywhere is 0.

    Args:
        maps: (h, w, c) float32
        per_row: channels a row; fewer where there are not so many.

    Returns: (rows * h, per_row * w) uint8
    """
    height, width, channels = maps.shape
    per_row = min(per_row, channels)
    rows = -(-channels // per_row)
    steps = np.zeros((rows * per_row, height, width), dtype=np.uint8)
    steps[:channels] = np.moveaxis(_scaled(maps), 2, 0)
    laid = steps.reshape(rows, per_row, height, width).swapaxes(1, 2)
    return laid.reshape(rows * height, per_row * width)


def ranges(maps: np.ndarray) -> list[tuple[float, float]]:
    """The smallest and the largest answer of each channel."""
    values = _finite(maps)
    low, high = values.min(axis=(0, 1)), values.max(axis=(0, 1))
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _finite(maps: np.ndarray) -> np.ndarray:
    return np.nan_to_num(maps.astype(np.float64), posinf=0.0, neginf=0.0)


def _scaled(maps: np.ndarray) -> np.ndarray:
    """(h, w, c) float32 -> (h, w, c) uint8; a channel that is the same everywhere gives 0."""
    values = _finite(maps)
    centred = values - values.mean(axis=(0, 1), keepdims=True)
    deviation = centred.std(axis=(0, 1), keepdims=True)
    same = deviation < _SAME
    unit = np.where(same, -2.0, centred / np.where(same, 1.0, deviation))
    return np.clip(unit * 64.0 + 128.0, 0.0, 255.0).astype(np.uint8)


@cache
def viridis() -> np.ndarray:
    """Viridis in 256 steps, without matplotlib.  # (256, 3) uint8"""
    from plotly.colors import hex_to_rgb, sequential

    anchors = np.array([hex_to_rgb(colour) for colour in sequential.Viridis], dtype=np.float64)
    places = np.linspace(0.0, 255.0, len(anchors))
    steps = np.arange(256.0)
    table = np.stack([np.interp(steps, places, anchors[:, i]) for i in range(3)], axis=1)
    return np.round(table).astype(np.uint8)
