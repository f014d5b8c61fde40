"""Small pictures, pixel-sharp: a row to click, or an album whose pictures are enlarged in place.

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
from core.notation import percent
from core.reading import one_line
from pages.session import state
from pages.widgets.lightbox import LIGHTBOX_CSS, LIGHTBOX_JS

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.gallery",
    html='<div class="convscope-gallery"></div>',
    css=LIGHTBOX_CSS + (_HERE / "gallery.css").read_text(encoding="utf-8"),
    js=LIGHTBOX_JS + (_HERE / "gallery.js").read_text(encoding="utf-8"),
)
_PAGE = 40  # about so many pictures of an album on a page
_FRAME = 24  # pixels that a tile of an album is wider than its picture, the gap included
_WIDE = 1000  # pixels of a page's content on a common screen
_MOST_ACROSS = 60


@dataclass(frozen=True)
class Tile:
    """A picture (H, W, C) uint8, a title and further lines under it.

    `value` is what a click on it brings: the image's own number, no two alike. A place in
    the row would name another image once the row has changed. A row whose tiles have no title
    is of pictures alone, with the hint as their name. `best` are the most probable classes,
    (name, probability 0..1), shown where the picture is enlarged.
    """

    value: int
    image: np.ndarray
    title: str = ""
    lines: tuple[str, ...] = ()
    hint: str = ""
    best: tuple[tuple[str, float], ...] = ()


def gallery(
    tiles: Sequence[Tile],
    key: str,
    *,
    size: int = 96,
    clickable: bool = False,
    chosen: int | None = None,
) -> int | None:
    """Show the tiles in a wrapping row; the value of the one clicked just now, else None.

    A click may come from tiles that were shown a moment ago, so its value may be of none
    of these.

    Args:
        size: width of each picture in pixels.
        chosen: value of the tile to mark.
    """
    items = [_item(tile, size) for tile in tiles]
    return _mounted(key, items=items, size=size, clickable=clickable, chosen=chosen)


def album(tiles: Sequence[Tile], key: str, *, size: int, action: str) -> int | None:
    """Show the tiles in full rows; a click enlarges one, and there a button says `action`.

    Returns: the value of the tile whose button was pressed just now, else None.
    """
    items = [_item(tile, size) for tile in tiles]
    across = album_across(key, size)
    return _mounted(key, items=items, size=size, clickable=True, action=action, across=across)


def album_page(key: str, size: int) -> int:
    """How many pictures fill the rows of one page of an album."""
    across = album_across(key, size)
    return across * max(2, round(_PAGE / across))


def album_across(key: str, size: int) -> int:
    """How many stand beside each other: what the browser said, until then a guess."""
    said = state.component_value(key, "across")
    known = isinstance(said, (int, float)) and 1 <= said <= _MOST_ACROSS
    return int(said) if known else max(_WIDE // (size + _FRAME), 1)


def _mounted(key: str, **data: Any) -> int | None:
    found = _MOUNT(key=key, data=data, on_picked_change=_nothing, on_across_change=_nothing)
    return int(found.picked) if isinstance(found.picked, (int, float)) else None


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
        "best": [(one_line(name), share, percent(share)) for name, share in tile.best],
    }
