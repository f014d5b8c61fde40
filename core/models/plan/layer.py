"""One layer of a plan, and what all of them come to. Knows nothing of how a plan is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

Shape = tuple[int, ...]
BASE: Final = "base"  # the layer that stands for all of a network that others trained
HEAD: Final = "head"  # the last dense layer, whose outputs become probabilities
WHITENING: Final = "whitening"  # the first layer of a network that whitens
INPUT: Final = "input"  # stands for the preprocessed image in LayerPlan.inputs


@dataclass(frozen=True)
class LayerPlan:
    """One layer. `type` is the Keras layer's class name, `options` what it is made with.

    Of the options one is not Keras's own: `l2`, the factor of its penalty.
    """

    name: str
    type: str
    options: dict[str, Any]
    output_shape: Shape  # without the batch axis
    parameters: int = 0
    trainable_parameters: int = 0
    multiply_adds: int = 0  # of one image's forward pass; only convolutions and dense layers
    inputs: tuple[str, ...] = field(default=(INPUT,))  # names of the layers that it takes
    # Side of the square of the image that one value depends on, in pixels; it may reach beyond the
    # image. None once the maps are a vector, which depends on all of it.
    receptive_field: int | None = None


def total_parameters(layers: list[LayerPlan]) -> int:
    return sum(layer.parameters for layer in layers)


def total_trainable(layers: list[LayerPlan]) -> int:
    return sum(layer.trainable_parameters for layer in layers)


def total_multiply_adds(layers: list[LayerPlan]) -> int:
    return sum(layer.multiply_adds for layer in layers)
