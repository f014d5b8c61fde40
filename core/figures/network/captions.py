"""The words under a group, and what colours mean. Knows nothing of where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from core.figures.labels import label
from core.figures.network.boxes import ACTIVATION, COLOURS, Box, plus
from core.figures.network.cells import Detail
from core.figures.network.elements import Group
from core.figures.network.layers import (
    ACTIVATIONS,
    CONVOLUTIONS,
    KINDS,
    Layer,
    kind_words,
    shape_words,
)
from core.figures.network.letters import LINE, text_width
from core.figures.network.lines import n, words_beside
from core.figures.theme import NEUTRAL
from core.notation import short as format_short

_MARK = 11.0  # of colour, in pixels
_EDGE = 4.0
_BLOCK = "block"
_WHITENING = "whitening"


def captions(group: Group, before: str, detail: Detail) -> tuple[str, str, str, str]:
    """What it is, what comes of it, what a pool leaves of that, its parameters.

    Args:
        before: the shape of the group before it, in words.
    """
    shape = group_shape(group)
    said = shape_words(shape)
    last = group.elements[-1].layer.output_shape
    pooled = f"then {shape_words(last[:2])}" if len(last) == 3 and last != shape else ""
    unit = " params" if detail.unit else ""
    parameters = f"{format_short(group.parameters)}{unit}" if group.parameters else ""
    return (
        group_name(group, short=not detail.names),
        "" if not detail.names and said == before else said,
        pooled if detail.pooled else "",
        parameters if detail.parameters else "",
    )


def group_words(group: Group) -> str:
    """For who cannot see it: "Block 1 32 × 32 × 16 then 16 × 16"."""
    shape, last = group_shape(group), group.elements[-1].layer.output_shape
    words = [group_name(group), shape_words(shape)]
    if len(last) == 3 and last != shape:
        words.append(f"then {shape_words(last[:2])}")
    words += ["with a shortcut"] * bool(group.shortcuts)
    return " ".join(words)


def group_shape(group: Group) -> tuple[int, ...]:
    """What comes of its last convolution, or of its first layer where it has none."""
    convolutions = [
        element.layer for element in group.elements if element.layer.type in CONVOLUTIONS
    ]
    return (convolutions[-1] if convolutions else group.elements[0].layer).output_shape


def group_name(group: Group, *, short: bool = False) -> str:
    """Block 3, or 3 where it is short; a dense layer, the vector, the output."""
    number = group.name.removeprefix(_BLOCK)
    if group.name != number and number.isdecimal():
        return number if short else f"Block {number}"
    first = group.elements[0].layer
    if group.name == "head":
        return "Output"
    if first.type == "Dense":
        return "Dense"
    if group.name == _WHITENING:
        return "Whitening"
    words = "vector" if len(first.output_shape) == 1 else kind_words(first)
    return words[0].upper() + words[1:]


def legend(
    layers: Sequence[Layer], most: float, top: float, *, last: str = ""
) -> tuple[list[str], float, float]:
    """What the colours mean, of what occurs, in as many lines as it takes.

    Args:
        last: what else is to be said, after the colours.

    Returns: the parts, how wide they are and how high.
    """
    parts, widest = [], 0.0
    x, y = _EDGE, top
    unmarked = {last: None} if last else {}
    for word, colour in (_meanings(layers) | unmarked).items():
        mark = 0.0 if colour is None else _MARK + 5
        width = mark + text_width(word)
        if x > _EDGE and x + width > most:
            x, y = _EDGE, y + LINE + 3
        if colour is not None:
            parts.append(_mark(colour, x, y))
        parts.append(words_beside(label(word, 40), x + mark, y + 10))
        widest = max(widest, x + width)
        x += width + 14
    return parts, widest, y - top + LINE


def _mark(colour: str, x: float, y: float) -> str:
    """A square in the colour; in none, the sign of a sum."""
    if not colour:
        return plus(Box("", 0, 0, 0), x + _MARK / 2, y + _MARK / 2)
    side = n(_MARK)
    return f'<rect x="{n(x)}" y="{n(y)}" width="{side}" height="{side}" rx="2" fill="{colour}"/>'


def _meanings(layers: Sequence[Layer]) -> dict[str, str]:
    """Word -> colour, in the order in which they occur."""
    found: dict[str, str] = {}
    for layer in layers:
        if layer.type in ACTIVATIONS:
            found.setdefault("activation", ACTIVATION)
        elif layer.type == "Add":
            found.setdefault("sum with a shortcut", "")
        elif "Pooling" in layer.type:
            found.setdefault("pooling", COLOURS.get(layer.type, NEUTRAL))
        elif layer.type in COLOURS and layer.type != "Flatten":
            found.setdefault(KINDS[layer.type], COLOURS[layer.type])
    return found


def classes_shown(classes: Sequence[str], most: int) -> list[str]:
    """All names of a few classes, some of many; long ones without their middle. Escaped."""
    names = [label(name, 16) for name in classes]
    if len(names) <= most:
        return names
    return [*names[: most - 2], "…", names[-1]]
