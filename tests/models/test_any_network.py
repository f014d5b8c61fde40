"""Every network that the editor can make is built as planned, trains, and opens in stock Keras."""

import random
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.config import (
    PRESETS,
    AdamConfig,
    AdamWConfig,
    ArchitectureConfig,
    BaseName,
    BlockConfig,
    EmaConfig,
    LionConfig,
    LookaheadConfig,
    RmspropConfig,
    SgdConfig,
    TrainingConfig,
)
from core.models.builder import build_model
from core.models.export import save_model
from core.models.layers.initializers import Dirac, SmallNormal
from core.models.plan import WHITENING, optimizer_slots, plan_layers
from core.training.trainer import Trainer
from tests.models.random_networks import any_architecture, classes_of

Shape = tuple[int, int, int]
_CLOSE = 1e-4  # what rounding makes of a probability


def _survives(
    seed: int, folder: Path, precision: str = "float32", base: BaseName | None = None
) -> None:
    keras.backend.clear_session()  # else hundreds of graphs stay
    keras.utils.set_random_seed(seed)
    architecture, shape = any_architecture(random.Random(seed), base=base)
    classes = classes_of(architecture)
    keras.config.set_dtype_policy(precision)
    try:
        model = build_model(architecture, shape, classes)
        _is_as_planned(model, architecture, shape)
        pixels = np.random.default_rng(seed).integers(0, 256, (4, *shape)).astype(np.float32)
        _train_a_step(model, pixels, classes)
        save_model(model, folder / "model.keras")
    finally:
        keras.config.set_dtype_policy("float32")
    stock = keras.saving.load_model(folder / "model.keras", compile=False, safe_mode=True)
    assert all(type(layer).__module__.startswith("keras.") for layer in stock.layers)
    assert sum(bool(layer.losses) for layer in stock.layers) == sum(
        "l2" in item.options for item in plan_layers(architecture, shape, classes)
    )
    exact = build_model(architecture, shape, classes)
    exact.set_weights(model.get_weights())
    np.testing.assert_allclose(stock(pixels), exact(pixels), atol=_CLOSE)


def _is_as_planned(model: keras.Model, architecture: ArchitectureConfig, shape: Shape) -> None:
    plan = plan_layers(architecture, shape, classes_of(architecture))
    if architecture.base is None:
        names = [layer.name for layer in model.layers[2:]]
        assert sorted(names) == sorted(item.name for item in plan)
    for item in plan[bool(architecture.base) :]:  # of the base tests/models/test_bases.py tells
        layer = model.get_layer(item.name)
        trained = sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
        built = (layer.output.shape[1:], layer.count_params(), trained)
        assert built == (item.output_shape, item.parameters, item.trainable_parameters), item
        assert _multiply_adds(layer) == item.multiply_adds, item
        initializer = getattr(layer, "kernel_initializer", None)
        if initializer is not None and item.name != WHITENING:
            dense = isinstance(layer, keras.layers.Dense)
            asked = architecture.dense_initializer if dense else architecture.initializer
            known = {"dirac": Dirac, "small_normal": SmallNormal}.get(asked)
            assert type(initializer) is (known or type(keras.initializers.get(asked))), item


def _multiply_adds(layer: keras.Layer) -> int:
    """A weight of a kernel is used once at each place that the layer makes."""
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return 0
    return int(np.prod(kernel.shape)) * int(np.prod(layer.output.shape[1:-1]))


def _train_a_step(model: keras.Model, pixels: np.ndarray, classes: int) -> None:
    trainer = Trainer(model, SgdConfig())
    before = [variable.numpy() for variable in model.trainable_variables]
    # Uneven: where a network gives all images one answer, even labels would teach it nothing.
    labels = np.eye(classes, dtype=np.float32)[[0, 1, 1, 1]]
    stream = trainer.stream(tf.data.Dataset.from_tensors((pixels, labels)).repeat())
    taken = trainer.train(stream, np.full(1, 1e-3, np.float32))
    assert np.isfinite(taken.losses).all() and taken.seen == len(pixels)
    after = [variable.numpy() for variable in model.trainable_variables]
    assert all(np.isfinite(value).all() for value in after)
    changed = [not np.array_equal(*pair) for pair in zip(before, after, strict=True)]
    assert any(changed)


@pytest.mark.parametrize(
    ("optimizer", "averaging", "cycled"),
    [
        (SgdConfig(momentum=0.0, nesterov=False), None, None),
        (SgdConfig(momentum=0.0, nesterov=False), None, 0.95),
        (SgdConfig(momentum=0.0, nesterov=False), None, 0.0),
        (SgdConfig(), LookaheadConfig(), None),
        (SgdConfig(), LookaheadConfig(), 0.95),
        (RmspropConfig(), None, None),
        (RmspropConfig(), None, 0.95),
        (RmspropConfig(momentum=0.5), None, None),
        (AdamConfig(), EmaConfig(), None),
        (AdamConfig(), EmaConfig(), 0.95),
        (AdamWConfig(), None, None),
        (LionConfig(), None, None),
    ],
    ids=lambda config: getattr(config, "kind", f"{config or 'alone'}"),
)
def test_an_optimizer_keeps_as_many_numbers_as_planned(optimizer, averaging, cycled) -> None:
    model = build_model(_network(BlockConfig(filters=30)), (12, 12, 3), 10)
    training = TrainingConfig(averaging=averaging)
    trainer = Trainer(model, optimizer, training, momentum=cycled)
    weights = sum(int(np.prod(variable.shape)) for variable in model.weights)
    kept = sum(int(np.prod(variable.shape)) for variable in trainer.state) - weights
    slots = optimizer_slots(optimizer, training, cycled)
    assert 0 <= kept - slots * weights < 20, "counters and rates besides"


