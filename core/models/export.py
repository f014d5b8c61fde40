"""Models to and from `.keras` files that stock Keras opens on its own.

A saved model has stock layers only, the float32 policy, and its preprocessing inside:
it takes pixels 0..255. Knows nothing of runs.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import keras

from core.errors import ModelError, ReadingError
from core.files import replacing
from core.models.layers.initializers import is_ours
from core.models.layers.quick import (
    ByteDropout,
    CompiledActivation,
    FusedBatchNormalization,
    SteppedConv2D,
    SteppedDepthwiseConv2D,
)
from core.reading import is_file, name_of, opened

_STOCK: dict[type[keras.Layer], type[keras.Layer]] = {
    FusedBatchNormalization: keras.layers.BatchNormalization,
    ByteDropout: keras.layers.Dropout,
    CompiledActivation: keras.layers.Activation,
    SteppedConv2D: keras.layers.Conv2D,
    SteppedDepthwiseConv2D: keras.layers.DepthwiseConv2D,
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
    _refuse_oversized(path)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        # Keras answers a file that was edited with whatever breaks first: an ImportError, a
        # RecursionError, an AttributeError; and with words about its own classes and code.
        raise ModelError(
            f"{name_of(path)} cannot be opened as a Keras model. It is damaged, or was edited.",
            _ANOTHER,
        ) from error


def load_model_for(path: Path, image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    """Load a run's model, which takes its images and tells its classes apart.

    Args:
        image_shape: (H, W, C)

    Raises:
        ModelError: as load_model, or it is another network than the run trained.
    """
    model = load_model(path)
    taken = tuple(getattr(model, "input_shape", None) or ())
    if taken != (None, *image_shape):
        raise ModelError(
            f"{name_of(path)} takes images of another shape, {taken[1:]}, than those that the "
            f"run was trained on, {image_shape}.",
            _ANOTHER,
        )
    given = tuple(getattr(model, "output_shape", None) or ())
    if given not in ((None, num_classes), (None, 1) if num_classes == 2 else ()):
        raise ModelError(
            f"{name_of(path)} tells other classes apart than the {num_classes} of the run.",
            _ANOTHER,
        )
    return model


_ANOTHER = "Choose another run, or train this one again."
# What a description of a network takes is some kilobytes; weights are stored as they are.
_MOST_DESCRIPTION = 64 * 2**20
_MOST_BYTES = 16 * 2**30


def _refuse_oversized(path: Path) -> None:
    """Look at the sizes in the file before anything of it is read into memory."""
    if not is_file(path):
        raise ModelError(f"There is no model at {path}.", "Train one first.")
    try:
        with opened(path) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            packed = os.fstat(file.fileno()).st_size
    except (ReadingError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ModelError(
            f"{name_of(path)} is not a Keras model, or only a part of one.", _ANOTHER
        ) from error
    described = sum(member.file_size for member in members if member.filename.endswith(".json"))
    whole = sum(member.file_size for member in members)
    if described > _MOST_DESCRIPTION or whole > min(_MOST_BYTES, 20 * packed + _MOST_DESCRIPTION):
        raise ModelError(
            f"{name_of(path)} would take {whole / 1e9:,.1f} GB of memory, which no network that "
            "was trained here does.",
            _ANOTHER,
        )


def _stock_layer(layer: keras.Layer) -> keras.Layer:
    if not isinstance(layer, keras.Layer):  # a sum in a network of keras.applications
        return type(layer).from_config(layer.get_config())
    config = {**layer.get_config(), "dtype": "float32"}
    if "synchronized" in config:
        config["synchronized"] = False  # of the cards that trained it
    for name in ("kernel_initializer", "depthwise_initializer"):
        if is_ours(config.get(name)):
            del config[name]  # its weights are set; Keras's own word for the initial ones stands
    return _STOCK.get(type(layer), type(layer)).from_config(config)
