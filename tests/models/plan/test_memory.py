"""What a step takes on paper against what a process takes that trains."""

from typing import Any

import pytest

from core.config import BASES, PRESETS, ArchitectureConfig
from core.models.plan import judged_at_once, plan_layers, training_memory
from tests.processes import run_python

Shape = tuple[int, int, int]
MEASURED = """
import keras, numpy as np, tensorflow as tf
from core.config import AdamConfig, ArchitectureConfig
from core.models.builder import build_model
from core.models.plan import plan_layers, training_memory
from core.training.trainer import Trainer
from tests.peak import peak_memory

network, batch, policy = ArchitectureConfig.model_validate_json({network!r}), {batch}, {policy!r}
keras.mixed_precision.set_global_policy(policy)
shape, classes = {shape}, {classes}
trainer = Trainer(build_model(network, shape, classes), AdamConfig())

def take(steps, size):
    images = np.random.default_rng(0).uniform(0, 255, (size, *shape)).astype(np.float32)
    labels = np.eye(classes, dtype=np.float32)[np.arange(size) % classes]
    stream = trainer.stream(tf.data.Dataset.from_tensors((images, labels)).repeat())
    trainer.train(stream, np.full(steps, 1e-3, np.float32))

take(1, 1)  # weights, gradients, optimizer and all that TensorFlow sets up
taken = peak_memory(lambda: take(3, batch))
layers = plan_layers(network, shape, classes)
planned = training_memory(layers, shape, batch, half=policy != "float32").activations
print(taken / planned)
"""


def _measured(network: ArchitectureConfig, shape: Shape, classes: int, batch: int, policy: str):
    """Bytes that a step on a batch takes, by those that are planned."""
    options = {"shape": shape, "classes": classes, "batch": batch, "policy": policy}
    done = run_python(MEASURED.format(network=network.model_dump_json(), **options))
    return float(done.stdout.split()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize(
    ("name", "batch"),
    [
        *(("vgg-6", 1024), ("resnet-20", 512), ("all-cnn-c", 256), ("mobilenet-quarter", 512)),
        *(("catdog-4", 64), ("plain-4", 512), ("batchnorm-6", 512)),
    ],
)
def test_a_step_takes_about_what_is_planned(name: str, batch: int, policy: str) -> None:
    preset = PRESETS[name]
    ratio = _measured(preset.architecture, preset.input_shape, preset.classes, batch, policy)
    assert 0.8 < ratio < 1.4, ratio


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize(
    ("blocks", "row"),
    [
        *((4, {}), (4, {"activation": "gelu"}), (4, {"activation": "silu"}), (4, {"dropout": 0.3})),
        *((6, {"activation": "maxout", "pieces": 4}), (3, {"activation": "maxout", "pieces": 8})),
    ],
)
def test_so_does_one_of_networks_unlike_the_presets(blocks: int, row: dict, policy: str) -> None:
    ratio = _measured(_plain(blocks, **row), (32, 32, 3), 10, 128, policy)
    assert 0.8 < ratio < 1.4, ratio


def _plain(blocks: int, **row: Any) -> ArchitectureConfig:
    """Blocks alike whose maps are as large as the images."""
    block = {"filters": 32, "pool": "none", **row}
    return ArchitectureConfig(blocks=[block] * blocks, flatten="global_average")


@pytest.mark.parametrize(
    ("row", "maps"),
    [
        ({}, 4 + 2),  # what each relu made, and two gradients
        ({"activation": "gelu"}, 3 + 4 + 2),  # what three convolutions took, and what each gelu did
        ({"dropout": 0.3}, 4 + 3 + 4 * 1.25 + 2),  # of each dropout what it multiplied by
        ({"activation": "maxout", "pieces": 8}, 3 + 4 * 7 * 0.375 + 8 + 2),  # seven comparisons
    ],
)
def test_what_is_kept_of_layers_that_are_several_operations(row: dict, maps: float) -> None:
    layers = plan_layers(_plain(4, **row), (32, 32, 3), 10)
    found = training_memory(layers, (32, 32, 3), 1).activations / (4 * 32 * 32 * 32)
    assert found == pytest.approx(maps, abs=0.2)


JUDGED = """
import numpy as np
from core.config import PRESETS
from core.models.builder import build_model
from core.models.inference import as_graph, predict_probabilities
from tests.peak import peak_memory

shape, batch = ({side}, {side}, 3), {batch}
model = build_model(PRESETS[{name!r}].architecture, shape, 10)
predict_probabilities(model, np.zeros((1, *shape), np.uint8), 10)
images = np.zeros((2 * batch, *shape), np.uint8)
print(peak_memory(lambda: predict_probabilities(as_graph(model), images, 10, batch)) / 2**20)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "side"), [("resnet-20", 224), ("vgg-6", 224), ("vgg-6", 32)])
def test_to_judge_large_images_takes_no_more_than_a_gigabyte(name: str, side: int) -> None:
    batch = _judged(name, side, 16)
    done = run_python(JUDGED.format(name=name, side=side, batch=batch))
    assert float(done.stdout.split()[-1]) < 1024


def _judged(name: str, side: int, batch_size: int) -> int:
    shape = (side, side, 3)
    return judged_at_once(plan_layers(PRESETS[name].architecture, shape, 10), shape, batch_size)


def test_large_images_are_judged_in_small_batches_but_never_in_smaller_ones_than_training() -> None:
    assert _judged("vgg-6", 32, 64) == 256
    assert _judged("vgg-6", 224, 16) == 512 * 2**20 // (3 * 4 * 224 * 224 * 32) == 27
    assert _judged("vgg-6", 224, 100) == 100
    assert _judged("vgg-6", 224, 1024) == 256
    assert _judged("vgg-6", 4096, 1) == 1


def test_the_maps_within_a_base_count_too() -> None:
    base = BASES["resnet50_v2"]
    layers = plan_layers(ArchitectureConfig(base=base.name), (224, 224, 3), 10)
    alone = judged_at_once(layers, (224, 224, 3), 1)
    assert judged_at_once(layers, (224, 224, 3), 1, base) < alone == 256


def test_a_base_that_is_not_trained_keeps_nothing_for_going_backward():
    base = BASES["mobilenet_v3_small"]
    network = ArchitectureConfig(base=base.name, flatten="global_average")
    layers = plan_layers(network, (96, 96, 3), 10)
    frozen = training_memory(layers, (96, 96, 3), 32, base=base)
    tuned = training_memory(layers, (96, 96, 3), 32, base=base, fine_tuned=True)
    head = 576 * 10 + 10
    assert frozen.gradients == 4 * head and frozen.optimizer == 8 * head
    assert tuned.gradients == 4 * (head + base.trained_on)
    assert tuned.activations - frozen.activations == 32 * 4 * 9 * base.kept_cell
    assert frozen.weights == tuned.weights == 4 * (head + base.parameters)
