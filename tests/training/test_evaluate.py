"""A network judged at the end of its training."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from core.config import ViewsConfig
from core.data.dataset import Subset
from core.errors import TrainingError
from core.models.export import save_model
from core.models.inference import predict_probabilities
from core.models.views import look_again
from core.runs import Run
from core.training.evaluate import evaluate_saved
from core.training.progress import Progress


@pytest.fixture
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    pixels = keras.Input((4, 4, 1))
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(pixels))
    logits = keras.layers.Dense(3, name="head")(flat)
    return keras.Model(pixels, keras.layers.Activation("softmax")(logits))


def prepared(count: int = 30, towers: int = 1) -> SimpleNamespace:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (count, 4, 4, 1), dtype=np.uint8)
    test = Subset(images, generator.integers(0, 3, count), np.arange(count)[::-1])
    dataset = SimpleNamespace(classes=("a", "b", "c"))
    splits = SimpleNamespace(test=test)
    trainer = SimpleNamespace(towers=towers)
    return SimpleNamespace(dataset=dataset, splits=splits, judged_at_once=8, trainer=trainer)


@pytest.mark.parametrize("towers", [1, 3])
def test_accuracy_and_loss_are_those_of_stock_keras(tmp_path, network, towers):
    run, data = Run(tmp_path), prepared(towers=towers)
    save_model(network, run.model_path)
    found = evaluate_saved(run, data, Progress(epoch=2, best_epoch=1, elapsed=3.0))
    network.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = data.splits.test.gather(np.arange(30))
    loss, accuracy = network.evaluate(images.astype(np.float32), labels, verbose=0)
    assert found.test_loss == pytest.approx(loss, rel=1e-5)
    assert found.test_accuracy == pytest.approx(accuracy)
    assert (found.best_epoch, found.parameters) == (1, network.count_params())
    with np.load(run.predictions_path) as saved:
        assert np.array_equal(saved["labels"], labels)


def test_with_several_views_the_record_tells_of_one_look_too(tmp_path, network):
    run, data, views = Run(tmp_path), prepared(), ViewsConfig(shift=1)
    save_model(network, run.model_path)
    once = evaluate_saved(run, data, Progress())
    found = evaluate_saved(run, data, Progress(), views)
    assert once.one_view_accuracy is None
    assert found.one_view_accuracy == once.test_accuracy
    images, labels = data.splits.test.gather(np.arange(30))
    one_look = predict_probabilities(network, images, 3)
    expected = look_again(network, images, one_look, views)
    with np.load(run.predictions_path) as saved:
        np.testing.assert_allclose(saved["probabilities"], expected, atol=1e-5)
    assert found.test_accuracy == np.mean(expected.argmax(axis=1) == labels)
    assert np.abs(expected - one_look).max() > 0.001


def test_a_network_whose_weights_overflowed_says_so(tmp_path, network):
    run = Run(tmp_path)
    network.set_weights([np.full(w.shape, np.nan) for w in network.get_weights()])
    save_model(network, run.model_path)
    with pytest.raises(TrainingError, match="answers are no numbers") as caught:
        evaluate_saved(run, prepared(), Progress())
    assert "lower learning rate" in caught.value.advice
    assert not run.predictions_path.exists()
