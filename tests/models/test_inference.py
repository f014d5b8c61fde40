"""Outputs of a model as probabilities of every class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.models.inference import predict_probabilities


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


def test_outputs_that_do_not_fit_the_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="3 outputs, but there are 2 classes"):
        predict_probabilities(_model(3, "softmax"), np.zeros((1, 8, 8, 1), dtype=np.uint8), 2)
