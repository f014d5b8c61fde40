"""A batch shared over two devices against the same on one.

TensorFlow makes its devices once in a process, so each test is a process of its own.
"""

from tests.processes import run_python

_BEGINNING = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
from contextlib import nullcontext
import keras, numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from core.config import *
from core.models.builder import build_model
from core.training.trainer import Trainer

two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

def trainer_of(
    strategy, optimizer=SgdConfig(), synchronized=True, training=TrainingConfig(), **changes
):
    keras.utils.set_random_seed(1)
    plain = (BlockConfig(filters=4), BlockConfig(filters=8))
    architecture = ArchitectureConfig(**{"blocks": plain, **changes})
    with strategy.scope() if strategy else nullcontext():
        network = build_model(
            architecture, (12, 12, 3), 3, fused=False, synchronized=synchronized
        )
    return Trainer(network, optimizer, training, strategy)

def data(count):
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 255, (count, 12, 12, 3)).astype(np.float32)
    return images, np.eye(3, dtype=np.float32)[generator.integers(0, 3, count)]

def batches(images, labels, size=16):
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(size)
"""

_STEPS = """
def steps(strategy, count, **changes):
    trainer = trainer_of(strategy, **changes)
    stream = trainer.stream(batches(*data(count)))
    taken = trainer.train(stream, np.full(3, 0.01, np.float32))
    assert taken.seen == count, taken.seen
    return taken, trainer.network.get_weights()

def compare(count, **changes):
    (one, weights), (shared, others) = (steps(s, count, **changes) for s in (None, two))
    assert np.allclose(one.losses, shared.losses, atol=1e-5), (one.losses, shared.losses)
    assert one.correct == shared.correct
    assert np.isclose(one.loss, shared.loss, rtol=1e-5)
    for a, b in zip(weights, others, strict=True):
        assert np.allclose(a, b, atol=2e-5), np.abs(a - b).max()
    return one, weights
"""


def test_two_devices_together_take_the_steps_of_one():
    """Where the last batch has one image, one device would get none."""
    run_python(
        f"{_BEGINNING}{_STEPS}compare(41)\n"
        "compare(33, blocks=(BlockConfig(filters=4, l2=0.3), BlockConfig(filters=8)))"
    )


def test_penalties_on_weights_count_once():
    """Told and minimized: the losses are cross-entropy, the steps those of one device."""
    layers = "dense=[DenseConfig(units=5, l2=0.5)]"
    run_python(
        f"{_BEGINNING}{_STEPS}compare(40, {layers}, training=TrainingConfig(clip_norm=0.1))\n"
        f"_, weights = compare(40, {layers})\n"
        "_, without = steps(None, 40, dense=[DenseConfig(units=5)])\n"
        "assert max(np.abs(a - b).max() for a, b in zip(weights, without)) > 1e-3"
    )


def test_batch_normalization_is_that_of_the_whole_batch():
    """The last batch of one image is given to both."""
    run_python(
        f"{_BEGINNING}{_STEPS}one, _ = compare(33, batch_normalization=True)\n"
        "apart, _ = steps(two, 33, batch_normalization=True, synchronized=False)\n"
        "assert np.abs(one.losses - apart.losses).max() > 1e-2, (one.losses, apart.losses)"
    )


def test_each_device_drops_places_of_its_own():
    run_python(f"""{_BEGINNING}
from core.models.layers.quick import ByteDropout

with two.scope():
    layer = ByteDropout(0.5, seed=3)
ones = tf.ones((4, 256))

@tf.function
def masks():
    return two.run(lambda: layer(ones, training=True))

def drawn():
    return [mask.numpy() for mask in two.experimental_local_results(masks())]

(a, b), (c, d) = drawn(), drawn()
seen = [mask.tobytes() for mask in (a, b, c, d)]
assert len(set(seen)) == 4, [seen.index(item) for item in seen]
# Independent: of a thousand places, half are alike.
for first, second in ((a, b), (c, d), (a, c), (b, d), (a, d), (b, c)):
    assert 0.42 < np.mean(first == second) < 0.58, np.mean(first == second)
""")


def test_float16_survives_a_gradient_that_is_not_finite_on_the_second_device():
    """It is planted by a label of 1e38, times the scale of the loss: what goes forward is whole.

    Without batch normalization, whose sums over devices carry the loss to the first one too.
    """
    run_python(f"""{_BEGINNING}
keras.config.set_dtype_policy("mixed_float16")
trainer = trainer_of(two, AdamConfig())
images, labels = data(80)
labels[16 + 12] *= 1e38  # in the second step, in the second device's half
stream = trainer.stream(batches(images, labels))

def step():
    trainer.train(stream, np.array([0.01], np.float32))
    weights = [v.numpy() for v in trainer.network.trainable_variables]
    assert all(np.isfinite(w).all() for w in trainer.network.get_weights())
    return weights, float(trainer.optimizer.dynamic_scale.numpy())

def moved(a, b):
    return [not np.array_equal(x, y) for x, y in zip(a, b, strict=True)]

before, scale = step()
skipped, halved = step()
assert halved == scale / 2, (scale, halved)
assert not any(moved(before, skipped))
after, kept = step()
assert kept == halved
assert all(moved(skipped, after)), moved(skipped, after)
assert int(trainer.optimizer.iterations.numpy()) == 2
""")


def test_a_base_is_fine_tuned_as_on_one_device():
    run_python(f"""{_BEGINNING}
from dataclasses import replace
from core.models.bases import fine_tuned
from core.models.plan import plan_layers
from tests.bases import NAME, small_application

keras.applications.SmallForTests = small_application
BASES[NAME] = replace(BASES[NAME], application="SmallForTests", channels=8)
chosen = ArchitectureConfig(base=NAME, flatten="global_average")

def phases(strategy):
    keras.utils.set_random_seed(1)
    with strategy.scope() if strategy else nullcontext():
        network = build_model(chosen, (32, 32, 3), 3, synchronized=strategy is not None)
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 255, (33, 32, 32, 3)).astype(np.float32)
    labels = np.eye(3, dtype=np.float32)[generator.integers(0, 3, 33)]
    training = TrainingConfig(averaging=EmaConfig(momentum=0.5), clip_norm=0.5)
    trainer = Trainer(network, SgdConfig(weight_decay=0.01), training, strategy)
    frozen = trainer.train(trainer.stream(batches(images, labels)), np.full(3, 0.01, np.float32))
    before = network.get_layer("expanded_conv_project").kernel.numpy()
    for layer in fine_tuned(network, plan_layers(chosen, (32, 32, 3), 3)):
        layer.trainable = True
    trainer = trainer.begun_anew()
    tuned = trainer.train(trainer.stream(batches(images, labels)), np.full(3, 0.01, np.float32))
    assert np.abs(network.get_layer("expanded_conv_project").kernel.numpy() - before).max() > 1e-5
    return np.concatenate([frozen.losses, tuned.losses]), network.get_weights()

(losses, weights), (shared, others) = phases(None), phases(two)
assert np.allclose(losses, shared, atol=1e-5), (losses, shared)
for a, b in zip(weights, others, strict=True):
    assert np.allclose(a, b, atol=2e-5), np.abs(a - b).max()
""")
