"""The layers of a network one by one, from the first convolution to the probabilities.

The plan starts after the input and the preprocessing, which have no parameters. Knows nothing of
TensorFlow.
"""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

from core.config import (
    BASES,
    ArchitectureConfig,
    Base,
    BlockConfig,
    DenseConfig,
    WhiteningConfig,
)
from core.errors import ConfigError
from core.models.plan.growth import KERAS_INITIALIZER, Growth, Names, Tip
from core.models.plan.layer import BASE, HEAD, WHITENING, LayerPlan
from core.models.plan.misfits import (
    Misfit,
    one_output,
    shortcut_of_another_size,
    stride_with_dilation,
    too_few_classes,
    too_small,
    too_small_for_a_base,
    too_small_to_whiten,
)
from core.models.plan.sides import (
    POOL_SIZE,
    pools_after,
    reach,
    side_after,
    smallest_side,
    strides,
)

_Input = tuple[int, int, int]


def plan_layers(
    architecture: ArchitectureConfig, input_shape: _Input, num_classes: int
) -> list[LayerPlan]:
    """Every layer from the first convolution to the probabilities.

    Args:
        architecture: the network.
        input_shape: (H, W, C) of the images.
        num_classes: how many classes there are to tell apart.

    Raises:
        ConfigError: something cannot work, the first of `misfits`.
    """
    plan = _Plan(architecture, input_shape, num_classes)
    if plan.misfits:
        raise ConfigError(plan.misfits[0].why, plan.misfits[0].advice)
    return plan.layers


def misfits(
    architecture: ArchitectureConfig, input_shape: _Input, num_classes: int
) -> list[Misfit]:
    """All that cannot work, from the output's classes to the last block, and what mends it.

    Of what is too small only the first is told: what comes after it follows from it.

    Args: as plan_layers.
    """
    return _Plan(architecture, input_shape, num_classes).misfits


def sketch_layers(
    architecture: ArchitectureConfig, input_shape: _Input, num_classes: int
) -> list[LayerPlan]:
    """Every layer, as if what cannot work did: of maps that are too small comes one value.

    To be looked at while a network is mended, never to be built.

    Args: as plan_layers.
    """
    return _Plan(architecture, input_shape, num_classes).layers


