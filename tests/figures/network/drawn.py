"""What a drawing of a network consists of, read from its SVG."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

from core.config import ArchitectureConfig
from core.figures.network import Drawing, network_drawing
from core.figures.network.letters import text_width
from core.models.plan import plan_layers

SVG = "{http://www.w3.org/2000/svg}"
NAMES = tuple("abcdefghij")
Rectangle = tuple[float, float, float, float]  # left, top, right, bottom


def drawn(
    architecture: ArchitectureConfig,
    shape: tuple[int, int, int] = (32, 32, 3),
    classes: tuple[str, ...] = NAMES,
    **options: bool,
) -> Drawing:
    layers = plan_layers(architecture, shape, len(classes))
    return network_drawing(layers, shape, classes, **options)


def words(drawing: Drawing) -> list[str]:
    return [item.text or "" for item in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]


def titles(drawing: Drawing) -> dict[str, str]:
    """Name of a layer -> what is said of it."""
    return {
        group.get("data-layer", ""): group.findtext(f"{SVG}title") or ""
        for group in ElementTree.fromstring(drawing.svg).iter(f"{SVG}g")
        if group.find(f"{SVG}title") is not None
    }


def boxes(drawing: Drawing) -> dict[str, Rectangle]:
    """Name of a layer -> the front of its box; of the image the empty name."""
    found = {}
    for group in ElementTree.fromstring(drawing.svg).iter(f"{SVG}g"):
        front = group.find(f"{SVG}g/{SVG}path")
        if group.find(f"{SVG}title") is not None and front is not None:
            left, top, width, height = numbers(front.attrib["d"])[:4]
            found[group.get("data-layer", "")] = (left, top, left + width, top + height)
    return found


def numbers(path: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", path)]


def size(box: Rectangle) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def text_boxes(drawing: Drawing) -> list[tuple[str, Rectangle]]:
    found = []
    for item in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text"):
        text, high = item.text or "", float(item.get("font-size", 12))
        wide = text_width(text) * high / 12
        left = float(item.attrib["x"]) - (wide / 2 if item.get("text-anchor") == "middle" else 0)
        base = float(item.attrib["y"])
        found.append((text, (left, base - 0.75 * high, left + wide, base + 0.2 * high)))
    return found


def grounds(drawing: Drawing) -> list[tuple[str, Rectangle]]:
    """What a click on a group hits."""
    found = []
    for group in ElementTree.fromstring(drawing.svg).iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        if group.get("data-group") and rect is not None:
            x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
            found.append((group.attrib["data-group"], (x, y, x + w, y + h)))
    return found


def apart(one: Rectangle, other: Rectangle) -> bool:
    beside = one[2] <= other[0] + 0.1 or other[2] <= one[0] + 0.1
    return beside or one[3] <= other[1] + 0.1 or other[3] <= one[1] + 0.1


def overprinted(drawing: Drawing) -> list[tuple[str, str]]:
    """Words on words, words on boxes, groups on groups, anything beyond the edge."""
    texts, fronts = text_boxes(drawing), list(boxes(drawing).items())
    found = [
        (one[0], other[0])
        for items in (texts, grounds(drawing))
        for one, other in combinations(items, 2)
        if not apart(one[1], other[1])
    ]
    found += [
        (text, name) for text, place in texts for name, box in fronts if not apart(place, box)
    ]
    whole = (0, 0, drawing.width, drawing.height)
    outside = [
        (name, "the edge")
        for name, box in [*texts, *fronts, *grounds(drawing)]
        if box[0] < -3 or box[1] < -3 or box[2] > whole[2] + 3 or box[3] > whole[3] + 3
    ]
    return found + outside


def rows_of(drawing: Drawing) -> int:
    """Groups with the same ground stand in one row."""
    return len({box[1] for _, box in grounds(drawing)})
