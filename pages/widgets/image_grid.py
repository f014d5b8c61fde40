"""Small images as a page should show them: sharp pixels, never smoothed.

Takes arrays, gives HTML. Knows nothing of data sets.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.figures.images import SMALL, data_uri
from core.reading import one_line

Pixels = NDArray[np.uint8]  # (H, W, C) uint8, 0..255

_STYLE = """<style>
.cs-row {display:flex; gap:.75rem; overflow-x:auto; padding:.15rem .15rem .5rem}
.cs-row.cs-wrap {flex-wrap:wrap; overflow-x:visible}
.cs-row.cs-fit {gap:clamp(.15rem, .8vw, .75rem)}
.cs-fit > .cs-group {flex:1 1 0; min-width:0}
.cs-label {font-size:.75rem; line-height:1.3; margin-bottom:.3rem; white-space:nowrap;
  overflow:hidden; text-overflow:ellipsis; text-align:center}
.cs-grid {display:grid; gap:3px}
.cs-fit .cs-grid {grid-template-columns:repeat(var(--across), minmax(0, 1fr))}
.cs-free .cs-grid {grid-template-columns:repeat(var(--across), var(--side))}
.cs-tile {display:block; width:100%; aspect-ratio:var(--shape); padding:0; border:0;
  border-radius:2px; background:var(--image) center/100% 100% no-repeat; cursor:zoom-in}
.cs-tile.cs-sharp, .cs-large.cs-sharp {image-rendering:pixelated}
.cs-tile:hover, .cs-tile:focus-visible {outline:2px solid #E69F00; outline-offset:1px}
.cs-none {aspect-ratio:var(--shape)}
.cs-pop {border-radius:.6rem; padding:1rem; margin:auto; text-align:center;
  border:1px solid light-dark(#dbe2ea, #2f3a46); background:light-dark(#fff, #11161c);
  color:light-dark(#1c2733, #e8edf2); box-shadow:0 8px 40px rgba(0,0,0,.45)}
.cs-pop::backdrop {background:rgba(0,0,0,.6)}
.cs-large {width:max(320px, min(72vmin, 30rem)); max-width:calc(100vw - 4rem);
  aspect-ratio:var(--shape); border-radius:3px;
  background:var(--image) center/100% 100% no-repeat}
.cs-caption {font-size:.95rem; padding-top:.6rem}
</style>"""


@dataclass(frozen=True)
class Tile:
    """One image of a group; `caption` is read out and shown when it is enlarged."""

    pixels: Pixels | None  # None leaves the place empty
    caption: str = ""


@dataclass(frozen=True)
class Group:
    """Tiles under one label, `across` of them side by side."""

    label: str
    tiles: Sequence[Tile]
    across: int = 1


def show_groups(
    groups: Sequence[Group], key: str, *, side: int | None = None, wrap: bool = False
) -> None:
    """Labelled columns of images; a click enlarges one. `side` in CSS pixels, None: fit."""
    st.html(groups_html(groups, key, side=side, wrap=wrap))


def show_image(pixels: Pixels, *, width: int, caption: str = "") -> None:
    """One image, sharp, at most so many CSS pixels wide."""
    name = _escaped(caption)
    label = f'<div class="cs-label">{name}</div>' if caption else ""
    style = f"--image:url('{data_uri(pixels)}'); --shape:{_shape(pixels)}"
    sharp = _sharp(pixels)
    st.html(
        f'{_STYLE}<div style="max-width:{width}px">{label}<div class="cs-tile{sharp}" role="img" '
        f'aria-label="{name}" style="{style}; cursor:auto"></div></div>'
    )


def groups_html(
    groups: Sequence[Group], key: str, *, side: int | None = None, wrap: bool = False
) -> str:
    """The markup of `show_groups`. `key` keeps the ids of two grids on a page apart."""
    kind = "cs-fit" if side is None else "cs-free"
    kind += " cs-wrap" if wrap else ""
    body = "".join(_group(group, f"{key}-{place}", side) for place, group in enumerate(groups))
    return f'{_STYLE}<div class="cs-row {kind}">{body}</div>'


def _group(group: Group, key: str, side: int | None) -> str:
    label = _escaped(group.label)
    tiles = "".join(_tile(tile, f"{key}-{place}") for place, tile in enumerate(group.tiles))
    shapes = [_shape(tile.pixels) for tile in group.tiles if tile.pixels is not None]
    style = f"--across:{group.across}; --side:{side or 0}px; --shape:{shapes[0] if shapes else 1}"
    heading = f'<div class="cs-label" title="{label}">{label}</div>' if label else ""
    return (
        f'<div class="cs-group">{heading}<div class="cs-grid" style="{style}">{tiles}</div></div>'
    )


def _tile(tile: Tile, key: str) -> str:
    if tile.pixels is None:
        return '<div class="cs-none"></div>'
    name = _escaped(tile.caption)
    sharp = _sharp(tile.pixels)
    # The image stands once, in a variable that the thumbnail and the enlarged one share.
    return (
        f"<div style=\"--image:url('{data_uri(tile.pixels)}')\">"
        f'<button class="cs-tile{sharp}" popovertarget="{key}" aria-label="{name}" '
        f'title="{name}"></button>'
        f'<div class="cs-pop" popover id="{key}"><div class="cs-large{sharp}"></div>'
        f'<div class="cs-caption">{name}</div></div></div>'
    )


def _escaped(name: str) -> str:
    return html.escape(one_line(name), quote=True)


def _shape(pixels: Pixels) -> str:
    return f"{pixels.shape[1]} / {pixels.shape[0]}"


def _sharp(pixels: Pixels) -> str:
    return " cs-sharp" if max(pixels.shape[:2]) <= SMALL else ""