class _Plan(Growth):
    """Grows as it is made. What does not fit is noted, and the rest planned as if it did."""

    def __init__(
        self, architecture: ArchitectureConfig, input_shape: _Input, num_classes: int
    ) -> None:
        super().__init__(architecture, input_shape)
        self.misfits: list[Misfit] = []
        self._exhausted = False  # something was too small already
        if num_classes < 2:
            self.misfits.append(too_few_classes(num_classes))
        elif architecture.head == "sigmoid" and num_classes != 2:
            self.misfits.append(one_output(num_classes))
        if architecture.base is not None:
            self._base(BASES[architecture.base])
        if architecture.whitening is not None:
            self._whitening(architecture.whitening)
        for number, block in enumerate(architecture.blocks, start=1):
            self._block(number, block)
        self._flatten()
        for number, dense in enumerate(architecture.dense, start=1):
            self._dense(number, dense)
        self._head(num_classes)

    def _base(self, base: Base) -> None:
        """All of a network that others trained as one layer, not trained unless fine-tuned."""
        height, width = self.tip.shape[:2]
        smallest = smallest_side(self.architecture)
        if min(height, width) < smallest:
            self.misfits.append(too_small_for_a_base(base.title, (height, width), smallest))
        self.forget_places()
        self.add(
            BASE,
            base.application,
            {},
            base.output_shape(height, width),
            parameters=base.parameters,
            trainable=0,
            multiply_adds=base.multiply_adds(height, width),
        )

    def _whitening(self, whitening: WhiteningConfig) -> None:
        """Two filters, a direction and its opposite, for each number of a patch."""
        size, (height, width, channels) = whitening.kernel_size, self.tip.shape
        if min(height, width) < size:
            self._exhausted = True
            self.misfits.append(too_small_to_whiten(self.architecture, (height, width), size))
        filters = 2 * size * size * channels
        options = {"filters": filters, "kernel_size": size, "padding": "valid", "trainable": False}
        shape = (max(1, height - size + 1), max(1, width - size + 1), filters)
        self.weighted(WHITENING, "Conv2D", options, shape, bias=False, trained=False)
        self.activation(f"{WHITENING}_act", whitening)

    def _block(self, number: int, block: BlockConfig) -> None:
        if block.stride > 1 and block.dilation > 1:
            self.misfits.append(stride_with_dilation(number, block))
        start = self.tip
        for place, stride in enumerate(strides(block), start=1):
            ends_here = block.residual and place == block.convolutions
            self._convolution(number, place, stride, block, start if ends_here else None)
            if pools_after(block, place) and not block.early_pool:
                self._pool(number, block.pool)
        self.dropout(f"block{number}_dropout", block.dropout)

    def _convolution(
        self, number: int, place: int, stride: int, block: BlockConfig, start: Tip | None
    ) -> None:
        """One convolution with what belongs to it.

        Args:
            start: where a shortcut begins that ends here.
        """
        name = f"block{number}_conv{place}"
        sides = _sides(block, stride)
        if block.separable:
            self._depthwise(number, place, sides, block)
            sides = {"kernel_size": 1, "padding": "same"}
        shape = (*self._maps(number, name, sides), block.filters)
        shortcut = self._shortcut(number, block, start, shape) if start else None
        pools_early = block.early_pool and pools_after(block, place)
        self.activated(
            Names(
                name,
                f"block{number}_act{place}",
                f"block{number}_bn{place}",
                f"block{number}_add",
            ),
            "Conv2D",
            {
                "filters": block.filters,
                **sides,
                "kernel_initializer": self.architecture.initializer,
            },
            shape,
            block,
            l2=block.l2,
            shortcut=shortcut,
            pooled=partial(self._pool, number, block.pool) if pools_early else None,
        )

    def _depthwise(
        self, number: int, place: int, sides: dict[str, Any], block: BlockConfig
    ) -> None:
        """A filter for each map alone (Howard et al. 2017, section 3.1).

        A layer of its own, and not half of Keras's SeparableConv2D, so that it has a normalization
        and an activation of its own, as in the paper's figure 3. Without a penalty on its weights,
        which the paper advises against: there are so few of them.
        """
        name = f"block{number}_depthwise{place}"
        shape = (*self._maps(number, name, sides), self.tip.shape[-1])
        options = {**sides, "depthwise_initializer": self.architecture.initializer}
        names = Names(name, f"{name}_act", f"{name}_bn")
        self.activated(names, "DepthwiseConv2D", options, shape, block)

    def _maps(self, number: int, name: str, sides: dict[str, Any]) -> tuple[int, int]:
        """(height, width) that a convolution makes, noted where it can make none."""
        reached = reach(sides["kernel_size"], sides.get("dilation_rate", 1))
        if sides["padding"] == "valid":
            self._need(number, name, reached)
        height, width = (
            max(1, side_after(side, reached, sides.get("strides", 1), sides["padding"]))
            for side in self.tip.shape[:2]
        )
        return height, width

    def _shortcut(
        self, number: int, block: BlockConfig, start: Tip, shape: tuple[int, int, int]
    ) -> str | None:
        """The name of what is added to the last convolution's maps (He et al. 2015, section 3.2).

        The block's own input; where that has another shape, a 1x1 convolution of it with the same
        stride, normalized where the block is (the paper's option B). None where it cannot be.
        """
        height, width = (side_after(side, 1, block.stride, "same") for side in start.shape[:2])
        if (height, width) != shape[:2]:
            if not self._exhausted:
                found = shortcut_of_another_size(number, (height, width), shape[:2])
                self.misfits.append(found)
            return None
        if block.stride == 1 and start.shape == shape:
            return start.name
        main, self.tip = self.tip, start
        name = f"block{number}_shortcut"
        projection = block.model_copy(update={"kernel_size": 1, "dilation": 1, "padding": "same"})
        options = {
            "filters": block.filters,
            **_sides(projection, block.stride),
            "kernel_initializer": self.architecture.initializer,
        }
        normalized = block.normalization != "none"
        self.weighted(name, "Conv2D", options, shape, block.l2, bias=not normalized)
        if normalized:
            self.batch_normalization(f"{name}_bn")
        shortcut, self.tip = self.tip.name, main
        return shortcut

    def _pool(self, number: int, kind: str) -> None:
        name = f"block{number}_pool"
        self._need(number, name, POOL_SIZE)
        height, width, channels = self.tip.shape
        shape = (max(1, height // POOL_SIZE), max(1, width // POOL_SIZE), channels)
        layer = "MaxPooling2D" if kind == "max" else "AveragePooling2D"
        options = {"pool_size": POOL_SIZE}
        self.add(name, layer, options, shape, reached=POOL_SIZE, stride=POOL_SIZE)

    def _need(self, number: int, name: str, side: int) -> None:
        height, width = self.tip.shape[:2]
        if min(height, width) < side and not self._exhausted:
            self._exhausted = True
            found = too_small(self.architecture, number, name, (height, width), side)
            self.misfits.append(found)

    def _flatten(self) -> None:
        kind, shape = self.architecture.flatten, self.tip.shape
        self.forget_places()
        if kind == "flatten":
            self.add(kind, "Flatten", {}, (prod(shape),))
        elif kind == "global_average":
            self.add(kind, "GlobalAveragePooling2D", {}, shape[-1:])
        else:
            self.add(kind, "GlobalMaxPooling2D", {}, shape[-1:])
        self.dropout("flatten_dropout", self.architecture.flatten_dropout)

    def _dense(self, number: int, dense: DenseConfig) -> None:
        name = f"dense{number}"
        names, options = Names(name, f"{name}_act", f"{name}_bn"), self._dense_options(dense.units)
        self.activated(names, "Dense", options, (dense.units,), dense, l2=dense.l2)
        self.dropout(f"{name}_dropout", dense.dropout)

    def _dense_options(self, units: int) -> dict[str, Any]:
        """In Keras's words; its own initializer is not said."""
        initializer = self.architecture.dense_initializer
        other = initializer != KERAS_INITIALIZER
        return {"units": units} | ({"kernel_initializer": initializer} if other else {})

    def _head(self, num_classes: int) -> None:
        units = 1 if self.architecture.head == "sigmoid" else num_classes
        self.weighted(HEAD, "Dense", self._dense_options(units), (units,))
        activation = {"activation": self.architecture.head}
        self.add("probabilities", "Activation", activation, (units,))


def _sides(block: BlockConfig, stride: int) -> dict[str, Any]:
    """How a convolution goes over its maps, in Keras's words; what is 1 is not said."""
    sides: dict[str, Any] = {"kernel_size": block.kernel_size}
    if stride > 1:
        sides["strides"] = stride
    if block.dilation > 1:
        sides["dilation_rate"] = block.dilation
    return {**sides, "padding": block.padding}
