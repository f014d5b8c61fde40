"""Networks laid out by hand, with what the plan of today cannot make: shortcuts and the like."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Made:
    """A layer, as the plan has them."""

    name: str
    type: str
    options: dict[str, Any]
    output_shape: Shape
    parameters: int = 0
    multiply_adds: int = 0
    inputs: tuple[str, ...] = ("input",)
    receptive_field: int | None = None


@dataclass
class Network:
    """Grows layer by layer; `last` is what the next one takes."""

    shape: Shape
    last: str = "input"
    layers: list[Made] = field(default_factory=list)

    def add(self, name: str, kind: str, shape: Shape | None = None, **more: Any) -> str:
        inputs = more.pop("inputs", (self.last,))
        parameters = more.pop("parameters", 0)
        self.shape, self.last = shape or self.shape, name
        cost = parameters * 7
        made = Made(name, kind, more, self.shape, parameters, cost, inputs, 3 + len(self.layers))
        self.layers.append(made)
        return name

    def convolution(self, name: str, filters: int, kernel: int = 3, stride: int = 1) -> str:
        high, wide, channels = self.shape
        shape = (-(-high // stride), -(-wide // stride), filters)
        weights = kernel * kernel * channels * filters
        options = {"filters": filters, "kernel_size": kernel, "strides": stride}
        return self.add(name, "Conv2D", shape, parameters=weights, padding="same", **options)

    def end(self, classes: int, dense: Sequence[int] = ()) -> list[Made]:
        self.add("flatten", "GlobalAveragePooling2D", self.shape[-1:])
        for number, units in enumerate(dense, start=1):
            self.add(f"dense{number}", "Dense", (units,), units=units, parameters=9 * units)
            self.add(f"dense{number}_act", "Activation", activation="relu")
        self.add("head", "Dense", (classes,), units=classes, parameters=8 * classes)
        self.add("probabilities", "Activation", activation="softmax")
        return self.layers


def residual_network(each: int = 3, classes: int = 10) -> list[Made]:
    """He et al. 2015, section 4.2: three sizes of maps with so many shortcuts each."""
    net = Network((32, 32, 3))
    net.convolution("block1_conv1", 16)
    net.add("block1_bn1", "BatchNormalization", parameters=64)
    net.add("block1_act1", "Activation", activation="relu")
    for number in range(2, 2 + 3 * each):
        filters = 16 * 2 ** ((number - 2) // each)
        _residual(net, f"block{number}", filters, 2 if filters != net.shape[-1] else 1)
    return net.end(classes)


def _residual(net: Network, block: str, filters: int, stride: int) -> None:
    start, shape = net.last, net.shape
    net.convolution(f"{block}_conv1", filters, 3, stride)
    net.add(f"{block}_bn1", "BatchNormalization", parameters=4 * filters)
    net.add(f"{block}_act1", "Activation", activation="relu")
    net.convolution(f"{block}_conv2", filters)
    main = net.add(f"{block}_bn2", "BatchNormalization", parameters=4 * filters)
    if stride > 1:
        net.last, net.shape = start, shape
        net.convolution(f"{block}_shortcut", filters, 1, stride)
        start = net.add(f"{block}_shortcut_bn", "BatchNormalization", parameters=4 * filters)
    net.add(f"{block}_add", "Add", inputs=(main, start))
    net.add(f"{block}_act2", "Activation", activation="relu")


def plain_network(blocks: int, convolutions: int = 2, classes: int = 10) -> list[Made]:
    """Blocks with everything that a block can have; four of them halve the maps."""
    net = Network((128, 96, 3))
    for number in range(1, blocks + 1):
        block, filters = f"block{number}", min(8 * 2 ** (number // 4), 512)
        for place in range(1, convolutions + 1):
            net.convolution(f"{block}_conv{place}", filters)
            net.add(f"{block}_act{place}", "Activation", activation="relu")
            net.add(f"{block}_bn{place}", "BatchNormalization", parameters=4 * filters)
        if number % max(blocks // 4, 1) == 0 and min(net.shape[:2]) > 1:
            high, wide, channels = net.shape
            net.add(f"{block}_pool", "MaxPooling2D", (high // 2, wide // 2, channels), pool_size=2)
        net.add(f"{block}_dropout", "Dropout", rate=0.25)
    return net.end(classes, (256,))


def maxout_network(pieces: int = 3) -> list[Made]:
    """Goodfellow et al. 2013: normalized convolutions, of which the largest counts."""
    net = Network((32, 32, 3))
    ends = []
    for suffix in ("", "_b", "_c", "_d")[:pieces]:
        net.last, net.shape = "input", (32, 32, 3)
        net.convolution(f"block1_conv1{suffix}", 16)
        ends.append(net.add(f"block1_bn1{suffix}", "BatchNormalization", parameters=64))
    net.add("block1_act1", "Maximum", inputs=tuple(ends))
    return net.end(10)


def random_network(seed: int, classes: int = 10) -> list[Made]:
    """Anything that an editor might make, and types that nobody has heard of."""
    draw = random.Random(seed)
    side = draw.choice((8, 28, 32, 150))
    net = Network((side, draw.choice((side, 3 * side)), draw.choice((1, 3))))
    for number in range(1, draw.randint(2, 33)):
        block, filters = f"block{number}", draw.choice((1, 8, 64, 500, 2048))
        if draw.random() < 0.4:
            _residual(net, block, filters, draw.choice((1, 2)))
            continue
        for place in range(1, draw.randint(2, 9)):
            net.convolution(f"{block}_conv{place}", filters, draw.choice((1, 3, 11)))
            kinds = ("DepthwiseConv2D", "SeparableConv2D", "LeakyReLU", "UnheardOf", "Dropout")
            net.add(f"{block}_more{place}", draw.choice(kinds), parameters=draw.choice((0, 9)))
    return net.end(classes, [draw.choice((1, 84, 8192)) for _ in range(draw.randint(0, 4))])
