"""Small pictures in a wrapping row, pixel-sharp, each with a few words, some to click.

One st.components.v2 component (gallery.js). Knows nothing of data sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.figures.images import data_uri
from core.reading import one_line

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.gallery",
    html='<div class="convscope-gallery"></div>',
    css=(_HERE / "gallery.css").read_text(encoding="utf-8"),
    js=(_HERE / "gallery.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Tile:
    """A picture (H, W, C) uint8, a title and further lines under it.

    `value` is what a click on it brings: the image's own number, no two alike. A place in
    the row would name another image once the row has changed.
    """

    value: int
    image: np.ndarray
    title: str
    lines: tuple[str, ...] = ()
    hint: str = ""


def gallery(
    tiles: Sequence[Tile],
    key: str,
    *,
    size: int = 96,
    clickable: bool = False,
    chosen: int | None = None,
) -> int | None:
    """Show the tiles; the value of the one clicked just now, else None.

    A click may come from tiles that were shown a moment ago, so its value may be of none
    of these.

    Args:
        size: width of each picture in pixels.
        chosen: value of the tile to mark.
    """
    items = [_item(tile, size) for tile in tiles]
    data = {"items": items, "size": size, "clickable": clickable, "chosen": chosen}
    picked = _MOUNT(key=key, data=data, on_picked_change=_nothing).picked
    return int(picked) if isinstance(picked, (int, float)) else None


def _nothing() -> None:
    """A trigger needs a callback to be known; what it brings is read from the result."""


def _item(tile: Tile, size: int) -> dict[str, Any]:
    return {
        "value": tile.value,
        "source": data_uri(tile.image),
        "sharp": tile.image.shape[1] <= size,
        "title": one_line(tile.title),
        "lines": [one_line(line) for line in tile.lines],
        "hint": one_line(tile.hint),
    }
