"""Gradient steps against Keras's own, and shared over two devices against one."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.config import AdamConfig, ArchitectureConfig, BlockConfig, SgdConfig
from core.models.builder import build_model
from core.training.trainer import Trainer, build_optimizer

ARCHITECTURE = ArchitectureConfig(
    blocks=(BlockConfig(filters=4), BlockConfig(filters=8)), batch_normalization=True
)


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 255, (48, 12, 12, 3)).astype(np.float32)
    return images, np.eye(3, dtype=np.float32)[generator.integers(0, 3, 48)]


def _network(num_classes=3, **changes):
    keras.utils.set_random_seed(1)
    architecture = ARCHITECTURE.model_copy(update=changes)
    return build_model(architecture, (12, 12, 3), num_classes, fused=False)


def _batches(images, labels, size=16):
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(size)


@pytest.mark.parametrize("optimizer", [SgdConfig(), AdamConfig()])
def test_steps_are_those_of_keras_fit(data, optimizer):
    ours, theirs = _network(), _network()
    trainer = Trainer(ours, optimizer)
    losses, _, seen = trainer.train(trainer.stream(_batches(*data)), np.full(3, 0.01, np.float32))
    stock = build_optimizer(optimizer, scaled=False)
    stock.learning_rate = 0.01
    theirs.compile(stock, "categorical_crossentropy")
    theirs.fit(_batches(*data), epochs=1, verbose=0)
    assert seen == 48
    assert losses.shape == (3,)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.allclose(one, other, atol=2e-4)


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
    losses, correct, _ = trainer.train(trainer.stream(_batches(*data)), np.zeros(3, np.float32))
    for i, loss in enumerate(losses):
        images, labels = data[0][16 * i : 16 * i + 16], data[1][16 * i : 16 * i + 16]
        own, _ = trainer.evaluate(_batches(images, labels), lambda: False)
        assert loss == pytest.approx(own, rel=1e-4)
    whole, accuracy = trainer.evaluate(_batches(*data), lambda: False)
    assert losses.mean() == pytest.approx(whole, rel=1e-4)
    assert correct / 48 == pytest.approx(accuracy)


def test_a_sigmoid_head_learns_its_two_classes(data):
    images = data[0].copy()
    labels = np.eye(2, dtype=np.float32)[np.arange(48) % 2]
    images[1::2] *= 0.3
    trainer = Trainer(_network(2, head="sigmoid"), AdamConfig())
    batches = _batches(images, labels).repeat()
    trainer.train(trainer.stream(batches), np.full(60, 0.01, np.float32))
    _, correct, seen = trainer.train(trainer.stream(batches), np.full(3, 1e-6, np.float32))
    assert correct / seen > 0.95


def test_an_interrupted_evaluation_has_no_result(data):
    trainer = Trainer(_network(), SgdConfig())
    assert trainer.evaluate(_batches(*data), lambda: True) is None


_TWO_DEVICES = """
import numpy as np, keras, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from core.config import SgdConfig
from core.training.trainer import Trainer
from tests.training.test_trainer import _batches, _network

generator = np.random.default_rng(0)
images = generator.uniform(0, 255, (40, 12, 12, 3)).astype(np.float32)
labels = np.eye(3, dtype=np.float32)[generator.integers(0, 3, 40)]
results = []
for strategy in (None, tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])):
    from contextlib import nullcontext
    with strategy.scope() if strategy else nullcontext():
        network = _network(batch_normalization=False)
    trainer = Trainer(network, SgdConfig(), strategy=strategy)
    losses, correct, seen = trainer.train(
        trainer.stream(_batches(images, labels)), np.full(3, 0.05, np.float32)
    )
    assert seen == 40, seen
    results.append((losses, correct, network.get_weights()))
one, two = results
assert np.allclose(one[0], two[0], atol=1e-5), (one[0], two[0])
assert one[1] == two[1]
assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(one[2], two[2]))
print("same")
"""


def test_two_devices_together_take_the_steps_of_one():
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", _TWO_DEVICES], capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip().endswith("same"), done.stderr[-3000:]