@pytest.mark.parametrize("seed", range(8))
def test_a_network_at_random(seed: int, tmp_path: Path) -> None:
    _survives(seed, tmp_path)


@pytest.mark.parametrize("seed", range(8, 12))
def test_a_network_at_random_in_half_precision(seed: int, tmp_path: Path) -> None:
    _survives(seed, tmp_path, "mixed_bfloat16")


@pytest.mark.patient
def test_a_network_at_random_behind_a_base(tmp_path: Path) -> None:
    _survives(0, tmp_path, base="mobilenet_v3_small")


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_hundreds_of_networks_at_random(tmp_path: Path) -> None:
    for seed in range(12, 312):
        _survives(seed, tmp_path, "mixed_bfloat16" if seed % 2 else "float32")


def _network(*blocks: BlockConfig) -> ArchitectureConfig:
    return ArchitectureConfig(blocks=blocks, flatten="global_average")


_SMOOTH = {"activation": "tanh", "pool": "none"}  # a gradient that is nowhere exactly 0

FIELDS = {
    "two and a pool": _network(
        BlockConfig(filters=3, convolutions=2, activation="tanh", pool="average"),
        BlockConfig(filters=3, kernel_size=5, **_SMOOTH),
    ),
    "dilated": _network(
        BlockConfig(filters=3, dilation=3, **_SMOOTH),
        BlockConfig(filters=3, kernel_size=2, dilation=4, padding="valid", **_SMOOTH),
    ),
    "strides": _network(
        BlockConfig(filters=3, convolutions=2, stride=3, **_SMOOTH),
        BlockConfig(filters=3, kernel_size=4, stride=2, **_SMOOTH),
    ),
    "shortcuts": _network(
        BlockConfig(filters=3, convolutions=2, stride=2, residual=True, **_SMOOTH),
        BlockConfig(filters=3, convolutions=3, residual=True, dilation=2, **_SMOOTH),
    ),
    "separable": _network(
        BlockConfig(filters=3, convolutions=2, kernel_size=5, stride=2, separable=True, **_SMOOTH),
        BlockConfig(filters=4, kernel_size=1, separable=True, residual=True, **_SMOOTH),
    ),
    "valid": _network(
        BlockConfig(filters=3, convolutions=2, padding="valid", activation="tanh", pool="average"),
        BlockConfig(filters=3, kernel_size=7, stride=4, padding="valid", **_SMOOTH),
    ),
    "ResNet-20": PRESETS["resnet-20"].architecture,
}
_PATIENT = [pytest.mark.patient]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=_PATIENT if name == "ResNet-20" else []) for name in FIELDS],
)
def test_the_receptive_field_is_as_far_as_gradients_reach(name: str) -> None:
    """The square of pixels on which a value in the middle of the last maps depends."""
    architecture, shape = FIELDS[name], (200, 200, 1)
    keras.utils.set_random_seed(0)
    model = build_model(architecture, shape, 10)
    maps = [item for item in plan_layers(architecture, shape, 10) if len(item.output_shape) == 3]
    last = maps[-1]
    assert last.receptive_field is not None and last.receptive_field < 100
    probe = keras.Model(model.input, model.get_layer(last.name).output)
    # A ReLU hides from one image what it shows of another.
    pixels = np.random.default_rng(0).uniform(0, 255, (8, *shape)).astype(np.float32)
    with tf.GradientTape() as tape:
        images = tf.Variable(pixels)
        out = probe(images)
        middle = tf.reduce_sum(out[:, out.shape[1] // 2, out.shape[2] // 2])
    reached = np.any(tape.gradient(middle, images).numpy() != 0.0, axis=(0, 3))  # (H, W)
    for axis in (0, 1):
        where = np.flatnonzero(reached.any(axis=axis))
        assert where[-1] - where[0] + 1 == last.receptive_field


@pytest.mark.patient
@pytest.mark.parametrize("name", ["resnet-20", "mobilenet-quarter", "all-cnn-c", "lenet-5"])
def test_the_papers_networks_train_and_are_saved(name: str, tmp_path: Path) -> None:
    preset = PRESETS[name]
    model = build_model(preset.architecture, preset.input_shape, preset.classes)
    pixels = np.random.default_rng(0).uniform(0, 255, (4, *preset.input_shape))
    _train_a_step(model, pixels.astype(np.float32), preset.classes)
    save_model(model, tmp_path / "model.keras")
    stock = keras.saving.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert stock.count_params() == preset.parameters
