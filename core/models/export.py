"""Models to and from `.keras` files that stock Keras opens on its own.

A saved model has stock layers only, the float32 policy, and its preprocessing inside:
it takes pixels 0..255. Knows nothing of runs.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import keras

from core.errors import ModelError
from core.files import replacing
from core.models.layers import ByteDropout, FusedBatchNormalization

_STOCK: dict[type[keras.Layer], type[keras.Layer]] = {
    FusedBatchNormalization: keras.layers.BatchNormalization,
    ByteDropout: keras.layers.Dropout,
}


def to_stock(model: keras.Model) -> keras.Model:
    """A copy with stock layers, the float32 policy and the same weights."""
    clone = keras.models.clone_model(model, clone_function=_stock_layer)
    clone.set_weights(model.get_weights())
    return clone


def save_model(model: keras.Model, path: Path) -> None:
    """Save a stock copy of the model, whole or not at all.

    Args:
        model: any model that `build_model` made.
        path: where to; its folder must exist. A file already there is replaced.
    """
    with replacing(Path(path)) as temporary:  # keeps the suffix, on which Keras insists
        to_stock(model).save(temporary)


def load_model(path: Path) -> keras.Model:
    """Load a saved model; nothing in the file can run code (`safe_mode`).

    Raises:
        ModelError: there is no such file, or it is not a whole Keras model.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"There is no model at {path}.", "Train one first.")
    if not zipfile.is_zipfile(path):
        raise ModelError(f"{path} is not a Keras model, or only a part of one.")
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise ModelError(f"{path} cannot be opened as a Keras model: {reason}") from error


def _stock_layer(layer: keras.Layer) -> keras.Layer:
    config = {**layer.get_config(), "dtype": "float32"}
    return _STOCK.get(type(layer), type(layer)).from_config(config)
