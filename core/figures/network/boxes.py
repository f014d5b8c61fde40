"""The boxes of a drawing of a network: how large a layer is drawn, and as what.

Knows nothing of what stands beside a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

from core.figures.labels import label
from core.figures.theme import CATEGORICAL, NEUTRAL

_BLUE, _ORANGE, _GREEN, _VIOLET = (CATEGORICAL[place] for place in (0, 1, 2, 6))
_TALLEST = 132.0  # of the largest maps, in pixels of the drawing
_LOWEST = 7.0
_LEAN = 0.3  # how far a box reaches back, as a share of its height
_STRIP = 5.0  # thickness of a layer that keeps its shape

COLOURS: Final = {
    "Image": NEUTRAL,
    "Conv2D": _BLUE,
    "BatchNormalization": _VIOLET,
    "MaxPooling2D": _ORANGE,
    "AveragePooling2D": _ORANGE,
    "Dropout": "#5F6B76",
    "Flatten": NEUTRAL,
    "GlobalAveragePooling2D": _ORANGE,
    "GlobalMaxPooling2D": _ORANGE,
    "Dense": _GREEN,
}


@dataclass(frozen=True)
class Box:
    """A layer as it is drawn, in pixels."""

    kind: str
    title: str  # said when the pointer rests on it
    thickness: float
    height: float
    lean: float


def box_of(kind: str, title: str, shape: Sequence[int], largest: int) -> Box:
    """Heights grow with the maps' side, less than in proportion; thickness with log channels."""
    if len(shape) == 1:
        height = min(_TALLEST, 12 + 12 * log2(shape[0] + 1))
        return Box(kind, title, 6.0 if kind == "Dropout" else 11.0, height, 5.0)
    high, wide, channels = shape
    height = max(_LOWEST, _TALLEST * (high / largest) ** 0.75)
    lean = max(3.0, _LEAN * _TALLEST * (wide / largest) ** 0.75)
    keeps = kind in ("BatchNormalization", "Dropout") or "Pooling" in kind
    thickness = _STRIP if keeps else 3 + 3.6 * log2(channels + 1)
    return Box(kind, title, thickness, height, lean)


def cuboid(box: Box, x: float, y: float) -> str:
    """A box with its front's upper left corner at (x, y): front, top and right side."""
    w, h, d = box.thickness, box.height, box.lean
    colour = COLOURS.get(box.kind, NEUTRAL)
    front = _face(((x, y), (x + w, y), (x + w, y + h), (x, y + h)))
    top = _face(((x, y), (x + d, y - d), (x + w + d, y - d), (x + w, y)))
    side = _face(((x + w, y), (x + w + d, y - d), (x + w + d, y + h - d), (x + w, y + h)))
    return (
        f'<g fill="{colour}" stroke="{colour}" stroke-width=".5"><title>{label(box.title, 90)}'
        f'</title>{front}{top}{side}<g stroke="none"><g fill="#fff" fill-opacity=".38">{top}</g>'
        f'<g fill="#000" fill-opacity=".22">{side}</g></g>'
        f'<g fill="none" stroke="#fff" stroke-opacity=".55">{front}</g></g>'
    )


def _face(points: Sequence[tuple[float, float]]) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{corners}"/>'


def arrow(start: float, end: float, y: float) -> str:
    return (
        f'<path d="M{start:.1f} {y:.1f}H{end:.1f}m-4 -3l4 3l-4 3" fill="none" '
        f'stroke="currentColor" stroke-opacity=".6"/>'
    )
