"""Steps of a batch cut into towers against the same of the whole batch.

Only batch normalization and dropout may differ, and of those is told how.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.config import (
    AdamConfig,
    AdamWConfig,
    ArchitectureConfig,
    BlockConfig,
    DenseConfig,
    EmaConfig,
    LionConfig,
    LookaheadConfig,
    MuonConfig,
    OptimizerConfig,
    RmspropConfig,
    SgdConfig,
    TrainingConfig,
)
from core.models.builder import build_model
from core.training.trainer import Steps, Trainer

BLOCKS = (BlockConfig(filters=4, residual=True), BlockConfig(filters=8))
PENALIZED = (BlockConfig(filters=4, l2=0.3), BlockConfig(filters=8))


@pytest.fixture(autouse=True)
def _plain_policy():
    yield
    keras.config.set_dtype_policy("float32")


def _trainer(
    towers: int,
    optimizer: OptimizerConfig | None = None,
    training: TrainingConfig | None = None,
    momentum: float | None = None,
    **changes: object,
) -> Trainer:
    keras.utils.set_random_seed(1)
    architecture = ArchitectureConfig(**{"blocks": BLOCKS, **changes})
    network = build_model(architecture, (12, 12, 3), 3)
    training = (training or TrainingConfig()).model_copy(update={"towers": towers})
    return Trainer(network, optimizer or SgdConfig(), training, momentum=momentum)


def _batches(count: int, size: int = 16, mixed: bool = False) -> tf.data.Dataset:
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 255, (count, 12, 12, 3)).astype(np.float32)
    labels = np.eye(3, dtype=np.float32)[generator.integers(0, 3, count)]
    if mixed:
        labels = 0.7 * labels + 0.3 * labels[::-1]
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(size)


def _same(one: list[np.ndarray], other: list[np.ndarray], atol: float = 2e-6) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=atol)


def _train(trainer: Trainer, batches: tf.data.Dataset, lr: float = 0.003) -> Steps:
    count = len(batches)
    return trainer.train(trainer.stream(batches), np.full(count, lr, np.float32))


@pytest.mark.parametrize(
    ("count", "towers", "changes"),
    [
        (41, 2, {}),
        (33, 2, {"blocks": PENALIZED}),  # its last batch has one image
        (38, 4, {"training": TrainingConfig(label_smoothing=0.2, averaging=EmaConfig())}),
        (40, 2, {"training": TrainingConfig(clip_norm=0.1), "dense": [DenseConfig(units=5, l2=1)]}),
        (41, 2, {"optimizer": AdamConfig(), "training": TrainingConfig(clip_value=0.003)}),
        (41, 3, {"optimizer": AdamWConfig(weight_decay=0.5), "momentum": 0.9}),
        (41, 2, {"optimizer": RmspropConfig()}),
        (41, 2, {"optimizer": LionConfig()}),
        (41, 2, {"optimizer": MuonConfig(weight_decay=0.5)}),
        (41, 2, {"training": TrainingConfig(averaging=LookaheadConfig(k=2, alpha=0.3))}),
    ],
)
def test_without_normalization_and_dropout_steps_are_those_of_the_whole_batch(
    count: int, towers: int, changes: dict
) -> None:
    batches = _batches(count, mixed=True)
    one, many = _trainer(1, **changes), _trainer(towers, **changes)
    whole, apart = _train(one, batches), _train(many, batches)
    np.testing.assert_allclose(apart.losses, whole.losses, rtol=1e-5)
    assert (apart.correct, apart.seen) == (whole.correct, whole.seen)
    assert apart.loss == pytest.approx(whole.loss, rel=1e-6)
    _same(one.network.get_weights(), many.network.get_weights())
    judged = [trainer.evaluate(batches, lambda: False) for trainer in (one, many)]
    assert judged[1] == pytest.approx(judged[0], rel=1e-5)
    one.keep_average(), many.keep_average()
    _same(one.network.get_weights(), many.network.get_weights())


def test_a_sigmoid_head_learns_as_with_one_tower() -> None:
    batches = _batches(41).map(lambda images, labels: (images, labels[:, :2] + labels[:, 2:] / 2))
    found = []
    for towers in (1, 2):
        keras.utils.set_random_seed(1)
        architecture = ArchitectureConfig(blocks=BLOCKS, head="sigmoid")
        network = build_model(architecture, (12, 12, 3), 2)
        trainer = Trainer(network, SgdConfig(), TrainingConfig(towers=towers))
        taken = _train(trainer, batches)
        found.append((taken, network.get_weights()))
    np.testing.assert_allclose(found[1][0].losses, found[0][0].losses, rtol=1e-5)
    _same(found[0][1], found[1][1])


def test_normalization_s_averages_are_those_that_stock_keras_has_of_the_towers() -> None:
    """Step by step: each half through a copy of the network as it is, by stock layers alone."""
    changes = {"batch_normalization": True, "dense": [DenseConfig(units=5)]}
    trainer = _trainer(2, **changes)
    architecture = ArchitectureConfig(blocks=BLOCKS, **changes)
    stock = build_model(architecture, (12, 12, 3), 3, fused=False)
    averages = [i for i, item in enumerate(stock.weights) if "moving_" in item.path]
    assert len(averages) >= 6
    for images, labels in _batches(41, size=13):
        before = trainer.network.get_weights()
        halves = []
        for half in (images[: len(images) // 2], images[len(images) // 2 :]):
            stock.set_weights(before)
            stock(half, training=True)
            halves.append(stock.get_weights())
        _train(trainer, tf.data.Dataset.from_tensors((images, labels)), 0.01)
        after = trainer.network.get_weights()
        _same([after[i] for i in averages], [(halves[0][i] + halves[1][i]) / 2 for i in averages])
        assert max(np.abs(after[i] - before[i]).max() for i in averages) > 1e-3


def test_normalization_looks_at_a_tower_alone() -> None:
    whole, apart = (_trainer(n, batch_normalization=True) for n in (1, 2))
    batches = _batches(16)
    assert np.abs(_train(whole, batches).losses - _train(apart, batches).losses).max() > 1e-3


def test_half_precision_skips_a_step_that_is_lost_in_one_tower() -> None:
    """It is planted by a label of 1e38 in the second: what goes forward is whole."""
    keras.config.set_dtype_policy("mixed_float16")
    trainer = _trainer(2, AdamConfig())
    ((images, labels),) = _batches(16)
    lost = labels.numpy()
    lost[12] *= 1e38
    _train(trainer, tf.data.Dataset.from_tensors((images, labels)))
    before, scale = trainer.network.get_weights(), float(trainer.optimizer.dynamic_scale)
    _train(trainer, tf.data.Dataset.from_tensors((images, lost)))
    assert float(trainer.optimizer.dynamic_scale) == scale / 2
    for one, other in zip(before, trainer.network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_looked_at_is_what_one_tower_says() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 12, 12, 3), dtype=np.uint8)
    one, other = (_trainer(towers, batch_normalization=True) for towers in (1, 2))
    for count in (1, 5):
        said = [trainer.probabilities(images[:count]) for trainer in (one, other)]
        np.testing.assert_allclose(said[0], said[1], rtol=1e-5)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_state_says_all_that_the_next_steps_hang_on(cut: int) -> None:
    """Dropout's seeds with it: put into another trainer, it goes on as if never interrupted."""
    changes = {"batch_normalization": True, "dense": [DenseConfig(units=6, dropout=0.5)]}
    batches, lrs = _batches(60), np.full(4, 0.01, np.float32)
    alone, begun, resumed = (_trainer(2, AdamConfig(), **changes) for _ in range(3))
    alone.train(alone.stream(batches), lrs)
    begun.train(begun.stream(batches), lrs[:cut])
    for variable, value in zip(resumed.state, begun.state, strict=True):
        variable.assign(value.numpy())
    resumed.train(resumed.stream(batches.skip(cut)), lrs[cut:])
    _same([v.numpy() for v in alone.state], [v.numpy() for v in resumed.state])
