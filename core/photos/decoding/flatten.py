"""A decoded picture of any mode -> "L" or "RGB" of 8 bits, smaller by a whole factor.

Worked through in strips: beside the decoded picture there is never a second one of its
size. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.errors import PhotoError

_STRIP_PIXELS = 1_000_000
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N")
Cut = Callable[[int, int], Image.Image]  # rows from, to -> that strip


@dataclass(frozen=True)
class Decoded:
    """Pixels as a decoder left them, asked for in strips."""

    mode: str
    size: tuple[int, int]  # (width, height)
    cut: Cut
    whole: Image.Image | None = None  # where the decoder made a Pillow image of it


def of_image(picture: Image.Image) -> Decoded:
    """Of a Pillow image that is loaded."""
    width, height = picture.size

    def cut(top: int, bottom: int) -> Image.Image:
        if bottom - top == height:
            return picture
        return picture.crop((0, top, width, bottom))

    return Decoded(picture.mode, picture.size, cut, picture)


def flatten(decoded: Decoded, factor: int = 1) -> Image.Image:
    """
    Args:
        factor: each pixel becomes the mean of so many by so many.

    Returns: "L" where the picture is grey, else "RGB", the sides divided and rounded up.
    """
    width, height = decoded.size
    to_eight_bits = _conversion(decoded)
    rows = max(1, _STRIP_PIXELS // width // factor) * factor
    if rows >= height:
        return _reduced(to_eight_bits(decoded.cut(0, height)), factor)
    small: Image.Image | None = None
    for top in range(0, height, rows):
        strip = decoded.cut(top, min(top + rows, height))
        strip = _reduced(to_eight_bits(strip), factor)
        if small is None:
            small = Image.new(strip.mode, (strip.width, -(-height // factor)))
        small.paste(strip, (0, top // factor))
    assert small is not None
    return small


def _reduced(strip: Image.Image, factor: int) -> Image.Image:
    return strip.reduce(factor) if factor > 1 else strip


def _conversion(decoded: Decoded) -> Callable[[Image.Image], Image.Image]:
    """How a strip comes down to 8 bits, the same for all strips of a picture."""
    mode, whole = decoded.mode, decoded.whole
    if mode in _SIXTEEN_BITS:
        return lambda strip: _eight_bits(strip, 0.0, 65535.0)
    if mode in ("I", "F"):
        low, top = _range(decoded)
        return lambda strip: _eight_bits(strip, low, top)
    grey = mode in ("1", "L", "LA", "La")
    if mode[-1] in "Aa" or (whole is not None and whole.has_transparency_data):
        return lambda strip: _on_white(strip, "L" if grey else "RGB")
    grey = grey or (mode == "P" and whole is not None and _is_grey_palette(whole))
    return lambda strip: strip.convert("L" if mode in ("1", "L") else "RGB").convert(
        "L" if grey else "RGB"
    )


def _is_grey_palette(picture: Image.Image) -> bool:
    """Palettes of greys (GIF, BMP) are grey pictures, as far as their colours are used."""
    used = np.flatnonzero(picture.histogram())
    colours = np.zeros((256, 3), dtype=np.uint8)
    palette = np.array(picture.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)[:256]
    colours[: len(palette)] = palette
    return bool((colours[used] == colours[used][:, :1]).all())


def _on_white(strip: Image.Image, mode: str) -> Image.Image:
    """Lay what is transparent on white paper."""
    layer = strip.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert(mode)


def _eight_bits(strip: Image.Image, low: float, top: float) -> Image.Image:
    """`low` to `low + top` becomes 0 to 255; what is not a number counts as zero."""
    with np.errstate(invalid="ignore"):  # files may hold numbers that signal
        values = np.asarray(strip).astype(np.float64)
    scaled = np.clip(np.nan_to_num(values - low) / top, 0.0, 1.0) * 255.0
    return Image.fromarray(np.round(scaled).astype(np.uint8))


def _range(decoded: Decoded) -> tuple[float, float]:
    """Where black lies in a picture of wide numbers, and how far above it white.

    Files whose numbers have another range than the usual ones (32-bit integers, floating
    point, a sensor's 12 bits kept in wider numbers) are spread over it.
    """
    lows, highs = [], []
    for strip in _strips(decoded):
        finite = strip[np.isfinite(strip)]
        if finite.size:
            lows.append(float(finite.min()))
            highs.append(float(finite.max()))
    if not lows:
        raise PhotoError("The picture holds no numbers that can be shown.", "Export it as PNG.")
    low, high = min(lows), max(highs)
    top = _top_of_range(low, high, floating=decoded.mode == "F")
    return (0.0, top) if top is not None else (low, max(high - low, 1e-12))


def _strips(decoded: Decoded) -> Iterator[np.ndarray]:
    width, height = decoded.size
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        yield np.asarray(decoded.cut(top, min(top + rows, height)))


def _top_of_range(low: float, high: float, *, floating: bool) -> float | None:
    """The usual range that the values lie in: 0..1, 0..255 or 0..65,535; None: another one."""
    if low < 0:
        return None
    tops = (1.0, 255.0, 65535.0) if floating else (255.0, 65535.0)
    return next((top for top in tops if high <= top), None)
