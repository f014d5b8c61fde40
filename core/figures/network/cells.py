"""A group of layers laid out by itself: its boxes along an axis, arcs over them, words under them.

Knows nothing of what stands beside it. Coordinates are pixels: x from the left end of its boxes,
y from the axis, downwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape
from typing import Final

from core.figures.network.boxes import PLUS, Box, Size, cuboid, element_box, image_box, plus
from core.figures.network.elements import Element, Group, Shortcut
from core.figures.network.letters import LETTERS, LINE, text_width
from core.figures.network.lines import FAINT, SMALL, around, arrow, line, small_words, words_beside

_LINK = 8.0  # from boxes to the sign of a sum
_LEAD = 12.0  # before a group whose shortcut begins there
_RISE = 9.0  # of an arc over what it goes around
_ON_ARC = Size(0.1, 0.34)  # a projection
WORDS: Final = 4  # lines under a group at most: name, shape, what is left of it, parameters


@dataclass(frozen=True)
class Detail:
    """How much is drawn, and how large: what is dropped first where there is little room."""

    size: Size
    gap: float  # between groups
    classes: int  # names of classes at most
    words: bool = True
    pooled: bool = True
    parameters: bool = True
    unit: bool = True  # else of parameters the number alone: what it is the legend says
    names: bool = True  # else blocks are numbers, and a shape is said where it changes


@dataclass(frozen=True)
class Placed:
    """A box, or the sign of a sum, with its left end or its centre at x."""

    box: Box
    x: float
    sign: bool = False


@dataclass(frozen=True)
class Arc:
    """A shortcut from x to x, and what stands on it."""

    start: float
    end: float
    top: float  # how far above the axis
    on: tuple[Box, ...]
    words: str

    @property
    def reach(self) -> float:
        """How far above the axis it is drawn."""
        if not self.on:
            return self.top + 1
        high = max(box.height + box.lean for box in self.on) / 2
        return self.top + high + (SMALL + 2 if self.words else 1)


@dataclass(frozen=True)
class Cell:
    """Something laid out, with its words, so far above the axis and so far below."""

    name: str
    layer: str  # chosen by a click on the whole; empty: none
    placed: tuple[Placed, ...]
    links: tuple[tuple[float, float], ...]
    arcs: tuple[Arc, ...]
    width: float
    up: float
    down: float
    words: tuple[str, ...] = ("",) * WORDS
    column: tuple[str, ...] = ()  # words one under the other in place of boxes, escaped
    lead: float = 0.0  # of a way in, before the boxes, from which a shortcut begins

    @cached_property
    def room(self) -> float:
        """Width with words."""
        *large, small = (text_width(text) for text in self.words)
        return max(self.width, *large, small * FAINT / LETTERS)

    def svg(self, x: float, y: float) -> list[str]:
        """Its boxes and arcs, the left end at x, the axis at y."""
        found = [line(x + start, x + end, y) for start, end in self.links]
        if self.lead:
            found.append(arrow(x, x + self.lead - 2, y))
        for item in self.placed:
            found.append(
                plus(item.box, x + item.x, y) if item.sign else _upright(item.box, x + item.x, y)
            )
        for arc in self.arcs:
            found += _arc(arc, x, y)
        first = y - (len(self.column) - 1) * LINE / 2 + 4
        for place, text in enumerate(self.column):
            found.append(words_beside(text, x, first + place * LINE))
        return found


def image_cell(shape: Sequence[int], words: Sequence[str], detail: Detail) -> Cell:
    """The image, which no click chooses."""
    box = image_box(shape, detail.size)
    if not detail.words:
        box = replace(box, title="")
    high = (box.height + box.lean) / 2
    width = box.thickness + box.lean
    return Cell("", "", (Placed(box, box.lean / 2),), (), (), width, high, high, tuple(words))


def names_cell(names: Sequence[str]) -> Cell:
    """What the outputs stand for, one under the other.

    Args:
        names: escaped.
    """
    high = len(names) * LINE / 2
    width = max(text_width(unescape(name)) for name in names)
    return Cell("", "", (), (), (), width, high, high, column=tuple(names))


def group_cell(
    group: Group, words: Sequence[str], largest: int, detail: Detail, most: float
) -> Cell:
    """Boxes that follow each other touch; the sign of a sum stands free.

    Args:
        largest: side of the image in pixels.
        most: a group that would be wider gets thinner boxes.
    """
    cell = _laid_out(group, words, largest, detail, 1.0)
    if cell.width <= most:
        return cell
    boxes = [item.box for item in cell.placed if not item.sign]
    solid = sum(box.thickness + box.band for box in boxes)
    left = max(most - (cell.width - solid), 0.5 * len(boxes))
    return _laid_out(group, words, largest, detail, min(left / solid, 1.0))


def _laid_out(
    group: Group, words: Sequence[str], largest: int, detail: Detail, thin: float
) -> Cell:
    placed: list[Placed] = []
    links: list[tuple[float, float]] = []
    ends: dict[str, float] = {}  # after which element an arc may begin, and where
    x = reach = 0.0
    lead = _LEAD if any(way.start is None for way in group.shortcuts) else 0.0
    x += lead
    for run in _runs(group):
        boxes = [_box(element, largest, detail, thin) for element in run]
        if placed:
            links.append((x, x + _LINK))
            ends[placed[-1].box.name] = x + _LINK / 2
            x += _LINK
        if run[0].layer.type == "Add":
            placed.append(Placed(boxes[0], x + PLUS, sign=True))
            x, reach = x + 2 * PLUS, max(reach, PLUS)
            continue
        lean = max(box.lean for box in boxes)
        x += lean / 2
        for box in _one_body(boxes):
            placed.append(Placed(box, x))
            x += box.thickness + box.band
            reach = max(reach, (box.height + box.lean) / 2)
        x += lean / 2
    arcs = _arcs(group.shortcuts, placed, ends, reach, detail)
    up = max([reach, *(arc.reach for arc in arcs)])
    layer = group.elements[0].layer.name if detail.words else ""
    stand, ways = tuple(placed), tuple(links)
    return Cell(group.name, layer, stand, ways, arcs, x, up, reach, tuple(words), lead=lead)


def _one_body(boxes: Sequence[Box]) -> list[Box]:
    """Normalization and dropout are stripes of the box before them: the side keeps its colour."""
    found: list[Box] = []
    for box in boxes:
        if found and box.stripe and box.height == found[-1].height:
            box = replace(box, side=found[-1].side or found[-1].colour)
        found.append(box)
    return found


def _runs(group: Group) -> list[list[Element]]:
    """Parts whose boxes touch; a sum is alone, and where an arc begins there is a gap."""
    begins = {way.start for way in group.shortcuts}
    runs: list[list[Element]] = []
    fresh = True
    for element in group.elements:
        alone = element.layer.type == "Add"
        if fresh or alone:
            runs.append([])
        runs[-1].append(element)
        fresh = alone or element.layer.name in begins
    return runs


def _box(element: Element, largest: int, detail: Detail, thin: float) -> Box:
    box = element_box(element, largest, detail.size)
    if not detail.words:
        return replace(box, title="")
    return box if thin == 1 else replace(box, thickness=box.thickness * thin, band=box.band * thin)


def _arcs(
    shortcuts: Sequence[Shortcut],
    placed: Sequence[Placed],
    ends: Mapping[str, float],
    reach: float,
    detail: Detail,
) -> tuple[Arc, ...]:
    """Each over all boxes of the group, from the gap where it begins."""
    signs = {item.box.name: item.x for item in placed if item.sign}
    found = []
    for place, way in enumerate(shortcuts):
        start = _LEAD / 3 if way.start is None else ends[way.start]
        boxes = tuple(
            _box(element, 1, replace(detail, size=_ON_ARC), 1.0) for element in way.through
        )
        words = ""
        if way.through and detail.words and detail.parameters and detail.unit:
            kernel = way.through[0].layer.options.get("kernel_size")
            words = f"{kernel} × {kernel}" if isinstance(kernel, int) else ""
        top = reach + _RISE * (1 + place) + max([0.0, *(box.height / 2 for box in boxes)])
        found.append(Arc(start, signs[way.to], top, boxes, words))
    return tuple(found)


def _arc(arc: Arc, x: float, y: float) -> list[str]:
    level = y - arc.top
    found = [around(x + arc.start, x + arc.end, y, level, y - PLUS)]
    if not arc.on:
        return found
    thick = sum(box.thickness for box in arc.on)
    left = x + (arc.start + arc.end - thick) / 2
    for box in arc.on:
        found.append(_upright(box, left, level))
        left += box.thickness
    if arc.words:
        high = max(box.height + box.lean for box in arc.on) / 2
        found.append(small_words(arc.words, x + (arc.start + arc.end) / 2, level - high - 3))
    return found


def _upright(box: Box, x: float, y: float) -> str:
    """A box that stands on the axis with its middle."""
    return cuboid(box, x - box.lean / 2, y + (box.lean - box.height) / 2)
