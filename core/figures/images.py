"""Pictures for the page: sharp enlargement, PNG, contact sheets of many images.

Small images are enlarged by whole factors without smoothing, so that each pixel is seen
as it is. Backgrounds are transparent, for light and dark pages. Knows nothing of data sets.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_TEXT = (127, 140, 141, 255)  # a grey that can be read on a light and on a dark page
_LARGEST_CELL = 192


def as_picture(image: np.ndarray) -> Image.Image:
    """(H, W), (H, W, 1) or (H, W, 3) uint8 -> a Pillow image, L or RGB."""
    array = np.asarray(image)
    if array.dtype != np.uint8:
        raise ValueError(f"image has dtype {array.dtype}; it must be uint8, 0 to 255")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3):
        return Image.fromarray(np.ascontiguousarray(array))
    raise ValueError(f"image has shape {array.shape}; it must be (H, W), (H, W, 1) or (H, W, 3)")


def scale_for(side: int, target: int) -> int:
    """The whole factor that brings `side` pixels nearest to `target` from below, 1 or more."""
    return max(1, target // max(side, 1))


def upscale(image: np.ndarray, factor: int) -> np.ndarray:
    """Nearest neighbour by a whole factor.  # (H, W, ...) -> (H * factor, W * factor, ...)"""
    return np.repeat(np.repeat(image, factor, axis=0), factor, axis=1)


def to_png(image: np.ndarray | Image.Image, scale: int | None = None, target: int = 256) -> bytes:
    """A PNG, enlarged by `scale`, or where none is given by what reaches about `target`."""
    picture = image if isinstance(image, Image.Image) else as_picture(image)
    factor = scale or scale_for(max(picture.size), target)
    if factor > 1:
        size = (picture.width * factor, picture.height * factor)
        picture = picture.resize(size, Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", compress_level=3)
    return buffer.getvalue()


def contact_sheet(
    images: Sequence[np.ndarray | None] | np.ndarray,
    *,
    columns: int = 10,
    labels: Sequence[str] | None = None,
    row_labels: Sequence[str] | None = None,
    cell: int = 64,
    gap: int = 4,
) -> bytes:
    """Many images on one sheet, as a PNG with a transparent background.

    Args:
        images: each (H, W, C) uint8, all of one size; None leaves its place empty.
        columns: images a row.
        labels: a line (or more, split by newlines) under each image.
        row_labels: a name at the left of each row.
        cell: the side in pixels that images are brought to, by a whole factor where smaller.
        gap: pixels between images.
    """
    first = next((image for image in images if image is not None), None)
    if first is None:
        return to_png(Image.new("RGBA", (cell, cell)), scale=1)
    width, height = _cell_size(first, cell)
    lines = max((label.count("\n") + 1 for label in labels or ()), default=0)
    font = ImageFont.load_default(size=float(np.clip(width / 5, 11, 16)))
    below = _line_height(font) * lines
    left = _widest(row_labels or (), font) + (8 if row_labels else 0)
    rows = -(-len(images) // columns)
    size = (left + columns * (width + gap) - gap, rows * (height + below + gap) - gap)
    sheet = Image.new("RGBA", size)
    draw = ImageDraw.Draw(sheet)
    for i, image in enumerate(images):
        x = left + (i % columns) * (width + gap)
        y = (i // columns) * (height + below + gap)
        if image is not None:
            sheet.paste(_fitted(image, (width, height)), (x, y))
            if labels:
                _write(draw, labels[i], (x, y + height), width, font)
    for row, name in enumerate(row_labels or ()):
        middle = row * (height + below + gap) + height // 2
        draw.text((left - 8, middle), name, fill=_TEXT, font=font, anchor="rm")
    return to_png(sheet, scale=1)


def _cell_size(image: np.ndarray, cell: int) -> tuple[int, int]:
    """(width, height) in pixels of every image on the sheet."""
    height, width = image.shape[:2]
    side = max(height, width)
    factor = float(scale_for(side, cell)) if side <= _LARGEST_CELL else _LARGEST_CELL / side
    return max(1, round(width * factor)), max(1, round(height * factor))


def _fitted(image: np.ndarray, size: tuple[int, int]) -> Image.Image:
    picture = as_picture(image)
    enlarge = size[0] >= picture.width
    method = Image.Resampling.NEAREST if enlarge else Image.Resampling.LANCZOS
    return picture.resize(size, method)


def _write(
    draw: ImageDraw.ImageDraw,
    label: str,
    at: tuple[int, int],
    width: int,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """Centred lines under an image; a line that is too long is cut with an ellipsis."""
    for i, line in enumerate(label.split("\n")):
        text = line
        while len(text) > 1 and draw.textlength(text, font=font) > width:
            text = text.rstrip("…")[:-1] + "…"
        place = (at[0] + width / 2, at[1] + 2 + i * _line_height(font))
        draw.text(place, text, fill=_TEXT, font=font, anchor="ma")


def _line_height(font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> int:
    box = font.getbbox("Ágjp")
    return int(box[3]) + 4


def _widest(names: Sequence[str], font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> int:
    return max((int(font.getlength(name)) + 1 for name in names), default=0)
