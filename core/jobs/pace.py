"""How long an epoch takes on this machine: from runs that it has finished, else a rough figure.

Steps, images and multiply-adds on paper give what an epoch costs on a reference machine; how
this machine compares is taken from the finished run that is most like it. Every figure is
"about": what else the machine does is not known. Knows nothing of TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from core.config import RunConfig, SplitConfig
from core.errors import UserError
from core.jobs.preflight import Preflight
from core.machine import Device
from core.models.plan import plan_layers, total_multiply_adds
from core.runs import Run, State

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
_START = 5.0  # s before the first step and after the last


@dataclass(frozen=True)
class Work:
    """What an epoch asks of a machine."""

    steps: int
    batch_size: int
    validation_images: int
    multiply_adds: int  # of one image's forward pass


@dataclass(frozen=True)
class Measured:
    """What an epoch of a finished run took, on the device of that name."""

    work: Work
    precision: str
    device: str
    seconds: float


def work_of(config: RunConfig, found: Preflight) -> Work | None:
    """An epoch of a configuration; None where its images or its network are not known."""
    if found.info is None or not found.layers or not found.info.sizes.get("train"):
        return None
    sizes = found.info.sizes
    own = sizes.get("validation", 0)
    train, validation = _divided(config.split, sizes["train"], own, sizes.get("test", 0))
    train = min(train, config.dataset.limit or train)
    return _work(config, train, validation, found.multiply_adds)


def measure(run: Run) -> Measured | None:
    """What a finished training run took an epoch; None of any other, and of a damaged record."""
    status = run.status()
    result = status.training_result
    if status.state is not State.FINISHED or result is None or not status.epoch:
        return None
    try:
        config, data = run.config(), run.dataset()
        layers = plan_layers(config.architecture, data.image_shape, data.num_classes)
    except UserError:
        return None
    if not data.sizes.get("train") or result.seconds <= 0:
        return None
    validation = data.sizes.get("validation", 0)
    work = _work(config, data.sizes["train"], validation, total_multiply_adds(layers))
    return Measured(work, status.precision, status.device, result.seconds / status.epoch)


def seconds_per_epoch(
    config: RunConfig, found: Preflight, past: Iterable[Measured], device: Device
) -> float | None:
    """About how long an epoch takes on this machine.

    Args:
        found: the configuration looked over.
        past: finished runs, newest first; those of other devices are left out.
        device: this machine's.

    Returns: seconds, with validation; None where the work is not known.
    """
    work = work_of(config, found)
    if work is None:
        return None
    asked = config.training.precision
    precision = device.precision if asked == "auto" else asked
    guess = _roughly(work, precision, device)
    here = [item for item in past if item.device == device.name and item.precision == precision]
    if here:
        like = min(here, key=lambda item: _distance(item.work, work))
        slower = like.seconds / _roughly(like.work, precision, device)
        # Of work unlike its own it says little: most of what a tiny network takes is no arithmetic.
        return float(guess * slower ** (1.0 / (1.0 + _distance(like.work, work))))
    return guess


def seconds_of_run(config: RunConfig, epoch_seconds: float) -> float:
    """All of a run, its start with it; it may stop early."""
    return _START + config.training.epochs * epoch_seconds


def _work(config: RunConfig, train: int, validation: int, multiply_adds: int) -> Work:
    training = config.training
    if training.validation_steps is not None:
        validation = min(validation, training.validation_steps * training.batch_size)
    steps = training.steps_in_epoch(train)
    return Work(steps, training.batch_size, validation, multiply_adds)


def _divided(split: SplitConfig, train: int, validation: int, test: int) -> tuple[int, int]:
    """(training, validation) images, as core.data.splits divides them, to an image a class."""
    if split.method == "auto" and validation:
        return train, validation
    pool = train + validation
    if split.method == "none":
        return pool, test
    taken = split.count if split.method == "first-n" else round(pool * split.fraction)
    return max(pool - taken, 1), taken


def _roughly(work: Work, precision: str, device: Device) -> float:
    """Seconds of an epoch, as the reference machine's figures have it for such a device."""
    cost = _MULTIPLY_ADD * (_WITHOUT_16_BITS if precision == "float32" else 1.0)
    image = _IMAGE + cost * work.multiply_adds
    image /= _CARD if device.kind == "gpu" else min(device.cores, _MOST_CORES) / _CORES
    images = work.steps * work.batch_size + _FORWARD * work.validation_images
    return _EPOCH + work.steps * _STEP + images * image


def _distance(one: Work, other: Work) -> float:
    """How unlike two works are, by what an image and what a step costs."""
    return abs(math.log((one.multiply_adds + 1e6) / (other.multiply_adds + 1e6))) + abs(
        math.log(one.batch_size / other.batch_size)
    )
