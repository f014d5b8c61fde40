"""A network as papers draw it: a box a layer, as high as its maps, as thick as its channels.

An SVG of its own, because it is read at a glance and follows every edit. Text takes the colour
of the page (`currentColor`); the colours of boxes part from a light page and from a dark one.
A long network goes on in the next row, and is drawn smaller and with fewer words. Knows nothing
of how a network is made.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf
from typing import Final

from core.figures.network.boxes import Size
from core.figures.network.captions import (
    captions,
    classes_shown,
    group_shape,
    group_words,
    legend,
)
from core.figures.network.cells import WORDS, Cell, Detail, group_cell, image_cell, names_cell
from core.figures.network.elements import Group, groups_of
from core.figures.network.layers import Layer, shape_words
from core.figures.network.rows import Row, height_of, in_rows, most_wide, rows_svg, width_of
from core.notation import count

WIDTHS: Final = (330, 460, 580, 720, 900)  # in which a page shows a drawing, in pixels
_LARGE, _SMALLER = Detail(Size(1.0, 1.0), 18, 10), Detail(Size(0.85, 0.9), 15, 10)
ONE_ROW: Final = (
    _LARGE,
    _SMALLER,
    Detail(Size(0.78, 0.8), 12, 10),
    Detail(Size(0.72, 0.76), 9, 10, unit=False),
)
ROWS: Final = (
    _LARGE,
    _SMALLER,
    Detail(Size(0.62, 0.7), 15, 7, pooled=False),
    Detail(Size(0.46, 0.55), 13, 5, pooled=False, unit=False),
    Detail(Size(0.34, 0.42), 11, 5, pooled=False, unit=False, names=False),
    Detail(Size(0.34, 0.42), 11, 5, pooled=False, parameters=False, names=False),
)
# Of several rows; more than this, and the next detail is tried. Before words are left out that
# are of use they may be higher, and on a phone, which is higher than wide.
_HIGHEST, _HIGHEST_SMALL = 400.0, 470.0
_NARROW, _HIGHEST_NARROW = 400.0, 540.0
_NOTHING = 1e-6  # what sums of coordinates are off by
_NUMBERS = "small: parameters"
_LEGEND = 420.0  # a legend may be so wide over a narrower drawing
_CARD = Detail(Size(1.0, 1.0, bands=False), 9, 0, words=False)
_CARD_SHAPE = 3.4  # width of a small drawing over its height, at most about


@dataclass(frozen=True)
class Drawing:
    """An SVG, the size at which its text is 12 pixels high, and the layers that can be chosen."""

    svg: str
    width: int
    height: int
    layers: tuple[str, ...] = ()

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
    width: float = WIDTHS[-1],
) -> Drawing:
    """Draw the network from the left to the right, in the order of its layers.

    Args:
        layers: from the first convolution to the probabilities.
        input_shape: (H, W, C) of the images.
        classes: K names, in the order of the outputs.
        words: False for a small drawing, of boxes alone, as wide as a card is.
        width: pixels that it may be wide; what is longer goes on in the next row.
    """
    sketch = _Sketch(groups_of(layers), input_shape, classes)
    return sketch.drawn(layers, width) if words else sketch.small()


def network_drawings(
    layers: Sequence[Layer], input_shape: tuple[int, int, int], classes: Sequence[str]
) -> list[Drawing]:
    """The same for each width that a page may have room for, the narrowest first."""
    sketch = _Sketch(groups_of(layers), input_shape, classes)
    found: dict[str, Drawing] = {}
    for width in WIDTHS:
        drawing = sketch.drawn(layers, width)
        found.setdefault(drawing.svg, drawing)
    return list(found.values())


def network_words(
    layers: Sequence[Layer], input_shape: tuple[int, int, int], classes: Sequence[str]
) -> str:
    """The drawing for who cannot see it: "Image 32 × 32 × 3, then block 1: ..."."""
    steps = [f"Image {shape_words(input_shape)}", *map(group_words, groups_of(layers))]
    told = "; ".join(steps)
    return f"Drawing of the network, from left to right: {told}; {count(len(classes))} classes."


@dataclass
class _Sketch:
    """A network laid out in the details that are asked for, each once."""

    groups: Sequence[Group]
    input_shape: tuple[int, int, int]
    classes: Sequence[str]
    made: dict[tuple[Detail, float], list[list[Cell]]] = field(default_factory=dict)

    def drawn(self, layers: Sequence[Layer], width: float) -> Drawing:
        rows, detail = self._fitting(width)
        wide, high = width_of(rows), height_of(rows)
        last = _NUMBERS if detail.parameters and not detail.unit else ""
        below, beside, more = legend(layers, min(max(wide, _LEGEND), width), high + 10, last=last)
        names = tuple(element.layer.name for group in self.groups for element in group.all_elements)
        return _drawing([*rows_svg(rows), *below], max(wide, beside), high + 10 + more, names)

    def small(self) -> Drawing:
        """In as many rows as make it largest within a card."""
        cells = self._cells(_CARD, inf)
        rows = [in_rows(cells, _CARD.gap, None)]
        whole = width_of(rows[0])
        rows += [in_rows(cells, _CARD.gap, 1.1 * whole / number) for number in (2, 3, 4)]
        best = max(rows, key=lambda found: min(_CARD_SHAPE / width_of(found), 1 / height_of(found)))
        return _drawing(rows_svg(best), width_of(best), height_of(best), ())

    def _fitting(self, width: float) -> tuple[list[Row], Detail]:
        """The rows of the first detail that there is room for."""
        for detail in ONE_ROW:
            rows = in_rows(self._cells(detail, most_wide(width)), detail.gap, width)
            if len(rows) == 1:
                return rows, detail
        for detail in ROWS:
            rows = in_rows(self._cells(detail, most_wide(width)), detail.gap, width)
            wide = _HIGHEST if detail.pooled else _HIGHEST_SMALL
            if height_of(rows) <= (wide if width >= _NARROW else _HIGHEST_NARROW):
                break
        return rows, detail

    def _cells(self, detail: Detail, most: float) -> list[list[Cell]]:
        """The image, each group, and beside the last the names of classes.

        Args:
            most: width of a single one.
        """
        if (detail, inf) not in self.made:
            self.made[detail, inf] = self._made(detail, inf)
        whole = self.made[detail, inf]
        if max(cell.width for unit in whole for cell in unit) <= most:
            return whole
        if (detail, most) not in self.made:
            self.made[detail, most] = self._made(detail, most)
        return self.made[detail, most]

    def _made(self, detail: Detail, most: float) -> list[list[Cell]]:
        largest, said = max(self.input_shape[:2]), shape_words(self.input_shape)
        words = ("Image", said, "", "") if detail.words else ("",) * WORDS
        together = [[image_cell(self.input_shape, words, detail)]]
        for group in self.groups:
            words = captions(group, said, detail) if detail.words else ("",) * WORDS
            together.append([group_cell(group, words, largest, detail, most)])
            said = shape_words(group_shape(group))
        if self.classes and detail.words:
            together[-1].append(names_cell(classes_shown(self.classes, detail.classes)))
        return together


def _drawing(parts: Sequence[str], width: float, height: float, names: tuple[str, ...]) -> Drawing:
    wide, high = ceil(width - _NOTHING), ceil(height + 4)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        f'font-size="12" fill="currentColor" stroke-linejoin="round">{"".join(parts)}</svg>'
    )
    return Drawing(svg, wide, high, names)
