"""Optimizers as configured against Keras's own: `fit` over the same batches."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.config import (
    AdamConfig,
    AdamWConfig,
    ArchitectureConfig,
    BlockConfig,
    EmaConfig,
    LionConfig,
    MuonConfig,
    MuonSgdConfig,
    RmspropConfig,
    SgdConfig,
    TrainingConfig,
)
from core.models.builder import build_model
from core.training.optimizers.build import Surroundings, build_optimizer
from core.training.optimizers.momentum import momentum_of
from core.training.trainer import Trainer

LR = 0.003
SMALL = ["bias", "gamma", "beta"]  # what is left out of weight decay, by Keras's own names


def network():
    keras.utils.set_random_seed(1)
    architecture = ArchitectureConfig(
        blocks=(BlockConfig(filters=4), BlockConfig(filters=8)), batch_normalization=True
    )
    return build_model(architecture, (12, 12, 3), 3, fused=False)


def dense_network():
    keras.utils.set_random_seed(1)
    pixels = keras.Input((12, 12, 3))
    hidden = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(pixels))
    hidden = keras.layers.Dense(16, "relu", name="hidden")(hidden)
    hidden = keras.layers.Dense(24, "relu", name="second")(hidden)
    logits = keras.layers.Dense(3, name="head")(hidden)
    return keras.Model(pixels, keras.layers.Softmax()(logits))


def batches():
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 255, (80, 12, 12, 3)).astype(np.float32)
    labels = np.eye(3, dtype=np.float32)[generator.integers(0, 3, 80)]
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(16)


def excluding(optimizer, names=SMALL):
    optimizer.exclude_from_weight_decay(var_names=names)
    return optimizer


PAIRS = {
    "sgd": (SgdConfig(), {}, lambda: keras.optimizers.SGD(LR, 0.9, nesterov=True)),
    "sgd, decay": (
        SgdConfig(momentum=0.5, nesterov=False, weight_decay=0.1),
        {},
        lambda: excluding(keras.optimizers.SGD(LR, 0.5, weight_decay=0.1)),
    ),
    "adam": (
        AdamConfig(beta_1=0.8, beta_2=0.99),
        {},
        lambda: keras.optimizers.Adam(LR, 0.8, 0.99),
    ),
    "adamw": (
        AdamWConfig(weight_decay=0.5),
        {},
        lambda: excluding(keras.optimizers.AdamW(LR, weight_decay=0.5)),
    ),
    "adamw, decay of all": (
        AdamWConfig(weight_decay=0.5, decay_normalization_and_biases=True),
        {},
        lambda: keras.optimizers.AdamW(LR, weight_decay=0.5),
    ),
    "rmsprop": (RmspropConfig(), {}, lambda: keras.optimizers.RMSprop(LR)),
    "rmsprop, momentum, decay": (
        RmspropConfig(rho=0.8, momentum=0.5, weight_decay=0.1),
        {},
        lambda: excluding(keras.optimizers.RMSprop(LR, 0.8, 0.5, weight_decay=0.1)),
    ),
    "lion": (
        LionConfig(weight_decay=0.3),
        {},
        lambda: excluding(keras.optimizers.Lion(LR, weight_decay=0.3)),
    ),
    "clipped together": (
        SgdConfig(),
        {"clip_norm": 0.1},
        lambda: keras.optimizers.SGD(LR, 0.9, nesterov=True, global_clipnorm=0.1),
    ),
    "clipped one by one": (
        AdamConfig(),
        {"clip_value": 1e-3},
        lambda: keras.optimizers.Adam(LR, clipvalue=1e-3),
    ),
    "averaged": (
        SgdConfig(),
        {"averaging": EmaConfig(momentum=0.7)},
        lambda: keras.optimizers.SGD(LR, 0.9, nesterov=True, use_ema=True, ema_momentum=0.7),
    ),
    "averaged and decayed": (
        LionConfig(),
        {"averaging": EmaConfig(momentum=0.5)},
        lambda: excluding(
            keras.optimizers.Lion(LR, weight_decay=0.1, use_ema=True, ema_momentum=0.5)
        ),
    ),
}


def trained(net, optimizer, changes):
    """Weights after five steps, the average where there is one."""
    trainer = Trainer(net, optimizer, TrainingConfig(**changes))
    taken = trainer.train(trainer.stream(batches()), np.full(5, LR, np.float32))
    assert (taken.seen, taken.losses.shape) == (80, (5,))
    trainer.keep_average()
    return net.get_weights()


def fitted(net, optimizer, changes):
    """The same by Keras alone, which puts its average into the network at the end."""
    logits = keras.Model(net.inputs, net.get_layer("head").output)
    smoothing = changes.get("label_smoothing", 0.0)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    logits.compile(optimizer, loss, jit_compile=False)
    logits.fit(batches(), epochs=1, verbose=0, shuffle=False)
    return net.get_weights()


def same(ours, theirs, tolerance=2e-5):
    apart = [np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True)]
    return apart == pytest.approx([0.0] * len(apart), abs=tolerance)


@pytest.mark.parametrize("name", PAIRS)
def test_steps_are_those_of_keras_fit(name):
    config, changes, stock = PAIRS[name]
    ours, theirs = network(), network()
    assert same(trained(ours, config, changes), fitted(theirs, stock(), changes))


def test_smoothed_labels_are_those_of_keras():
    changes = {"label_smoothing": 0.2}
    ours = trained(network(), SgdConfig(), changes)
    assert same(ours, fitted(network(), keras.optimizers.SGD(LR, 0.9, nesterov=True), changes))


@pytest.mark.parametrize("changes", [{}, {"clip_norm": 0.1}, {"averaging": EmaConfig()}])
def test_muon_s_steps_are_keras_s_where_all_kernels_are_matrices(changes):
    common = {"global_clipnorm": changes.get("clip_norm"), "use_ema": "averaging" in changes}
    stock = keras.optimizers.Muon(
        LR, weight_decay=0.2, adam_weight_decay=0.2, exclude_layers=["head"], **common
    )
    ours = trained(dense_network(), MuonConfig(weight_decay=0.2), changes)
    assert same(ours, fitted(dense_network(), excluding(stock), changes))


def test_muon_takes_a_convolution_s_kernel_for_the_matrix_that_it_is():
    """Keras's own would leave it to AdamW; of the matrix it takes the same step."""
    generator = np.random.default_rng(0)
    start = generator.normal(size=(3, 3, 4, 6)).astype(np.float32)
    kernel = keras.Variable(start, name="kernel")
    matrix = keras.Variable(start.reshape(36, 6), name="matrix")
    ours = build_optimizer(MuonConfig(weight_decay=0.1), [kernel])
    theirs = keras.optimizers.Muon(0.01, weight_decay=0.1, adam_weight_decay=0.1)
    ours.learning_rate = 0.01
    for _ in range(3):
        gradient = generator.normal(size=start.shape).astype(np.float32)
        ours.apply([gradient], [kernel])
        theirs.apply([gradient.reshape(36, 6)], [matrix])
    assert np.abs(kernel.numpy().reshape(36, 6) - matrix.numpy()).max() < 1e-6
    assert np.abs(kernel.numpy() - start).max() > 0.01


