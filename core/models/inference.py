"""What a loaded model says of images, as probabilities of every class.

Takes a model that is already loaded, so importing this needs no TensorFlow.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from core.machine import hide_gpu_from_this_process
from core.models.importing import light_imports

_ONE = threading.Lock()
_PREPARED = threading.Event()
_WANTED = threading.Event()  # somebody waits for it
_NAP = 0.01  # seconds


def prepare_server(give_way: Callable[[], bool] | None = None) -> None:
    """Leave the whole GPU to the worker, and every page its speed. Imports TensorFlow.

    For the server's process, before anything else there needs TensorFlow. Threads that ask
    at once wait for the one that was first.

    Args:
        give_way: for a caller that is in no hurry: asked again and again, and while it says yes
            the import rests. Not asked any more once somebody calls this without.
    """
    if give_way is None:
        _WANTED.set()
    with _ONE:
        if _PREPARED.is_set():
            return
        hide_gpu_from_this_process()
        with light_imports(partial(_rest, give_way) if give_way else None):
            import keras

        # Streamlit clears Keras's session after each run of a script; the garbage collection
        # in it takes 0.2 s, on every page and of every session from then on.
        keras.backend.clear_session = partial(keras.utils.clear_session, free_memory=False)
        _PREPARED.set()


def _rest(give_way: Callable[[], bool]) -> None:
    """Raises nothing: TensorFlow half imported could not be imported again."""
    with suppress(Exception):
        while not _WANTED.is_set() and give_way():
            time.sleep(_NAP)


def is_prepared() -> bool:
    """True once TensorFlow is loaded, so that asking a network takes no time to speak of."""
    return _PREPARED.is_set()


def as_graph(model: Any, towers: int = 1) -> Callable[..., Any]:
    """The model as one graph, to be asked in the model's place: image by image several times
    faster, as no layer is called from Python. Asked once here, so that what that builds is built.

    Args:
        model: a loaded Keras model that takes pixels 0..255.
        towers: into which images are cut, in a process that shares its cores out over so many.
    """
    import tensorflow as tf  # the model has brought it

    from core.models.towers import side_by_side

    network = partial(model, training=False)
    pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    graph = tf.function(
        lambda images: side_by_side(network, images, towers),
        input_signature=[pixels],
        autograph=False,
    )
    graph(np.zeros((1, *model.input_shape[1:]), dtype=np.float32))
    return lambda images, training=False: graph(images)


def predict_probabilities(
    model: Any, images: np.ndarray, num_classes: int, batch_size: int = 256
) -> np.ndarray:
    """The probability of each class for each image.

    Args:
        model: a loaded Keras model that takes pixels 0..255, or one as_graph.
        images: (N, H, W, C) uint8 or float32, 0..255.
        num_classes: K.

    Returns: (N, K) float32, rows sum to 1

    Raises:
        ValueError: the model tells another number of classes apart.
    """
    if not len(images):
        return np.zeros((0, num_classes), dtype=np.float32)
    outputs = [
        np.asarray(model(images[i : i + batch_size].astype(np.float32), training=False))
        for i in range(0, len(images), batch_size)
    ]
    return class_probabilities(np.concatenate(outputs), num_classes)


def class_probabilities(outputs: np.ndarray, num_classes: int) -> np.ndarray:
    """A model's outputs with a column a class.

    Args:
        outputs: (N, K), or (N, 1) of a sigmoid head: the second of two classes' probability.

    Returns: (N, K) float32

    Raises:
        ValueError: quoting the number of outputs that does not fit.
    """
    probabilities = outputs.astype(np.float32)
    if probabilities.shape[1] == 1 and num_classes == 2:
        probabilities = np.concatenate([1.0 - probabilities, probabilities], axis=1)
    if probabilities.shape[1] != num_classes:
        raise ValueError(
            f"the model has {probabilities.shape[1]} outputs, but there are {num_classes} classes"
        )
    return probabilities


def logit_names(classes: Sequence[str], num_logits: int) -> Sequence[str]:
    """What each number of the head speaks for: its class, or of a sigmoid head's one number,
    as in class_probabilities, the second of two.
    """
    if num_logits == 1 and len(classes) == 2:
        return [f"{classes[1]} rather than {classes[0]}"]
    return classes
