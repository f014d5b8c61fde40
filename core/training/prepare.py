"""What a training run and a range test both need: data, network, optimizer, precision.

Imports TensorFlow; called in the worker only.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import keras
import tensorflow as tf

from core.config import RunConfig
from core.data.dataset import Dataset
from core.data.load import load_dataset
from core.data.splits import Splits, make_splits
from core.data.stats import subset_stats
from core.errors import TrainingError
from core.machine import Device, cpu_device, gpu_device
from core.models.builder import build_model
from core.models.export import load_model
from core.runs import DatasetSummary, Phase, Run, open_run
from core.runs.recorder import Recorder
from core.training.trainer import Trainer


@dataclass(frozen=True)
class Prepared:
    dataset: Dataset
    splits: Splits
    trainer: Trainer

    @property
    def num_classes(self) -> int:
        return len(self.dataset.classes)


def prepare(run: Run, config: RunConfig, recorder: Recorder) -> Prepared:
    """Load the data and build the network that the configuration asks for.

    Raises:
        UserError: why that cannot be.
    """
    recorder.phase(Phase.PREPARING_DATA)
    dataset, splits = load_data(config, recorder)
    run.write_dataset(summarize(config, dataset, splits))
    recorder.phase(Phase.BUILDING_NETWORK)
    device = use_device(config)
    recorder.update(device=device.name, precision=device.precision)
    keras.utils.set_random_seed(config.training.seed)
    if config.training.deterministic:
        tf.config.experimental.enable_op_determinism()
    strategy = choose_strategy(config.training.gpus)
    with strategy.scope() if strategy else nullcontext():
        network = build_network(config, dataset, splits)
    if config.initial_weights:
        _start_from(network, config.initial_weights, run)
    smoothing = config.training.label_smoothing
    return Prepared(dataset, splits, Trainer(network, config.optimizer, smoothing, strategy))


def choose_strategy(gpus: int) -> tf.distribute.Strategy | None:
    """Share each batch over several graphics cards; None for one device.

    Raises:
        TrainingError: fewer cards are there than were asked for.
    """
    if gpus == 1:
        return None
    cards = tf.config.list_logical_devices("GPU")
    if len(cards) < gpus:
        raise TrainingError(
            f"{gpus} graphics cards were asked for, but TensorFlow finds {len(cards)}.",
            f"Set training.gpus to {max(len(cards), 1)}.",
        )
    return tf.distribute.MirroredStrategy([card.name for card in cards[:gpus]])


def load_data(config: RunConfig, recorder: Recorder) -> tuple[Dataset, Splits]:
    def progress(fraction: float | None, words: str) -> None:
        percent = "" if fraction is None else f" {fraction:.0%}"
        recorder.update(phase_detail=f"{words}{percent}")

    dataset = load_dataset(config.dataset, progress=progress)
    return dataset, make_splits(dataset, config.split, config.dataset.limit)


def use_device(config: RunConfig) -> Device:
    """Set the precision for the device that TensorFlow has; the device."""
    cards = tf.config.list_physical_devices("GPU")
    device = cpu_device()
    for card in cards:
        tf.config.experimental.set_memory_growth(card, True)
    if cards:
        details = tf.config.experimental.get_device_details(cards[0])
        name = details.get("device_name", "GPU")
        device = gpu_device(name, details.get("compute_capability", (0, 0)))
    asked = config.training.precision
    precision = device.precision if asked == "auto" else asked
    keras.config.set_dtype_policy(precision)
    return Device(device.name, device.kind, precision, device.reason)


def build_network(config: RunConfig, dataset: Dataset, splits: Splits) -> keras.Model:
    mean = variance = None
    if config.preprocessing == "standardize":
        stats = subset_stats(splits.train)
        mean = [float(value) for value in stats.mean]
        variance = [float(value) ** 2 for value in stats.std]
    return build_model(
        config.architecture,
        dataset.image_shape,
        len(dataset.classes),
        preprocessing=config.preprocessing,
        mean=mean,
        variance=variance,
    )


def _start_from(network: keras.Model, run_id: str, run: Run) -> None:
    """Copy the weights of another run's best model."""
    other = load_model(open_run(run_id, run.path.parent).model_path).get_weights()
    own = network.get_weights()
    if [w.shape for w in own] != [w.shape for w in other]:
        raise TrainingError(
            f"Run {run_id} has another network, so its weights do not fit this one.",
            "Choose the same architecture and image size, or start from new weights.",
        )
    network.set_weights(other)


def summarize(config: RunConfig, dataset: Dataset, splits: Splits) -> DatasetSummary:
    """What the record keeps of the data."""
    return DatasetSummary(
        name=dataset.name,
        title=dataset.title,
        classes=dataset.classes,
        image_shape=dataset.image_shape,
        light_on_dark=dataset.light_on_dark,
        fit=config.dataset.fit,
        interpolation=config.dataset.interpolation,
        validates_on_test=splits.validates_on_test,
        sizes={
            "train": len(splits.train),
            "validation": len(splits.validation),
            "test": len(splits.test),
        },
        # A range test predicts nothing.
        test_digest=splits.test.digest() if config.job == "train" else "",
    )