def test_muon_s_update_is_nearly_orthogonal_and_as_long_as_its_paper_says():
    """Jordan et al. 2024: singular values of 0.7 to 1.2; Liu et al. 2025: times 0.2 sqrt(max)."""
    generator = np.random.default_rng(1)
    kernel = keras.Variable(generator.normal(size=(3, 3, 8, 16)).astype(np.float32), name="kernel")
    before = kernel.numpy()
    optimizer = build_optimizer(MuonConfig(weight_decay=0.0), [kernel])
    optimizer.learning_rate = 1.0
    optimizer.apply([generator.normal(size=(3, 3, 8, 16)).astype(np.float32)], [kernel])
    moved = (kernel.numpy() - before).reshape(72, 16)
    singular = np.linalg.svd(moved, compute_uv=False) / (0.2 * np.sqrt(72))
    assert singular.min() > 0.65 and singular.max() < 1.25


def test_muon_has_adamw_for_the_head_and_for_what_is_no_matrix():
    net = network()
    optimizer = build_optimizer(MuonConfig(), net.trainable_variables)
    by_muon = {
        variable.path
        for variable, velocity in zip(
            net.trainable_variables, optimizer.adam_velocities, strict=True
        )
        if velocity is None
    }
    assert by_muon == {"block1_conv1/kernel", "block2_conv1/kernel"}


