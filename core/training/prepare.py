"""What a training run and a range test both need: network, optimizer, precision.

Imports TensorFlow; called in the worker only.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import keras
import tensorflow as tf

from core.config import BASES, RunConfig, highest_momentum
from core.data.dataset import Dataset
from core.data.pretrained import whole_weights
from core.data.splits import Splits
from core.data.stats import subset_stats
from core.errors import TrainingError
from core.machine import Device, cpu_device, gpu_device
from core.models.bases import fine_tuned
from core.models.builder import build_model
from core.models.export import load_model
from core.models.layers import whitening
from core.models.plan import judged_at_once, plan_layers
from core.runs import Phase, Run, open_run
from core.runs.recorder import Recorder
from core.training import checkpoints
from core.training.failures import towers_on_a_card
from core.training.trainer import Trainer


@dataclass(frozen=True)
class Prepared:
    dataset: Dataset
    splits: Splits
    trainer: Trainer  # of a base that others trained it trains nothing
    judged_at_once: int  # images of a batch that is judged
    base_layers: tuple[keras.layers.Layer, ...] = ()  # those that fine-tuning trains

    def trainer_of_phase(self, *, fine_tunes: bool) -> Trainer:
        """The same network with an optimizer of its own, its base trained or left as it is."""
        for layer in self.base_layers:
            layer.trainable = fine_tunes
        return self.trainer.begun_anew()

    @property
    def num_classes(self) -> int:
        return len(self.dataset.classes)


def prepare(
    run: Run, config: RunConfig, recorder: Recorder, data: tuple[Dataset, Splits]
) -> Prepared:
    """Build the network that the configuration asks for, to be trained on the data.

    Raises:
        UserError: why that cannot be.
    """
    dataset, splits = data
    recorder.phase(Phase.BUILDING_NETWORK)
    device = use_device(config)
    if device.kind == "gpu" and config.training.towers > 1:
        raise towers_on_a_card(config.training.towers)
    recorder.update(device=device.name, precision=device.precision)
    keras.utils.set_random_seed(config.training.seed)
    if config.training.deterministic:
        tf.config.experimental.enable_op_determinism()
    strategy = choose_strategy(config.training.gpus)
    resumes = checkpoints.are_in(run.checkpoints_path)  # all weights come from there
    with strategy.scope() if strategy else nullcontext():
        base_weights = None if resumes else _base_weights(config)
        network = build_network(config, dataset, splits, base_weights)
    if config.architecture.whitening is not None and not resumes:
        seen = splits.train.evenly(whitening.IMAGES)
        whitening.fit_whitening(network, seen.gather(range(len(seen)))[0])
    if config.initial_weights and not resumes:
        _start_from(network, config.initial_weights, run)
    momentum = highest_momentum(config.schedule)
    trainer = Trainer(network, config.optimizer, config.training, strategy, momentum)
    plan = plan_layers(config.architecture, dataset.image_shape, len(dataset.classes))
    base = BASES[config.architecture.base] if config.architecture.base else None
    return Prepared(
        dataset,
        splits,
        trainer,
        judged_at_once(plan, dataset.image_shape, config.training.batch_size, base),
        tuple(fine_tuned(network, plan)) if base else (),
    )


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
    precision = device.resolved(config.training.precision)
    keras.config.set_dtype_policy(precision)
    return Device(device.name, device.kind, precision, device.reason)


def build_network(
    config: RunConfig, dataset: Dataset, splits: Splits, base_weights: Path | None = None
) -> keras.Model:
    mean = variance = None
    if config.preprocessing == "standardize" and config.architecture.base is None:
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
        synchronized=config.training.gpus > 1,
        base_weights=base_weights,
    )


def _base_weights(config: RunConfig) -> Path | None:
    """The file of the base's weights; None where there is no base, or where all of the network's
    weights come from another run."""
    base = config.architecture.base
    if base is None or config.initial_weights:
        return None
    return whole_weights(BASES[base])


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
