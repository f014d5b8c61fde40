"""What a layer is called and what is said of it. Knows nothing of how it is drawn.

A layer is whatever has a name, a type and a shape; a type that is not known here is called by
its own name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from core.config import BASES
from core.notation import count, percent

# Those that others trained, each drawn as one layer: Keras's name and what it is called.
WHOLE: Final = {base.application: base.title for base in BASES.values()}
KINDS: Final = {
    **WHOLE,
    "Conv2D": "convolution",
    "DepthwiseConv2D": "depthwise convolution",
    "SeparableConv2D": "separable convolution",
    "BatchNormalization": "batch normalization",
    "MaxPooling2D": "max pooling",
    "AveragePooling2D": "average pooling",
    "GlobalAveragePooling2D": "average of each map",
    "GlobalMaxPooling2D": "maximum of each map",
    "Flatten": "maps in a row",
    "Dense": "dense layer",
    "Dropout": "dropout",
    "Add": "sum",
    "Maximum": "maximum",
    "LeakyReLU": "leaky ReLU",
}
CONVOLUTIONS: Final = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")
ACTIVATIONS: Final = ("Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax", "Maximum")
_FUNCTIONS: Final = {"relu": "ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU"}


class Layer(Protocol):
    """One layer as core.models.plan lays it out."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def options(self) -> dict[str, Any]: ...
    @property
    def output_shape(self) -> tuple[int, ...]: ...
    @property
    def parameters(self) -> int: ...
    @property
    def multiply_adds(self) -> int: ...
    @property
    def inputs(self) -> tuple[str, ...]: ...


def shape_words(shape: Sequence[int]) -> str:
    """(32, 32, 64) -> "32 × 32 × 64"."""
    return " × ".join(count(side) for side in shape)


def kind_words(layer: Layer) -> str:
    """What it is: "convolution"; an activation by its function."""
    if layer.type == "Activation":
        function = str(layer.options.get("activation", "activation"))
        return _FUNCTIONS.get(function, function)
    return KINDS.get(layer.type, layer.type)


def option_words(layer: Layer) -> str:
    """How it is made: "64 filters of 3 × 3, stride 2, padding same"; empty where nothing is."""
    options, words = layer.options, []
    kernel = options.get("kernel_size")
    if "filters" in options:
        words.append(f"{count(options['filters'])} filters of {_sides(kernel)}")
    elif kernel:
        words.append(f"{_sides(kernel)} a map")
    if "units" in options:
        words.append(f"{count(options['units'])} units")
    if "pool_size" in options:
        words.append(f"of {_sides(options['pool_size'])}")
    if options.get("strides") not in (None, 1):
        words.append(f"stride {_side(options['strides'])}")
    if options.get("dilation_rate") not in (None, 1):
        words.append(f"dilation {_side(options['dilation_rate'])}")
    if options.get("depth_multiplier") not in (None, 1):
        words.append(f"depth multiplier {options['depth_multiplier']}")
    if "padding" in options:
        words.append(f"padding {options['padding']}")
    if "rate" in options:
        words.append(f"{percent(options['rate'], 0)} of the values")
    if "negative_slope" in options:
        words.append(f"slope {options['negative_slope']:g} below zero")
    return ", ".join(words)


def receptive_field(layer: Layer) -> int | None:
    """Side of the square of pixels that one value depends on; None where it is not known."""
    found = getattr(layer, "receptive_field", None)
    return found if isinstance(found, int) else None


def layer_lines(layer: Layer) -> list[str]:
    """All that is known of a layer, a line each."""
    numbers = [f"{count(layer.parameters)} parameters"] if layer.parameters else []
    if layer.multiply_adds:
        numbers.append(f"{count(layer.multiply_adds)} multiply-adds an image")
    field = receptive_field(layer)
    lines = (
        f"{layer.name}: {kind_words(layer)}",
        option_words(layer),
        f"makes {shape_words(layer.output_shape)}",
        ", ".join(numbers),
        f"receptive field {shape_words((field, field))} pixels" if field else "",
    )
    return [line for line in lines if line]


def _sides(size: Any) -> str:
    """Of a kernel or a window: 3 or (3, 5)."""
    return shape_words(size) if isinstance(size, (tuple, list)) else shape_words((size, size))


def _side(size: Any) -> str:
    """Of a step, mostly the same both ways."""
    return shape_words(size) if isinstance(size, (tuple, list)) else str(size)
