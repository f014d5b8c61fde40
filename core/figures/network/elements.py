"""From layers one after the other to what is drawn as one, and where shortcuts lie.

A block's layers are a group. An activation is part of the layer before it, the pieces of a
maxout are one, and layers on a shortcut stand on its arc. Knows nothing of pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

from core.figures.network.layers import ACTIVATIONS, Layer, kind_words, layer_lines

_FLATTENING = "flatten"


@dataclass(frozen=True)
class Element:
    """What is drawn as one: a box, or the plus sign of a sum."""

    layer: Layer
    pieces: tuple[Layer, ...] = ()  # of a maxout, beside the layer itself
    activation: Layer | None = None  # that follows at once

    @cached_property
    def title(self) -> list[str]:
        """All that is known of it, a line each."""
        lines = layer_lines(self.layer)
        if self.pieces:
            lines.append(f"one of {1 + len(self.pieces)} alike; the largest value counts")
        if self.activation is not None and self.activation.type != "Maximum":
            lines.append(f"then {kind_words(self.activation)}")
        return lines

    @property
    def parameters(self) -> int:
        return self.layer.parameters + sum(piece.parameters for piece in self.pieces)

    @property
    def multiply_adds(self) -> int:
        return self.layer.multiply_adds + sum(piece.multiply_adds for piece in self.pieces)


@dataclass(frozen=True)
class Shortcut:
    """A way around layers, to a sum."""

    to: str  # name of the Add
    start: str | None  # name of the element that it begins after; None: before the group
    through: tuple[Element, ...]  # a projection, or nothing


@dataclass(frozen=True)
class Group:
    """What stands together: a block, or a dense layer with its dropout."""

    name: str
    elements: tuple[Element, ...]
    shortcuts: tuple[Shortcut, ...] = ()

    @property
    def all_elements(self) -> tuple[Element, ...]:
        """With those on shortcuts, in the order of the layers."""
        return (*self.elements, *(element for way in self.shortcuts for element in way.through))

    @property
    def parameters(self) -> int:
        return sum(element.parameters for element in self.all_elements)

    @property
    def multiply_adds(self) -> int:
        return sum(element.multiply_adds for element in self.all_elements)


@dataclass
class _Ways:
    """Which layers do not stand in the line of the others."""

    pieces: dict[str, list[Layer]] = field(default_factory=dict)  # by the one that stands for them
    around: dict[str, list[tuple[str | None, list[Layer]]]] = field(default_factory=dict)  # by Add
    aside: set[str] = field(default_factory=set)


def groups_of(layers: Sequence[Layer]) -> list[Group]:
    """Layers by the first part of their names: "block3_conv2" is of "block3".

    What makes a vector of maps is one group with the dropout after it, whatever it is called.
    """
    ways = _ways(layers)
    line = [layer for layer in layers if layer.name not in ways.aside]
    elements = _with_activations(
        [Element(layer, tuple(ways.pieces.get(layer.name, ()))) for layer in line]
    )
    element_of = {name: element.layer.name for element in elements for name in _names(element)}
    groups: list[Group] = []
    last: str | None = None  # the element before the group
    for name, members in groupby(elements, _group_of):
        found = tuple(members)
        shortcuts = _shortcuts(found, ways, element_of, last)
        groups.append(Group(name, found, shortcuts))
        last = found[-1].layer.name
    return groups


def _group_of(element: Element) -> str:
    """ "global_average" is of "flatten", as its dropout, "flatten_dropout", is."""
    name = element.layer.name.partition("_")[0]
    return _FLATTENING if name == "global" else name


def find_element(layers: Sequence[Layer], name: str) -> tuple[Group, Element]:
    """What is drawn of the layer of that name, and the group in which it stands.

    Raises:
        KeyError: nothing is drawn under that name.
    """
    for group in groups_of(layers):
        for element in group.all_elements:
            if element.layer.name == name:
                return group, element
    raise KeyError(name)


def _names(element: Element) -> Iterator[str]:
    yield element.layer.name
    if element.activation is not None:
        yield element.activation.name


def _ways(layers: Sequence[Layer]) -> _Ways:
    """Follow what a sum or a maximum takes back to where its ways part."""
    known = {layer.name: layer for layer in layers}
    found = _Ways()
    for layer in layers:
        if layer.type not in ("Add", "Maximum") or len(layer.inputs) < 2:
            continue
        first = _back(layer.inputs[0], known)
        for other in layer.inputs[1:]:
            begin, one, two = _parting(first, _back(other, known))
            if layer.type == "Maximum":
                for standing, piece in zip(one, two, strict=False):
                    found.pieces.setdefault(standing.name, []).append(piece)
                    found.aside.add(piece.name)
                continue
            way = min(two, one, key=len)
            found.around.setdefault(layer.name, []).append((begin, way[::-1]))
            found.aside.update(piece.name for piece in way)
    return found


def _back(name: str, known: Mapping[str, Layer]) -> list[Layer]:
    """From a layer back to the image, always by the first of what a layer takes."""
    found: list[Layer] = []
    while name in known and len(found) <= len(known):
        found.append(known[name])
        name = known[name].inputs[0] if known[name].inputs else ""
    return found


def _parting(one: list[Layer], two: list[Layer]) -> tuple[str | None, list[Layer], list[Layer]]:
    """The last layer that both have (None: the image), and what each has after it."""
    shared = {layer.name for layer in one}
    begin = next((layer.name for layer in two if layer.name in shared), None)
    return begin, _until(one, begin), _until(two, begin)


def _until(way: list[Layer], end: str | None) -> list[Layer]:
    names = [layer.name for layer in way]
    return way[: names.index(end)] if end is not None else way


def _with_activations(elements: Sequence[Element]) -> list[Element]:
    """An activation is part of what stands before it."""
    found: list[Element] = []
    for element in elements:
        if element.layer.type in ACTIVATIONS and found and found[-1].activation is None:
            found[-1] = replace(found[-1], activation=element.layer)
        else:
            found.append(element)
    return found


def _shortcuts(
    elements: tuple[Element, ...], ways: _Ways, element_of: Mapping[str, str], before: str | None
) -> tuple[Shortcut, ...]:
    """Those that end in this group, and begin in it or right before it."""
    inside = {element.layer.name for element in elements}
    found = []
    for element in elements:
        for begin, through in ways.around.get(element.layer.name, ()):
            start = element_of.get(begin) if begin is not None else None
            if start in inside or start == before:
                drawn = tuple(_with_activations([Element(layer) for layer in through]))
                found.append(
                    Shortcut(element.layer.name, start if start in inside else None, drawn)
                )
    return tuple(found)
