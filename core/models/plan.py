"""What a network consists of, worked out on paper: layers, shapes, parameters, cost.

Needs no TensorFlow, so that the Design page answers at once. The builder makes its
Keras layers from this very plan, so the two cannot drift apart; a test compares them.
The plan starts after the input and the preprocessing, which have no parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

from core.config import ArchitectureConfig, BlockConfig
from core.errors import ConfigError

Shape = tuple[int, ...]
POOL_SIZE: Final = 2
KERAS_MOMENTUM: Final = 0.99  # of batch normalization where nothing else is asked for
INPUT: Final = "input"  # stands for the preprocessed image in LayerPlan.inputs


@dataclass(frozen=True)
class LayerPlan:
    """One layer. `type` is the Keras layer's class name."""

    name: str
    type: str
    options: dict[str, Any]
    output_shape: Shape  # without the batch axis
    parameters: int = 0
    trainable_parameters: int = 0
    multiply_adds: int = 0  # of one image's forward pass; only convolutions and dense layers
    inputs: tuple[str, ...] = field(default=(INPUT,))  # names of the layers that it takes


def plan_layers(
    architecture: ArchitectureConfig, input_shape: tuple[int, int, int], num_classes: int
) -> list[LayerPlan]:
    """Every layer from the first convolution to the probabilities.

    Args:
        architecture: the network.
        input_shape: (H, W, C) of the images.
        num_classes: how many classes there are to tell apart.

    Raises:
        ConfigError: the input is too small, or the head does not suit the classes.
    """
    _check_head(architecture, num_classes)
    plan = _Plan(architecture, tuple(input_shape))
    for number, block in enumerate(architecture.blocks, start=1):
        plan.block(number, block)
    plan.flatten()
    for number, units in enumerate(architecture.dense, start=1):
        plan.dense_layer(number, units)
    plan.head(num_classes)
    return plan.layers


def smallest_side(architecture: ArchitectureConfig) -> int:
    """The smallest height and width that leave every layer something to work on."""
    side = 1
    for block in reversed(architecture.blocks):
        if block.pool != "none":
            side *= POOL_SIZE
        if architecture.padding == "valid":
            side += block.convolutions * (block.kernel_size - 1)
    return side


def total_parameters(layers: list[LayerPlan]) -> int:
    return sum(layer.parameters for layer in layers)


def total_trainable(layers: list[LayerPlan]) -> int:
    return sum(layer.trainable_parameters for layer in layers)


def total_multiply_adds(layers: list[LayerPlan]) -> int:
    return sum(layer.multiply_adds for layer in layers)


def _check_head(architecture: ArchitectureConfig, num_classes: int) -> None:
    if num_classes < 2:
        raise ConfigError(
            f"classes: received {num_classes}; a network tells at least 2 classes apart."
        )
    if architecture.head == "sigmoid" and num_classes != 2:
        raise ConfigError(
            f"architecture.head: a sigmoid head has one output, for exactly 2 classes, but the "
            f"data have {num_classes}.",
            "Choose the softmax head.",
        )


