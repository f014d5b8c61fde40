"""Averages of weights: what they are, that all but training uses them, and that none is lost."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.config import (
    AdamConfig,
    EmaConfig,
    LookaheadConfig,
    SgdConfig,
    TrainingConfig,
)
from core.training import checkpoints
from core.training.trainer import Trainer
from tests.training.optimizers.test_build import LR, batches, network

EMA, LOOKAHEAD = EmaConfig(momentum=0.8), LookaheadConfig(k=2, alpha=0.3)


SGD = SgdConfig()


def trainer_of(averaging, optimizer=SGD):
    return Trainer(network(), optimizer, TrainingConfig(averaging=averaging))


def raw(trainer):
    return [variable.numpy() for variable in trainer.network.trainable_variables]


def averages(trainer):
    with trainer.averaged():
        return raw(trainer)


def alike(ones, others, tolerance=0.0):
    return all(np.abs(a - b).max() <= tolerance for a, b in zip(ones, others, strict=True))


def steps_one_by_one(trainer, count):
    """Raw weights before and after each of so many steps."""
    seen, stream = [raw(trainer)], trainer.stream(batches().repeat())
    for _ in range(count):
        trainer.train(stream, np.full(1, LR, np.float32))
        seen.append(raw(trainer))
    return seen


def test_an_exponential_average_leaves_the_steps_alone():
    plain, averaged = steps_one_by_one(trainer_of(None), 4), trainer_of(EMA)
    seen = steps_one_by_one(averaged, 4)
    assert all(alike(one, other) for one, other in zip(plain, seen, strict=True))
    expected = seen[1]
    for weights in seen[2:]:
        expected = [0.8 * a + 0.2 * w for a, w in zip(expected, weights, strict=True)]
    assert alike(averages(averaged), expected, 1e-6)


def test_lookahead_is_algorithm_1_of_its_paper():
    """The inner optimizer has no memory here, so that its steps can be taken one by one."""
    plain = SgdConfig(momentum=0.0, nesterov=False)
    trainer = trainer_of(LOOKAHEAD, plain)
    fast = trainer_of(None, plain)
    slow = raw(fast)
    streams = [one.stream(batches().repeat()) for one in (trainer, fast)]
    for step in range(1, 8):
        for one, stream in zip((trainer, fast), streams, strict=True):
            one.train(stream, np.full(1, LR, np.float32))
        if step % 2 == 0:
            slow = [s + 0.3 * (f - s) for s, f in zip(slow, raw(fast), strict=True)]
            for variable, value in zip(fast.network.trainable_variables, slow, strict=True):
                variable.assign(value)
        assert alike(raw(trainer), raw(fast), 1e-6), step
        assert alike(averages(trainer), slow, 1e-6), step


def test_with_alpha_1_lookahead_changes_nothing():
    plain = steps_one_by_one(trainer_of(None), 5)
    seen = steps_one_by_one(trainer_of(LookaheadConfig(k=2, alpha=1.0)), 5)
    assert all(alike(one, other, 1e-6) for one, other in zip(plain, seen, strict=True))


@pytest.mark.parametrize("averaging", [EMA, LOOKAHEAD], ids=lambda one: one.kind)
def test_all_but_training_uses_the_average_and_training_goes_on_with_the_raw(averaging):
    trainer = trainer_of(averaging)
    steps_one_by_one(trainer, 5)
    before, average = raw(trainer), averages(trainer)
    assert not alike(before, average, 1e-4)
    other = Trainer(network(), SgdConfig())
    for variable, value in zip(other.network.weights, trainer.network.weights, strict=True):
        variable.assign(value)
    for variable, value in zip(other.network.trainable_variables, average, strict=True):
        variable.assign(value)
    assert trainer.evaluate(batches(), lambda: False) == other.evaluate(batches(), lambda: False)
    images = next(iter(batches()))[0].numpy().astype(np.uint8)
    assert np.array_equal(trainer.probabilities(images), other.probabilities(images))
    assert trainer.evaluate(batches(), lambda: True) is None
    assert alike(raw(trainer), before)
    with trainer.averaged(), trainer.averaged():
        assert alike(raw(trainer), average)
    assert alike(raw(trainer), before)
    trainer.keep_average()
    assert alike(raw(trainer), average)


@pytest.mark.parametrize("averaging", [EMA, LOOKAHEAD], ids=lambda one: one.kind)
def test_before_the_first_step_the_average_is_the_network(averaging):
    trainer = trainer_of(averaging)
    assert alike(averages(trainer), raw(trainer))
    trainer.keep_average()
    assert alike(raw(trainer), raw(trainer_of(None)))


@pytest.mark.parametrize("averaging", [EMA, LOOKAHEAD], ids=lambda one: one.kind)
def test_a_checkpoint_holds_all_of_it(averaging, tmp_path):
    """Seven steps are seven, whether or not another process takes the last four."""
    whole = trainer_of(averaging, AdamConfig())
    steps_one_by_one(whole, 7)
    first, second = trainer_of(averaging, AdamConfig()), trainer_of(averaging, AdamConfig())
    steps_one_by_one(first, 3)
    checkpoints.save_checkpoint(tmp_path, 3, first.state, {})
    checkpoints.restore_newest(tmp_path, second.state, dict)
    stream = second.stream(batches().repeat().skip(3))
    second.train(stream, np.full(4, LR, np.float32))
    assert alike(raw(second), raw(whole))
    assert alike(averages(second), averages(whole))


@pytest.fixture
def float16():
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("averaging", [EMA, LOOKAHEAD], ids=lambda one: one.kind)
def test_a_step_that_loss_scaling_skips_is_none_for_the_average(float16, averaging):
    trainer = trainer_of(averaging, AdamConfig())
    images, labels = (part.numpy() for part in next(iter(batches())))

    def step(factor):
        batch = tf.data.Dataset.from_tensors((images, labels * np.float32(factor)))
        trainer.train(trainer.stream(batch), np.full(1, LR, np.float32))
        return raw(trainer), averages(trainer)

    states = [step(factor) for factor in (1e38, 1, 1, 1e38, 1)]
    at_first, one, two, lost, three = states
    assert alike(at_first[0], raw(trainer_of(None)))
    assert alike(at_first[0], at_first[1])
    assert alike(lost[0], two[0]) and alike(lost[1], two[1])
    assert not alike(one[0], two[0]) and not alike(lost[0], three[0])
    assert all(np.isfinite(weights).all() for weights in three[1])
