"""About how much memory a training step takes, and for what. Knows nothing of devices.

An estimate, from what going backward through each layer has to look at again (Chen et al. 2016,
section 3): libraries' buffers, the images waiting in the pipeline and what convolutions work in
come on top. docs/results.md says how near it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

from core.config import (
    Base,
    LionConfig,
    OptimizerConfig,
    RmspropConfig,
    SgdConfig,
    TrainingConfig,
)
from core.models.plan.layer import INPUT, LayerPlan, total_parameters, total_trainable

_WORD: Final = 4  # bytes of a float32
_MOST_SLOTS: Final = 2
_MOST_JUDGED: Final = 256  # images at once; more are no quicker
_JUDGING: Final = 512 * 2**20  # bytes
_MAPS: Final = 3  # that going forward holds: what a layer takes, what it makes, a shortcut
# Going backward through a layer looks at what it took, or at what it made, or at neither.
_LOOKS_AT_INPUT: Final = {
    *("Conv2D", "DepthwiseConv2D", "Dense", "BatchNormalization"),
    *("MaxPooling2D", "GlobalMaxPooling2D", "LeakyReLU", "silu", "gelu"),
}
_LOOKS_AT_OUTPUT: Final = {
    *("MaxPooling2D", "GlobalMaxPooling2D"),
    *("relu", "elu", "tanh", "softmax", "sigmoid"),
}
# Bytes that are kept of each number: by a dropout, besides what it has multiplied by, what that was
# drawn from; by a maximum what each comparison of two has said. As measured.
_DRAWN: Final = 1
_COMPARED: Final = 1.5
# Gradients on the way, with what they are reckoned with.
_ON_THE_WAY: Final = 2
_ON_THE_WAY_AVERAGED: Final = 4  # words of 16 bits: a mean over maps is reckoned in 32


@dataclass(frozen=True)
class StepMemory:
    """Bytes that a training step takes."""

    activations: int  # of a batch, kept for going backward, and gradients on the way
    weights: int
    gradients: int  # of the weights
    optimizer: int

    @property
    def total(self) -> int:
        return self.activations + self.weights + self.gradients + self.optimizer


def optimizer_slots(
    optimizer: OptimizerConfig, training: TrainingConfig, cycled_momentum: float | None = None
) -> int:
    """How many numbers are kept for each trained weight, at most; an average of it is one.

    Args:
        cycled_momentum: the highest that the schedule sets, 0 or more; None: the configured holds.
    """
    averages = int(training.averaging is not None)
    if isinstance(optimizer, (SgdConfig, RmspropConfig)):
        velocities = cycled_momentum is not None or optimizer.momentum > 0.0
        return averages + velocities + isinstance(optimizer, RmspropConfig)
    return averages + (1 if isinstance(optimizer, LionConfig) else _MOST_SLOTS)


def training_memory(
    layers: Sequence[LayerPlan],
    input_shape: tuple[int, int, int],
    batch_size: int,
    *,
    slots: int = _MOST_SLOTS,
    half: bool = False,
    base: Base | None = None,
    fine_tuned: bool = False,
) -> StepMemory:
    """What a step on one device takes, about.

    A base that is not trained keeps nothing for going backward, and needs no gradients.

    Args:
        layers: from plan_layers.
        input_shape: (H, W, C) of the images.
        batch_size: images of a step.
        slots: from optimizer_slots.
        half: activations of 16 bits, as in mixed precision.
        base: that the network begins with, if any.
        fine_tuned: the base is trained, in a second phase, which takes the most.
    """
    sizes = _sizes(layers, input_shape)
    word = _WORD // 2 if half else _WORD
    image = word * sum(sizes[name] for name in _looked_at(layers))
    image += sum(_made_within(layer, sizes[layer.name], word) for layer in layers)
    parameters, trained = total_parameters(list(layers)), total_trainable(list(layers))
    if base is not None and fine_tuned:
        image += word * _cells(base, input_shape) * base.kept_cell
        trained += base.trained_on
    within = _ON_THE_WAY * _largest(layers, input_shape, base)
    image += word * max(within, *(_on_the_way(layer, sizes, half) for layer in layers))
    return StepMemory(
        activations=batch_size * image,
        weights=parameters * (_WORD + word if half else _WORD),  # half: a copy to compute with
        gradients=trained * _WORD,
        optimizer=slots * trained * _WORD,
    )


def judged_at_once(
    layers: Sequence[LayerPlan],
    input_shape: tuple[int, int, int],
    batch_size: int,
    base: Base | None = None,
) -> int:
    """How many images a network judges at once, 1 to 256.

    As many as half a gigabyte has room for, but no fewer than it trains on together: going
    forward alone takes less for each.

    Args:
        layers: from plan_layers.
        input_shape: (H, W, C) of the images.
        batch_size: images of a training step.
        base: that the network begins with, if any.
    """
    room = _JUDGING // (_MAPS * _WORD * _largest(layers, input_shape, base))
    return min(_MOST_JUDGED, max(room, batch_size))


def _sizes(layers: Sequence[LayerPlan], input_shape: tuple[int, int, int]) -> dict[str, int]:
    """Numbers in each layer's output for an image, and in the image."""
    return {INPUT: prod(input_shape)} | {item.name: prod(item.output_shape) for item in layers}


def _largest(
    layers: Sequence[LayerPlan], input_shape: tuple[int, int, int], base: Base | None
) -> int:
    """Numbers in the largest output, those within the base among them."""
    within = _cells(base, input_shape) * base.largest_cell if base is not None else 0
    return max(within, *_sizes(layers, input_shape).values())


def _cells(base: Base, input_shape: tuple[int, int, int]) -> int:
    return prod(base.output_shape(*input_shape[:2])[:2])


def _looked_at(layers: Sequence[LayerPlan]) -> set[str]:
    """The layers whose outputs are looked at again."""
    found: set[str] = set()
    for layer in layers:
        if _kind(layer) in _LOOKS_AT_INPUT:
            found.update(layer.inputs)
        if _kind(layer) in _LOOKS_AT_OUTPUT:
            found.add(layer.name)
    return found


def _made_within(layer: LayerPlan, size: int, word: int) -> int:
    """Bytes for an image that a layer keeps besides what it took and made.

    A maximum compares its inputs two at a time, and the comparisons are made at once: what was
    compared is not looked at again.

    Args:
        size: numbers that it makes.
        word: bytes of one.
    """
    if layer.type == "Dropout":
        return size * (word + _DRAWN)
    if layer.type == "Maximum":
        return int(size * (len(layer.inputs) - 1) * _COMPARED)
    return 0


def _on_the_way(layer: LayerPlan, sizes: dict[str, int], half: bool) -> int:
    """Numbers that there are at once while gradients go through a layer."""
    if half and layer.type == "GlobalAveragePooling2D":
        return _ON_THE_WAY_AVERAGED * sizes[layer.inputs[0]]
    of_inputs = len(layer.inputs) if layer.type == "Maximum" else 0  # each of them has one
    return (_ON_THE_WAY + of_inputs) * sizes[layer.name]


def _kind(layer: LayerPlan) -> str:
    """Its type; of an activation its name."""
    return str(layer.options["activation"]) if layer.type == "Activation" else layer.type