class _Plan:
    """Grows a list of layers; `self.shape` is what the next one receives."""

    def __init__(self, architecture: ArchitectureConfig, input_shape: Shape) -> None:
        self.architecture = architecture
        self.shape: Shape = input_shape
        self.last = INPUT
        self.layers: list[LayerPlan] = []

    def block(self, number: int, block: BlockConfig) -> None:
        for i in range(1, block.convolutions + 1):
            self._convolution(f"block{number}_conv{i}", f"block{number}_act{i}", block)
            if self.architecture.batch_normalization:
                self._batch_normalization(f"block{number}_bn{i}")
        if block.pool != "none":
            self._pool(f"block{number}_pool", block.pool)
        self._dropout(f"block{number}_dropout", block.dropout)

    def flatten(self) -> None:
        kind = self.architecture.flatten
        if kind == "flatten":
            self._add(kind, "Flatten", {}, (prod(self.shape),))
        elif kind == "global_average":
            self._add(kind, "GlobalAveragePooling2D", {}, self.shape[-1:])
        else:
            self._add(kind, "GlobalMaxPooling2D", {}, self.shape[-1:])
        self._dropout("flatten_dropout", self.architecture.flatten_dropout)

    def dense_layer(self, number: int, units: int) -> None:
        self._activated(f"dense{number}", f"dense{number}_act", "Dense", {"units": units}, (units,))
        self._dropout(f"dense{number}_dropout", self.architecture.dense_dropout)

    def head(self, num_classes: int) -> None:
        sigmoid = self.architecture.head == "sigmoid"
        units = 1 if sigmoid else num_classes
        self._weighted("head", "Dense", {"units": units}, (units,))
        activation = {"activation": self.architecture.head}
        self._add("probabilities", "Activation", activation, (units,))

    def _convolution(self, name: str, activation_name: str, block: BlockConfig) -> None:
        k, padding = block.kernel_size, self.architecture.padding
        height, width = self.shape[:2]
        if padding == "valid":
            self._need(name, k)
            height, width = height - k + 1, width - k + 1
        options = {
            "filters": block.filters,
            "kernel_size": k,
            "padding": padding,
            "kernel_initializer": self.architecture.initializer,
        }
        self._activated(name, activation_name, "Conv2D", options, (height, width, block.filters))

    def _activated(
        self, name: str, activation_name: str, kind: str, options: dict[str, Any], shape: Shape
    ) -> None:
        """A weighted layer and its activation.

        Maxout (Goodfellow et al. 2013) is the larger of two layers with weights of their
        own, and so doubles the parameters: `name` and `name_b`, joined by a Maximum.
        """
        if self.architecture.activation != "maxout":
            self._weighted(name, kind, options, shape)
            activation = {"activation": self.architecture.activation}
            self._add(activation_name, "Activation", activation, shape)
            return
        source, received = self.last, self.shape
        self._weighted(name, kind, options, shape)
        self.last, self.shape = source, received
        self._weighted(f"{name}_b", kind, options, shape)
        self._add(activation_name, "Maximum", {}, shape, inputs=(name, f"{name}_b"))

    def _weighted(self, name: str, kind: str, options: dict[str, Any], shape: Shape) -> None:
        """A convolution or a dense layer, with a bias."""
        fan_in = options.get("kernel_size", 1) ** 2 * self.shape[-1]
        kernel = fan_in * shape[-1]
        positions = prod(shape[:-1])
        self._add(name, kind, options, shape, kernel + shape[-1], cost=positions * kernel)

    def _batch_normalization(self, name: str) -> None:
        """Scale and offset are trained; the moving mean and variance are not."""
        channels = self.shape[-1]
        momentum = self.architecture.batch_normalization_momentum
        options = {} if momentum == KERAS_MOMENTUM else {"momentum": momentum}
        self._add(name, "BatchNormalization", options, self.shape, 4 * channels, 2 * channels)

    def _pool(self, name: str, kind: str) -> None:
        self._need(name, POOL_SIZE)
        height, width, channels = self.shape
        shape = (height // POOL_SIZE, width // POOL_SIZE, channels)
        layer = "MaxPooling2D" if kind == "max" else "AveragePooling2D"
        self._add(name, layer, {"pool_size": POOL_SIZE}, shape)

    def _dropout(self, name: str, rate: float) -> None:
        if rate:
            self._add(name, "Dropout", {"rate": rate}, self.shape)

    def _need(self, name: str, side: int) -> None:
        height, width = self.shape[:2]
        if min(height, width) >= side:
            return
        smallest = smallest_side(self.architecture)
        raise ConfigError(
            f"{name} gets a {height}x{width} input and needs {side}x{side}; the smallest side "
            f"this network fits is {smallest}.",
            f"Resize the images to at least {smallest}x{smallest}.",
        )

    def _add(
        self,
        name: str,
        kind: str,
        options: dict[str, Any],
        shape: Shape,
        parameters: int = 0,
        trainable: int | None = None,
        *,
        cost: int = 0,
        inputs: tuple[str, ...] | None = None,
    ) -> None:
        trained = parameters if trainable is None else trainable
        inputs = inputs or (self.last,)
        self.layers.append(LayerPlan(name, kind, options, shape, parameters, trained, cost, inputs))
        self.last, self.shape = name, shape
