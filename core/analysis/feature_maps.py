"""What every layer makes of one picture, and how to lay its channels out to be seen.

Takes a loaded Keras model. Knows nothing of pages or runs.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

_GAP_COLOUR = 128  # a grey that parts the channels on a light and on a dark page


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


def tile(maps: np.ndarray, per_row: int = 16, gap: int = 1) -> np.ndarray:
    """Every channel side by side in viridis colours.

    Each channel is scaled on its own, to mean 128 and a standard deviation of 64, as in the
    cats-and-dogs write-up. A layer of single numbers (1, 1, units) is scaled as a whole: on
    their own all would come out alike.

    Args:
        maps: (h, w, c) float32
        per_row: channels a row.
        gap: grey pixels between channels.

    Returns: (rows * (h + gap) - gap, per_row * (w + gap) - gap, 3) uint8
    """
    height, width, channels = maps.shape
    per_row = min(per_row, channels)
    rows = -(-channels // per_row)
    coloured = viridis()[_scaled(maps)]  # (h, w, c, 3)
    shape = (rows * (height + gap) - gap, per_row * (width + gap) - gap, 3)
    sheet = np.full(shape, _GAP_COLOUR, dtype=np.uint8)
    for channel in range(channels):
        top = (channel // per_row) * (height + gap)
        left = (channel % per_row) * (width + gap)
        sheet[top : top + height, left : left + width] = coloured[:, :, channel]
    return sheet


def _scaled(maps: np.ndarray) -> np.ndarray:
    """(h, w, c) float32 -> (h, w, c) uint8; a channel that is the same everywhere gives 128."""
    values = np.nan_to_num(maps.astype(np.float64), posinf=0.0, neginf=0.0)
    axes = None if values.shape[:2] == (1, 1) else (0, 1)
    centred = values - values.mean(axis=axes, keepdims=True)
    deviation = centred.std(axis=axes, keepdims=True)
    flat = deviation < 1e-8
    unit = np.where(flat, 0.0, centred / np.where(flat, 1.0, deviation))
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
