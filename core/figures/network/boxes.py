"""The boxes of a drawing of a network: how large a layer is drawn, in which colour, as which SVG.

Knows nothing of what stands beside a box.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log2, prod
from typing import Final

from core.figures.network.elements import Element
from core.figures.network.layers import CONVOLUTIONS, WHOLE, shape_words
from core.figures.network.lines import n
from core.figures.theme import CATEGORICAL, NEUTRAL
from core.reading import one_line

_BLUE, _ORANGE, _GREEN, _PINK, _SKY, _VERMILION, _VIOLET = CATEGORICAL[:7]
_TALLEST = 132.0  # of the largest maps, in pixels of the drawing
_LOWEST = 7.0
_LEAN = 0.3  # how far a box reaches back, as a share of its height
_WHOLE = 62.0  # thickness of a network that is drawn as one layer
_STRIP = 5.0  # thickness of a layer that keeps its shape
_BAND = 2.8  # of an activation, at the end of its layer
PLUS = 6.5  # radius of the sign of a sum

ACTIVATION: Final = _VERMILION
COLOURS: Final = {
    "Conv2D": _BLUE,
    "DepthwiseConv2D": _SKY,
    "SeparableConv2D": _PINK,
    "BatchNormalization": _VIOLET,
    "MaxPooling2D": _ORANGE,
    "AveragePooling2D": _ORANGE,
    "GlobalAveragePooling2D": _ORANGE,
    "GlobalMaxPooling2D": _ORANGE,
    "Dropout": "#5F6B76",
    "Flatten": NEUTRAL,
    "Dense": _GREEN,
    **dict.fromkeys(WHOLE, _BLUE),
}


@dataclass(frozen=True)
class Size:
    """How large boxes are drawn: 1 where there is room."""

    tall: float = 1.0
    thick: float = 1.0
    bands: bool = True


@dataclass(frozen=True)
class Box:
    """A layer as it is drawn, in pixels."""

    colour: str
    thickness: float
    height: float
    lean: float
    name: str = ""  # of a layer that can be chosen
    title: str = ""  # said when the pointer rests on it, several lines
    band: float = 0.0  # thickness of an activation behind it
    stripe: bool = False  # belongs to the box before it
    side: str = ""  # colour, where it is another


def image_box(shape: Sequence[int], size: Size) -> Box:
    return Box(NEUTRAL, *_extent("Image", shape, max(shape[:2]), size), title=_image_words(shape))


def element_box(element: Element, largest: int, size: Size) -> Box:
    """The box of a layer with its activation.

    Args:
        largest: side of the image in pixels.
    """
    layer = element.layer
    band = _BAND * max(size.thick, 0.75) if element.activation is not None and size.bands else 0.0
    return Box(
        COLOURS.get(layer.type, NEUTRAL),
        *_extent(layer.type, layer.output_shape, largest, size),
        layer.name,
        "\n".join(element.title),
        band,
        layer.type in ("BatchNormalization", "Dropout"),
    )


def _image_words(shape: Sequence[int]) -> str:
    return f"Image: {shape_words(shape)}"


def _extent(
    kind: str, shape: Sequence[int], largest: int, size: Size
) -> tuple[float, float, float]:
    """Thickness, height, lean.

    Heights grow with the maps' side, less than in proportion; thickness with log channels.
    """
    tallest = _TALLEST * size.tall
    strip = max(_STRIP * size.thick, 3.0)
    if len(shape) != 3:
        height = min(tallest, (12 + 12 * log2(prod(shape) + 1)) * size.tall)
        thickness = strip if kind in ("Dropout", "BatchNormalization") else 11.0 * size.thick
        return thickness, height, 5.0 * size.thick
    high, wide, channels = shape
    if kind in WHOLE:  # between the image, which it takes, and the small maps that it makes
        share = min(high / largest, 1.0) ** 0.4
        return _WHOLE * size.thick, tallest * share, max(3.0, _LEAN * tallest * share)
    height = max(_LOWEST, tallest * min(high / largest, 1.0) ** 0.75)
    lean = max(3.0, _LEAN * tallest * min(wide / largest, 1.0) ** 0.75)
    full = (3 + 3.6 * log2(channels + 1)) * size.thick
    if kind == "DepthwiseConv2D":  # one filter a map: a third of a convolution to the eye
        return max(full / 2.5, strip), height, lean
    return full if kind in ("Image", *CONVOLUTIONS) else strip, height, lean


def cuboid(box: Box, x: float, y: float) -> str:
    """A box with its front's upper left corner at (x, y): front, top and right side."""
    return marked(box, _solid(box, x, y))


def marked(box: Box, body: str) -> str:
    """What belongs to a layer, under its name and with its words."""
    if not box.title:
        return body
    name = f' data-layer="{attribute(box.name)}"' if box.name else ""
    title = "\n".join(attribute(line) for line in box.title.split("\n"))
    return f"<g{name}><title>{title}</title>{body}</g>"


@lru_cache(maxsize=4096)  # the same words stand in the drawing of each width
def attribute(text: str) -> str:
    """Words that are data, between quotes or tags."""
    return html.escape(one_line(text), quote=True)


def plus(box: Box, x: float, y: float) -> str:
    """The sign of a sum, with its centre at (x, y)."""
    body = (
        f'<circle cx="{n(x)}" cy="{n(y)}" r="{PLUS}" fill="none" stroke="currentColor" '
        f'stroke-width="1.3" pointer-events="all"/><path d="M{n(x - 3.5)} {n(y)}h7m-3.5 '
        f'-3.5v7" stroke="currentColor" stroke-width="1.3"/>'
    )
    return marked(box, body)


def _solid(box: Box, x: float, y: float) -> str:
    """Top and side in shades of the front's colour; the activation is a stripe at the end."""
    whole = box.thickness + box.band
    parts = _front_and_top(box.colour, x, y, whole, box)
    if box.band:  # so thin that pale edges would be all that is seen of it
        band = _front_and_top(ACTIVATION, x + box.thickness, y, box.band, box)
        parts += f'<g stroke="none">{band}</g>'
    back, up, dark = n(box.lean), n(-box.lean), shade(box.side or box.colour, -0.28)
    side = (
        f'<path fill="{dark}" d="M{n(x + whole)} {n(y)}l{back} {up}v{n(box.height)}l{up} {back}z"/>'
    )
    return f'<g stroke="{shade(box.colour, 0.55)}" stroke-width=".6">{parts}{side}</g>'


def _front_and_top(colour: str, x: float, y: float, thick: float, box: Box) -> str:
    at, width, back, up = f"M{n(x)} {n(y)}", n(thick), n(box.lean), n(-box.lean)
    return (
        f'<path fill="{colour}" d="{at}h{width}v{n(box.height)}h-{width}z"/>'
        f'<path fill="{shade(colour, 0.38)}" d="{at}l{back} {up}h{width}l{up} {back}z"/>'
    )


@cache
def shade(colour: str, by: float) -> str:
    """Mixed with white (above 0) or black (below): 1 and -1 are all of it."""
    to = 255 if by > 0 else 0
    mixed = (round(c + (to - c) * abs(by)) for c in bytes.fromhex(colour[1:]))
    return "#" + "".join(f"{c:02x}" for c in mixed)
