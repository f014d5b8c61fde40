"""A network as papers draw it: a box a layer, as high as its maps, as thick as its channels.

An SVG of its own, because it is read at a glance and follows every edit. Text takes the colour
of the page (`currentColor`); the colours of boxes part from a light page and from a dark one.
Knows nothing of how a network is made: a layer is whatever has a name, a type and a shape.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Protocol

from core.figures.labels import label
from core.figures.network.boxes import COLOURS, Box, arrow, box_of, cuboid
from core.notation import count

_GAP = 18.0  # between groups
_LINE = 15.0  # of text
_LETTER = 6.2  # about the width of a character of 12 pixels
_MOST_NAMES = 10  # of classes

_WORDS: Final = {
    "Conv2D": "convolution",
    "BatchNormalization": "batch normalization",
    "MaxPooling2D": "pool: half the size",
    "AveragePooling2D": "pool: half the size",
    "Dropout": "dropout",
    "GlobalAveragePooling2D": "average of each map",
    "GlobalMaxPooling2D": "maximum of each map",
    "Dense": "dense layer",
}
_HIDDEN = ("Activation", "Maximum")  # they change no shape, and every layer has one


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


@dataclass(frozen=True)
class _Group:
    """Boxes that touch, and the words under them."""

    boxes: tuple[Box, ...]
    lines: tuple[str, ...]

    @property
    def thickness(self) -> float:
        return sum(box.thickness for box in self.boxes)

    @property
    def width(self) -> float:
        """With the boxes' leaning backs."""
        return self.thickness + max(box.lean for box in self.boxes)

    @property
    def height(self) -> float:
        return max(box.height + box.lean for box in self.boxes)


