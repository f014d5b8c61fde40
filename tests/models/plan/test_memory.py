"""What a step takes on paper against what a process takes that trains."""

import pytest

from core.config import BASES, ArchitectureConfig
from core.models.plan import plan_layers, training_memory
from tests.processes import run_python

MEASURED = """
import os, sys, threading, time
import keras, numpy as np, psutil, tensorflow as tf
from core.config import PRESETS, AdamConfig
from core.models.builder import build_model
from core.models.plan import plan_layers, training_memory
from core.training.trainer import Trainer

preset, batch, policy = PRESETS[{name!r}], {batch}, {policy!r}
keras.mixed_precision.set_global_policy(policy)
shape, classes = preset.input_shape, preset.classes
trainer = Trainer(build_model(preset.architecture, shape, classes), AdamConfig())
process = psutil.Process()

def take(steps, size):
    images = np.random.default_rng(0).uniform(0, 255, (size, *shape)).astype(np.float32)
    labels = np.eye(classes, dtype=np.float32)[np.arange(size) % classes]
    stream = trainer.stream(tf.data.Dataset.from_tensors((images, labels)).repeat())
    trainer.train(stream, np.full(steps, 1e-3, np.float32))

take(1, 1)  # weights, gradients, optimizer and all that TensorFlow sets up
before = peak = process.memory_info().rss
done = threading.Event()

def watch():
    global peak
    while not done.wait(0.002):
        peak = max(peak, process.memory_info().rss)

watching = threading.Thread(target=watch)
watching.start()
take(3, batch)
done.set()
watching.join()
layers = plan_layers(preset.architecture, shape, classes)
planned = training_memory(layers, shape, batch, half=policy != "float32").activations
print((peak - before) / planned)
"""


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
    done = run_python(MEASURED.format(name=name, batch=batch, policy=policy))
    ratio = float(done.stdout.split()[-1])
    assert 0.8 < ratio < 1.4, ratio


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
