"""ConvScope itself, as a run trains: its layers, its pipeline, the device's own precision.

As it ships: with no other memory allocator and no setting that a user would not have. Knows
nothing of whom it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from benchmarks.throughput import task
from benchmarks.throughput.serving import Server
from core.config import AdamConfig, AugmentationConfig, TrainingConfig
from core.data.dataset import Subset
from core.data.pipeline import training_stream
from core.machine.devices import cpu_device
from core.models.builder import build_model
from core.models.towers import share_cores
from core.training.trainer import Trainer

CALLS = 10  # into the graph, of a burst: a run's take 0.1 s or more
AS_IT_SHIPS = TrainingConfig(batch_size=task.BATCH)
SHIFTS = AugmentationConfig(horizontal_flip=True, crop_padding=4, fill="nearest")


def augmented(server: Server) -> None:
    server.serve(_work(SHIFTS))


def plain(server: Server) -> None:
    server.serve(_work(AugmentationConfig()))


def in_towers(server: Server, towers: int) -> None:
    """As with `training.towers`, which is off by default."""
    share_cores(towers)
    server.serve(_work(SHIFTS, TrainingConfig(batch_size=task.BATCH, towers=towers)))


def _work(
    augmentation: AugmentationConfig, training: TrainingConfig = AS_IT_SHIPS
) -> Callable[[], None]:
    keras.config.set_dtype_policy(cpu_device().precision)
    network = build_model(task.PRESET.architecture, task.SHAPE, task.CLASSES)
    trained = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    task.check_size(network.count_params(), trained)
    trainer = Trainer(network, AdamConfig(), training)
    images, labels = task.pixels()
    stream = trainer.stream(
        training_stream(
            Subset(images, labels, np.arange(len(images))),
            num_classes=task.CLASSES,
            batch_size=task.BATCH,
            augmentation=augmentation,
            seed=0,
            first_step=0,
            last_step=100_000,
        )
    )
    lrs = np.full(task.STEPS // CALLS, task.LEARNING_RATE, np.float32)

    def work() -> None:
        for _ in range(CALLS):
            trainer.train(stream, lrs)

    return work
