"""Gradient steps against Keras's own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.config import AdamConfig, ArchitectureConfig, BlockConfig, DenseConfig, SgdConfig
from core.models.builder import build_model
from core.training.trainer import Trainer

BLOCKS = (BlockConfig(filters=4), BlockConfig(filters=8))


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 255, (48, 12, 12, 3)).astype(np.float32)
    return images, np.eye(3, dtype=np.float32)[generator.integers(0, 3, 48)]


def _network(num_classes=3, **changes):
    keras.utils.set_random_seed(1)
    architecture = ArchitectureConfig(**{"blocks": BLOCKS, "batch_normalization": True, **changes})
    return build_model(architecture, (12, 12, 3), num_classes, fused=False)


def _batches(images, labels, size=16):
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(size)


def test_each_step_has_its_own_learning_rate(data):
    network = _network()
    trainer = Trainer(network, SgdConfig(momentum=0.0, nesterov=False))
    before = [v.numpy() for v in network.trainable_variables]
    stream = trainer.stream(_batches(*data))
    trainer.train(stream, np.zeros(2, np.float32))
    after = [v.numpy() for v in network.trainable_variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    trainer.train(stream, np.array([0.1], np.float32))
    moved = [v.numpy() for v in network.trainable_variables]
    assert not all(np.array_equal(a, b) for a, b in zip(after, moved, strict=True))


def test_losses_are_each_batch_s_own(data):
    network = _network(batch_normalization=False)
    trainer = Trainer(network, SgdConfig())
    losses, _, correct, _ = trainer.train(trainer.stream(_batches(*data)), np.zeros(3, np.float32))
    for i, loss in enumerate(losses):
        images, labels = data[0][16 * i : 16 * i + 16], data[1][16 * i : 16 * i + 16]
        own, _ = trainer.evaluate(_batches(images, labels), lambda: False)
        assert loss == pytest.approx(own, rel=1e-4)
    whole, accuracy = trainer.evaluate(_batches(*data), lambda: False)
    assert losses.mean() == pytest.approx(whole, rel=1e-4)
    assert correct / 48 == pytest.approx(accuracy)


def _penalized():
    blocks = (BlockConfig(filters=4, l2=0.3, residual=True), BlockConfig(filters=8, separable=True))
    return _network(blocks=blocks, dense=(DenseConfig(units=5, activation="tanh", l2=0.1),))


def test_penalties_on_weights_are_minimized_as_keras_does_and_not_told(data):
    """Keras adds them to the loss that it minimizes, and to the one that it tells."""
    ours, theirs = _penalized(), _penalized()
    assert len(ours.losses) == 3, "a convolution, its block's shortcut and a dense layer"
    trainer = Trainer(ours, SgdConfig())
    taken = trainer.train(trainer.stream(_batches(*data)), np.full(3, 0.01, np.float32))
    logits = keras.Model(theirs.inputs, theirs.get_layer("head").output)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    logits.compile(keras.optimizers.SGD(0.01, 0.9, nesterov=True), loss, jit_compile=False)
    told = logits.fit(_batches(*data), verbose=0, shuffle=False).history["loss"][0]
    for mine, stock in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, stock, atol=2e-5)
    plain = Trainer(_penalized(), SgdConfig())
    batch = _batches(*data).take(1)
    first = plain.train(plain.stream(batch), np.zeros(1, np.float32)).losses[0]
    assert first == taken.losses[0] and told > taken.losses.mean() + 0.1


def test_the_sum_of_losses_is_the_same_however_steps_are_cut_into_calls(data):
    """The last batch is short, so a mean of the batches' means would be another number."""
    sums = []
    for calls in ((4,), (1, 3), (3, 1)):
        trainer = Trainer(_network(), SgdConfig())
        stream = trainer.stream(_batches(*data, size=14))
        taken = [trainer.train(stream, np.full(count, 0.01, np.float32)) for count in calls]
        sums.append(sum(steps.loss for steps in taken))
        assert sum(steps.seen for steps in taken) == 48
        losses = np.concatenate([steps.losses for steps in taken]).astype(np.float64)
        assert sums[-1] == losses @ [14, 14, 14, 6]
    assert sums[0] == sums[1] == sums[2]


def test_a_sigmoid_head_learns_its_two_classes(data):
    images = data[0].copy()
    labels = np.eye(2, dtype=np.float32)[np.arange(48) % 2]
    images[1::2] *= 0.3
    trainer = Trainer(_network(2, head="sigmoid"), AdamConfig())
    batches = _batches(images, labels).repeat()
    trainer.train(trainer.stream(batches), np.full(60, 0.01, np.float32))
    taken = trainer.train(trainer.stream(batches), np.full(3, 1e-6, np.float32))
    assert taken.correct / taken.seen > 0.95


def test_an_interrupted_evaluation_has_no_result(data):
    trainer = Trainer(_network(), SgdConfig())
    assert trainer.evaluate(_batches(*data), lambda: True) is None