def test_muon_leaves_filters_of_one_channel_to_adamw():
    shapes = {"kernel": (3, 3, 4, 1), "depthwise_kernel": (3, 3, 4, 2), "pointwise": (1, 1, 8, 4)}
    variables = [keras.Variable(np.ones(s, np.float32), name=n) for n, s in shapes.items()]
    velocities = build_optimizer(MuonConfig(), variables).adam_velocities
    assert [velocity is None for velocity in velocities] == [False, False, True]


def test_muon_with_sgd_turns_kernels_of_any_shape_by_as_much():
    """Of filters made 1 long on average, in the direction of the gradient's singular vectors."""
    generator = np.random.default_rng(0)
    for shape in ((3, 3, 4, 6), (3, 3, 2, 48)):
        start, gradient = (generator.normal(size=shape).astype(np.float32) for _ in range(2))
        kernel = keras.Variable(start, name="kernel")
        optimizer = build_optimizer(MuonSgdConfig(weight_decay=0.0), [kernel])
        optimizer.learning_rate = 0.2
        optimizer.apply([gradient], [kernel])
        scaled = start * np.sqrt(shape[-1]) / np.linalg.norm(start)
        step = ((scaled - kernel.numpy()) / 0.2).reshape(-1, shape[-1])
        lengths = np.linalg.svd(step, compute_uv=False)
        assert lengths.min() > 0.5 and lengths.max() < 1.3, lengths
        left, _, right = np.linalg.svd(gradient.reshape(step.shape), full_matrices=False)
        assert np.trace(left.T @ step @ right.T) > 0.95 * lengths.sum()


def test_muon_with_sgd_has_keras_s_sgd_for_biases_and_the_head():
    generator = np.random.default_rng(0)
    config = MuonSgdConfig(weight_decay=0.0, bias_rate=50.0, output_rate=0.5, sgd_momentum=0.8)
    cases = ("block1_bn1/beta", (5,), 50.0), ("head/kernel", (6, 3), 0.5), ("head/bias", (3,), 0.5)
    for path, shape, rate in cases:
        start = generator.normal(size=shape).astype(np.float32)
        layer, _, name = path.partition("/")
        with keras.name_scope(layer):
            variable = keras.Variable(start, name=name)
        other = keras.Variable(start)
        ours = build_optimizer(config, [variable])
        ours.learning_rate = 0.01
        theirs = keras.optimizers.SGD(0.01 * rate, momentum=0.8, nesterov=True)
        for _ in range(4):
            gradient = generator.normal(size=shape).astype(np.float32)
            ours.apply([gradient], [variable])
            theirs.apply([gradient], [other])
        np.testing.assert_allclose(variable.numpy(), other.numpy(), rtol=1e-4, atol=1e-5)


OF_KERNELS = {"muon": (MuonConfig(), {}, None), "muon with sgd": (MuonSgdConfig(), {}, None)}


