"""What a step of a configuration takes on this machine, and whether no such machine holds it.

Only what is far beyond it is refused: an estimate may be off, and what could run is not forbidden.
Imports no TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from core.config import BASES, RunConfig, highest_momentum
from core.errors import ConfigError
from core.machine import Device
from core.models.plan import LayerPlan, StepMemory, optimizer_slots, training_memory
from core.notation import size

# Times a device's memory. A step took 0.8 to 1.4 of what is planned (docs/results.md). Weights with
# their gradients and what the optimizer keeps are counted, but for a copy of 16 bits.
_SURELY: Final = 2.0
_SURELY_WEIGHTS: Final = 1.25


def step_memory(
    config: RunConfig,
    layers: Sequence[LayerPlan],
    input_shape: tuple[int, int, int],
    images: int,
    device: Device,
) -> StepMemory:
    """Bytes, about, on one device: cards that train together share a batch.

    Args:
        layers: from plan_layers.
        input_shape: (H, W, C) of the images.
        images: that there are at most, more than which no batch has; 0 where not known.
    """
    training, tests = config.training, config.job == "range-test"
    batch_size = config.range_test_batch_size if tests else training.batch_size
    batch_size = min(batch_size, images or batch_size)
    base = config.architecture.base
    return training_memory(
        layers,
        input_shape,
        ceil(batch_size / min(training.gpus, device.cards or 1)),
        slots=optimizer_slots(config.optimizer, training, highest_momentum(config.schedule)),
        half=device.resolved(training.precision) != "float32",
        base=BASES[base] if base is not None else None,
        fine_tuned=training.fine_tuning is not None and not tests,
    )


def memory_problem(needed: StepMemory, device: Device) -> ConfigError | None:
    """Why no such device can take the step; None where it may, or its memory is not known."""
    there = device.memory
    if there is None:
        return None
    weights = needed.total - needed.activations
    if weights > _SURELY_WEIGHTS * there:
        what, taken = "The network's weights, with what trains them,", weights
        advice = (
            "Take fewer filters and units, or a global average in place of Flatten before dense "
            "layers."
        )
    elif needed.total > _SURELY * there:
        what, taken = "A training step", needed.total
        advice = "Take a smaller batch, smaller images, or fewer filters."
    else:
        return None
    has = "the graphics card has" if device.kind == "gpu" else "this machine has"
    return ConfigError(f"{what} would take about {size(taken)}, and {has} {size(there)}.", advice)
