"""Outputs of a model as probabilities of every class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.models.inference import as_graph, logit_names, predict_probabilities
from tests.processes import run_python


def _model(outputs: int, activation: str) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(outputs, activation=activation),
        ]
    )


def test_batches_make_no_difference() -> None:
    tensors = np.random.default_rng(0).integers(0, 256, (7, 8, 8, 1), dtype=np.uint8)
    model = _model(3, "softmax")
    probabilities = predict_probabilities(model, tensors, 3, batch_size=3)
    assert probabilities.shape == (7, 3) and probabilities.dtype == np.float32
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(probabilities, predict_probabilities(model, tensors, 3), atol=1e-6)
    assert predict_probabilities(model, tensors[:0], 3).shape == (0, 3)


def test_a_sigmoid_head_gives_both_classes() -> None:
    tensors = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1), dtype=np.uint8)
    model = _model(1, "sigmoid")
    probabilities = predict_probabilities(model, tensors, 2)
    raw = np.asarray(model(tensors.astype(np.float32)))[:, 0]
    assert np.allclose(probabilities, np.stack([1 - raw, raw], axis=1), atol=1e-6)


def test_a_sigmoid_heads_one_number_speaks_for_the_second_class() -> None:
    assert list(logit_names(("cats", "dogs"), 1)) == ["dogs rather than cats"]
    assert list(logit_names(("cats", "dogs"), 2)) == ["cats", "dogs"]


def test_outputs_that_do_not_fit_the_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="3 outputs, but there are 2 classes"):
        predict_probabilities(_model(3, "softmax"), np.zeros((1, 8, 8, 1), dtype=np.uint8), 2)


@pytest.mark.parametrize(("outputs", "activation"), [(3, "softmax"), (1, "sigmoid")])
def test_a_graph_answers_as_the_model_does(outputs: int, activation: str) -> None:
    tensors = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 1), dtype=np.uint8)
    model = _model(outputs, activation)
    expected = predict_probabilities(model, tensors, max(outputs, 2))
    graph = as_graph(model)
    one_by_one = [predict_probabilities(graph, image[None], max(outputs, 2)) for image in tensors]
    assert np.abs(np.concatenate(one_by_one) - expected).max() < 1e-6


def test_one_thread_goes_without_scikit_learn_and_the_others_do_not() -> None:
    code = """
import sys, threading
from core.models.importing import light_imports
from core.models.inference import prepare_server
with light_imports():
    try:
        import sklearn
    except ImportError:
        pass
    else:
        sys.exit("this thread found it")
    def other():
        import sklearn
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    if "sklearn" not in sys.modules:
        sys.exit("the other thread did not find it")
for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
    del sys.modules[name]
prepare_server()
if "sklearn" in sys.modules:
    sys.exit("Keras has brought it")
from sklearn.datasets import load_digits
"""
    run_python(code)


def test_an_import_in_no_hurry_rests_and_holds_nobody_up() -> None:
    """It rests in the middle of TensorFlow; others import what they like, until one needs it."""
    code = """
import sys, threading, time
from core.models.inference import is_prepared, prepare_server
resting = threading.Event()
def give_way():
    if "tensorflow.python" in sys.modules:
        resting.set()
    elif "tensorflow" in sys.modules:
        raise OSError("what is asked cannot be told")
    return resting.is_set()
threading.Thread(target=prepare_server, args=(give_way,), daemon=True).start()
if not resting.wait(60):
    sys.exit("it never rested")
import sqlite3, scipy.ndimage
time.sleep(0.3)
if is_prepared():
    sys.exit("it did not rest")
prepare_server()
import keras
keras.Input((2,))
"""
    run_python(code)
