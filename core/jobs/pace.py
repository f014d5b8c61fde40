"""How long an epoch takes on this machine: timed, else from runs that it has finished.

A network that was timed here (core.training.timing) says what a step and a prediction take.
Of another, steps, images and multiply-adds on paper give what an epoch costs on a reference
machine, and how this machine compares is taken from what was timed or finished here and is most
like it. Every figure comes with how far off it may be. Knows nothing of TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.config import BASES, RunConfig, SplitConfig
from core.errors import UserError
from core.jobs.preflight import Preflight
from core.machine import Device
from core.models.plan import plan_layers, total_multiply_adds
from core.runs import Run, State, TimingResult

# The reference: two cores with 16-bit matrix units, whose speeds are in docs/results.md. VGG style
# in batches of 128 runs at 1,480 images a second there, which these add up to.
_CORES = 2
_STEP = 4e-3  # s, whatever the batch: the call and its smallest operations
_IMAGE = 1e-4  # s for what is no multiplication: gathering, augmentation, memory
_MULTIPLY_ADD = 1.4e-11  # s, of the forward pass, with all that training does about it
_EPOCH = 0.3  # s between epochs: a line, a checkpoint
_FORWARD = 1 / 3  # of what training costs, where an image is only predicted
_WITHOUT_16_BITS = 4.0  # times a multiplication's cost
_MOST_CORES = 16  # more of them help little with small networks
_CARD = 30.0  # times faster than the reference in all but the calls
# Of a base's 32 x 32 pixels, s: predicted, fine-tuned; and s a step of a fine-tuned one, whatever
# the batch. Hardly less with 16 bits: most of it is no multiplication.
_OF_A_BASE = {
    "mobilenet_v3_small": (1.5e-4, 3e-4, 0.08),
    "mobilenet_v3_large": (4e-4, 1.8e-3, 0.15),
    "efficientnet_v2_b0": (6e-4, 3e-3, 0.2),
    "resnet50_v2": (3e-3, 1.2e-2, 0.3),
}
_START = 5.0  # s before the first step and after the last
# How far off an estimate may be, as a factor. Chosen; `make bench ONLY=long_pace` counts how often
# the ranges hold.
_LEAST_ERROR = 0.05  # of a network timed here, where its steps spread less
_FACTOR_SAME = 1.25  # from a finished run of the same network
_FACTOR_LIKE = 1.4  # from another, at the least
_FACTOR_UNSEEN = 3.0  # where nothing ran here yet, and at the most


@dataclass(frozen=True)
class _BaseWork:
    """What a base that others trained takes on the reference machine, in seconds."""

    multiply_adds: int = 0  # of those of the whole network
    training: float = 0.0  # an image, the mean over frozen and fine-tuned epochs
    predicting: float = 0.0


@dataclass(frozen=True)
class Work:
    """What an epoch asks of a machine."""

    steps: int
    batch_size: int  # of a whole step: no more than there are images
    training_images: int
    validation_images: int
    multiply_adds: int  # of one image's forward pass
    base: _BaseWork = _BaseWork()
    step: str = ""  # the same where a step and a prediction do the same


@dataclass(frozen=True)
class Measured:
    """What an epoch took or, of a network that was timed, would take on the device of that name."""

    work: Work
    precision: str
    device: str
    seconds: float
    result: TimingResult | None = None  # where it was timed


@dataclass(frozen=True)
class Estimate:
    """How long an epoch takes, with validation, or all of a run, in seconds."""

    seconds: float
    factor: float  # the truth is likely within seconds / factor and seconds * factor; above 1
    timed: bool = False  # this very network was timed on this machine

    @property
    def low(self) -> float:
        return self.seconds / self.factor

    @property
    def high(self) -> float:
        return self.seconds * self.factor


def work_of(config: RunConfig, found: Preflight) -> Work | None:
    """An epoch of a configuration; None where its images or its network are not known."""
    if found.info is None or not found.layers or not found.info.sizes.get("train"):
        return None
    assert found.input_shape is not None  # where there are layers
    sizes = found.info.sizes
    own = sizes.get("validation", 0)
    train, validation = _divided(config.split, sizes["train"], own, sizes.get("test", 0))
    train = min(train, config.dataset.limit or train)
    shape = (*found.input_shape, found.num_classes)
    return _work(config, train, validation, shape, found.multiply_adds)


def measure(run: Run) -> Measured | None:
    """What a finished run, or a timing, says of an epoch; None of any other, and of a damaged
    record."""
    status = run.status()
    if status.state is not State.FINISHED:
        return None
    try:
        config, data = run.config(), run.dataset()
        layers = plan_layers(config.architecture, data.image_shape, data.num_classes)
    except UserError:
        return None
    train, validation = data.sizes.get("train", 0), data.sizes.get("validation", 0)
    if not train:
        return None
    shape = (*data.image_shape, data.num_classes)
    work = _work(config, train, validation, shape, total_multiply_adds(layers))
    timing, result = status.timing_result, status.training_result
    if timing is not None:
        seconds = _timed(work, timing)
    elif result is not None and status.epoch:
        seconds = result.seconds / status.epoch
    else:
        return None
    if seconds <= 0:
        return None
    return Measured(work, status.precision, status.device, seconds, timing)


def epoch_time(
    config: RunConfig, found: Preflight, past: Iterable[Measured], device: Device
) -> Estimate | None:
    """About how long an epoch takes on this machine.

    Args:
        found: the configuration looked over.
        past: what was timed, then what has finished, newest first; those of other devices are
            left out.
        device: this machine's.

    Returns: seconds, with validation; None where the work is not known.
    """
    work = work_of(config, found)
    if work is None:
        return None
    precision = device.resolved(config.training.precision)
    here = [item for item in past if item.device == device.name and item.precision == precision]
    same = [item for item in here if item.work.step == work.step]
    for item in same:
        if item.result is not None:
            spread = max(item.result.error, _LEAST_ERROR)
            factor = min(1.0 + spread, _FACTOR_UNSEEN)
            return Estimate(_timed(work, item.result), factor, timed=True)
    guess = _roughly(work, precision, device)
    like = min(same or here, key=lambda item: _distance(item.work, work), default=None)
    if like is None:
        return Estimate(guess, _FACTOR_UNSEEN)
    slower = like.seconds / _roughly(like.work, precision, device)
    apart = _distance(like.work, work)
    # Of work unlike its own it says little: most of what a tiny network takes is no arithmetic.
    seconds = float(guess * slower ** (1.0 / (1.0 + apart)))
    if same:
        return Estimate(seconds, _FACTOR_SAME)
    unsure = 1.0 + (like.result.error if like.result else 0.0)
    return Estimate(seconds, min(unsure * _FACTOR_LIKE * math.exp(apart / 2), _FACTOR_UNSEEN))


def _timed(work: Work, result: TimingResult) -> float:
    """Seconds of an epoch of steps and predictions such as were timed."""
    images = work.validation_images * result.seconds_per_image
    return _EPOCH + work.steps * result.seconds_per_step + images


def run_time(config: RunConfig, epoch: Estimate) -> Estimate:
    """All of a run, its start with it; it may stop early."""
    return replace(epoch, seconds=_START + config.training.epochs * epoch.seconds)


def _work(
    config: RunConfig, train: int, validation: int, shape: tuple[int, ...], multiply_adds: int
) -> Work:
    """Shape: of an image, then how many classes."""
    training = config.training
    if training.validation_steps is not None:
        validation = min(validation, training.validation_steps * training.batch_size)
    steps, images = training.steps_in_epoch(train), training.images_in_epoch(train)
    batch_size = min(training.batch_size, train)
    base, step = _base_work(config, shape, images / steps), _step_of(config, shape, batch_size)
    return Work(steps, batch_size, images, validation, multiply_adds, base, step)


def _base_work(config: RunConfig, shape: tuple[int, ...], images_a_step: float) -> _BaseWork:
    """Shape: of an image, then how many classes."""
    training = config.training
    if config.architecture.base is None:
        return _BaseWork()
    base, fine_tuning = BASES[config.architecture.base], training.fine_tuning
    rows, columns, _ = base.output_shape(*shape[:2])
    predicted, tuned, step = _OF_A_BASE[base.name]
    predicting = rows * columns * predicted
    fine_tuned = rows * columns * tuned + step / images_a_step
    share = fine_tuning.frozen_epochs / training.epochs if fine_tuning else 1.0
    seconds = share * predicting + (1.0 - share) * fine_tuned
    return _BaseWork(base.multiply_adds(*shape[:2]), seconds, predicting)


def _step_of(config: RunConfig, shape: tuple[int, ...], batch_size: int) -> str:
    """All that decides what a step and a prediction cost, as text."""
    alike = {"architecture", "preprocessing", "augmentation", "optimizer"}
    training = config.training
    parts: tuple[object, ...] = (
        config.model_dump_json(include=alike, exclude={"architecture": {"name"}}),
        shape,
        batch_size,
    )
    slower = {"towers", "deterministic", "averaging", "clip_norm", "clip_value"}
    changed = training.model_dump_json(include=slower, exclude_defaults=True)
    if changed != "{}":
        parts = (*parts, changed)
    if training.fine_tuning is not None:  # else as in records of the versions before
        parts = (*parts, training.fine_tuning.frozen_epochs / training.epochs)
    return f"{parts} on {config.training.gpus}"


def _divided(split: SplitConfig, train: int, validation: int, test: int) -> tuple[int, int]:
    """(training, validation) images, as core.data.splits divides them, to an image a class."""
    if split.method == "auto" and validation:
        return train, validation
    pool = train + validation
    if split.method == "none":
        return pool, test
    if split.method == "fold":
        taken = len(range(split.fold, pool, split.folds))  # dealt like cards
    else:
        taken = split.count if split.method == "first-n" else round(pool * split.fraction)
    return max(pool - taken, 1), taken


def _roughly(work: Work, precision: str, device: Device) -> float:
    """Seconds of an epoch, as the reference machine's figures have it for such a device."""
    cost = _MULTIPLY_ADD * (_WITHOUT_16_BITS if precision == "float32" else 1.0)
    image = _IMAGE + cost * (work.multiply_adds - work.base.multiply_adds)
    trained = work.training_images * (image + work.base.training)
    judged = work.validation_images * (_FORWARD * image + work.base.predicting)
    faster = _CARD if device.kind == "gpu" else min(device.cores, _MOST_CORES) / _CORES
    return _EPOCH + work.steps * _STEP + (trained + judged) / faster


def _distance(one: Work, other: Work) -> float:
    """How unlike two works are, by what an image and what a step costs."""
    return abs(math.log((one.multiply_adds + 1e6) / (other.multiply_adds + 1e6))) + abs(
        math.log(one.batch_size / other.batch_size)
    )