@pytest.mark.parametrize("name", [*PAIRS, *OF_KERNELS])
def test_a_scaled_loss_changes_no_step(name):
    """By powers of two; clipping and averages come after the gradients are scaled back."""
    config, changes, _ = (PAIRS | OF_KERNELS)[name]
    generator = np.random.default_rng(0)
    shapes = ((3, 3, 2, 4), (4,), (8, 4))
    start = [generator.normal(size=shape).astype(np.float32) for shape in shapes]
    found = []
    for scaled in (False, True):
        variables = [keras.Variable(value) for value in start]
        training = TrainingConfig(**changes)
        optimizer = build_optimizer(config, variables, training, Surroundings(scaled=scaled))
        optimizer.learning_rate = LR
        for seed in range(3):
            own = np.random.default_rng(seed)
            gradients = [own.normal(size=shape).astype(np.float32) for shape in shapes]
            scale = optimizer.scale_loss(1.0)
            optimizer.apply([tf.constant(gradient) * scale for gradient in gradients], variables)
        optimizer.finalize_variable_values(variables)
        found.append([variable.numpy() for variable in variables])
    assert same(*found, 1e-7)
    assert not same(found[0], start, 1e-4)


@pytest.mark.parametrize(
    ("config", "stock", "name"),
    [
        (SgdConfig(), lambda: keras.optimizers.SGD(LR, 0.9, nesterov=True), "momentum"),
        (
            SgdConfig(nesterov=False, momentum=0.0),
            lambda: keras.optimizers.SGD(LR, 0.9),
            "momentum",
        ),
        (RmspropConfig(), lambda: keras.optimizers.RMSprop(LR, momentum=0.9), "momentum"),
        (AdamConfig(), lambda: keras.optimizers.Adam(LR), "beta_1"),
        (AdamWConfig(weight_decay=0.1), lambda: keras.optimizers.AdamW(LR, 0.1), "beta_1"),
        (
            LionConfig(weight_decay=0.1),
            lambda: keras.optimizers.Lion(LR, weight_decay=0.1),
            "beta_1",
        ),
        (
            MuonConfig(weight_decay=0.1),
            lambda: keras.optimizers.Muon(LR, weight_decay=0.1, adam_weight_decay=0.1),
            "momentum adam_beta_1",
        ),
    ],
)
def test_a_momentum_for_each_step_is_as_keras_s_own_changed_between_steps(config, stock, name):
    generator = np.random.default_rng(0)
    start = [generator.normal(size=shape).astype(np.float32) for shape in ((6, 5), (2, 2, 3, 1))]
    ours, theirs = ([keras.Variable(value) for value in start] for _ in range(2))
    optimizer, other = (
        build_optimizer(config, ours, surroundings=Surroundings(momentum=0.95)),
        stock(),
    )
    optimizer.learning_rate = LR
    step = tf.function(lambda gradients: optimizer.apply(gradients, ours))
    for momentum in (0.95, 0.9, 0.85, 0.92):
        gradients = [generator.normal(size=value.shape).astype(np.float32) for value in start]
        momentum_of(optimizer).assign(momentum)
        step([tf.constant(gradient) for gradient in gradients])
        for each in name.split():
            setattr(other, each, momentum)
        other.apply(gradients, theirs)
    assert same([v.numpy() for v in ours], [v.numpy() for v in theirs], 1e-6)


@pytest.mark.parametrize(
    ("config", "stock"),
    [(SgdConfig(), keras.optimizers.SGD), (RmspropConfig(), keras.optimizers.RMSprop)],
)
def test_a_momentum_that_stays_0_is_none(config, stock):
    """Keras's own keep no velocities then."""
    ours, theirs = (keras.Variable(np.ones((3, 2), np.float32)) for _ in range(2))
    optimizer = build_optimizer(config, [ours], surroundings=Surroundings(momentum=0.0))
    other = stock(LR)
    optimizer.learning_rate = LR
    for scale in (1.0, -0.3):
        gradient = scale * np.arange(6, dtype=np.float32).reshape(3, 2)
        optimizer.apply([gradient], [ours])
        other.apply([gradient], [theirs])
    assert same([ours.numpy()], [theirs.numpy()], 1e-6)