@dataclass(frozen=True)
class Drawing:
    """An SVG and the size at which its text is 12 pixels high."""

    svg: str
    width: int
    height: int

    @property
    def uri(self) -> str:
        """Inside an address. There `currentColor` is black, so for a drawing without words."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg.encode()).decode()}"


def network_drawing(
    layers: Sequence[Layer],
    input_shape: tuple[int, int, int],
    classes: Sequence[str],
    *,
    words: bool = True,
) -> Drawing:
    """Draw the network from the left to the right, in the order of its layers.

    Args:
        layers: from the first convolution to the probabilities.
        input_shape: (H, W, C) of the images.
        classes: K names, in the order of the outputs.
        words: False for a small drawing, of boxes alone.
    """
    groups = _groups(layers, input_shape)
    top = max(group.height for group in groups)
    middle = top / 2 + 4
    parts, x = [], 4.0
    for place, group in enumerate(groups):
        room = max(group.width, _text_width(group.lines) if words else 0.0)
        if place:
            parts.append(arrow(x - _gap(words) + 4, x - 4, middle))
        parts += _draw(group, x + (room - group.width) / 2, middle)
        if words:
            parts += _lines(group.lines, x + room / 2, top + 4 + _LINE)
        x += room + _gap(words)
    x -= _gap(words)
    height = top + 8
    if words:
        parts.append(arrow(x + 4, x + _gap(words) - 4, middle))
        x += _gap(words) + 4
        parts += _names(classes, x, middle)
        x += _text_width(_shown(classes)) + 4
        legend, width = _legend(layers, height + 3 * _LINE + 8)
        parts += legend
        height += 4 * _LINE + 12
        x = max(x, width)
    width, height = round(x + 4), round(height)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-size="12" fill="currentColor" stroke-linejoin="round">{"".join(parts)}</svg>'
    )
    return Drawing(svg, width, height)


def network_words(
    layers: Sequence[Layer], input_shape: tuple[int, int, int], classes: Sequence[str]
) -> str:
    """The drawing for who cannot see it: "Image 32 × 32 × 3, then block 1: ..."."""
    groups = _groups(layers, input_shape)
    steps = "; ".join(" ".join(group.lines).strip() for group in groups)
    return f"Drawing of the network, from left to right: {steps}; {count(len(classes))} classes."


def shape_words(shape: Sequence[int]) -> str:
    """(32, 32, 64) -> "32 × 32 × 64"."""
    return " × ".join(count(side) for side in shape)


def _groups(layers: Sequence[Layer], input_shape: tuple[int, int, int]) -> list[_Group]:
    """What belongs together: a block, or a dense layer with its dropout."""
    largest = max(input_shape[:2])
    image = box_of("Image", f"Image: {shape_words(input_shape)}", input_shape, largest)
    groups = [_Group((image,), ("Image", shape_words(input_shape)))]
    drawn = [layer for layer in layers if layer.type not in _HIDDEN]
    for _, members in groupby(drawn, lambda layer: layer.name.partition("_")[0]):
        found = list(members)
        boxes = tuple(_layer_box(layer, largest) for layer in found)
        groups.append(_Group(boxes, _describe(found)))
    return groups


def _describe(layers: Sequence[Layer]) -> tuple[str, ...]:
    """The words under a group: what it is, what comes of it, and how."""
    first = layers[0]
    convolutions = [layer for layer in layers if layer.type == "Conv2D"]
    if convolutions:
        number = first.name.partition("_")[0].removeprefix("block")
        after = shape_words(layers[-1].output_shape[:2])
        pooled = layers[-1].output_shape != convolutions[-1].output_shape
        shape = shape_words(convolutions[-1].output_shape)
        return (f"Block {number}", shape, f"then {after}" if pooled else "")
    units = count(first.output_shape[-1])
    if first.name == "head":
        return ("Output", units, "")
    return ("Dense" if first.type == "Dense" else "Vector", units, "")


def _layer_box(layer: Layer, largest: int) -> Box:
    size = layer.options.get("kernel_size")
    kind = _WORDS.get(layer.type, layer.type)
    how = f" {size} × {size}" if size else ""
    title = f"{layer.name}: {kind}{how}, {shape_words(layer.output_shape)}"
    return box_of(layer.type, title, layer.output_shape, largest)


def _draw(group: _Group, x: float, middle: float) -> list[str]:
    """The boxes along one axis, from the left to the right: each hides the side of the last."""
    parts: list[str] = []
    x += max(box.lean for box in group.boxes) / 2
    for box in group.boxes:
        parts.append(cuboid(box, x - box.lean / 2, middle + (box.lean - box.height) / 2))
        x += box.thickness
    return parts


def _gap(words: bool) -> float:
    return _GAP if words else _GAP / 2


def _text_width(lines: Sequence[str]) -> float:
    return max((len(line) for line in lines), default=0) * _LETTER


def _lines(lines: Sequence[str], x: float, y: float) -> list[str]:
    """Words centred under a group, the first line in bold."""
    return [
        f'<text x="{x:.1f}" y="{y + place * _LINE:.1f}" text-anchor="middle" '
        f'font-weight="{400 if place else 600}">{label(line)}</text>'
        for place, line in enumerate(lines)
        if line
    ]


def _shown(classes: Sequence[str]) -> list[str]:
    """All names of a few classes, some of many, long ones without their middle."""
    names = [label(name, 16) for name in classes]
    if len(names) <= _MOST_NAMES:
        return names
    return [*names[: _MOST_NAMES - 2], "…", names[-1]]


def _names(classes: Sequence[str], x: float, middle: float) -> list[str]:
    """What the outputs stand for, one under the other."""
    names = _shown(classes)
    y = middle - (len(names) - 1) * _LINE / 2 + 4
    return [
        f'<text x="{x:.1f}" y="{y + place * _LINE:.1f}">{name}</text>'
        for place, name in enumerate(names)
    ]


def _legend(layers: Sequence[Layer], y: float) -> tuple[list[str], float]:
    """What the colours mean, and how wide that is."""
    kinds = {_WORDS[layer.type]: COLOURS[layer.type] for layer in layers if layer.type in _WORDS}
    parts, x = [], 4.0
    for word, colour in kinds.items():
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="11" height="11" rx="2" fill="{colour}"/>'
            f'<text x="{x + 16:.1f}" y="{y + 10:.1f}">{word}</text>'
        )
        x += 30 + _LETTER * len(word)
    return parts, x
