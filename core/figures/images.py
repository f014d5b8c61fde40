"""Pictures for the page: images inside an address.

Small ones are exact, so that the page can show each pixel as it is. Knows nothing of data sets.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

SMALL = 96  # pixels a side; above it PNG costs too much, and smoothing is what one expects


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


def indexed_uri(steps: np.ndarray, palette: np.ndarray) -> str:
    """A PNG inside an address whose pixels are steps of a palette: a third of what RGB takes.

    Args:
        steps: (H, W) uint8
        palette: (256, 3) uint8
    """
    picture = Image.fromarray(np.ascontiguousarray(steps))
    picture.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=3)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def data_uri(pixels: np.ndarray, most: int | None = None) -> str:
    """(H, W, C) uint8 inside an address: PNG where small, so that each pixel is exact.

    Args:
        most: shrink what is larger to so many pixels a side.
    """
    buffer = io.BytesIO()
    picture = as_picture(pixels)
    if most is not None:
        picture.thumbnail((most, most), Image.Resampling.BOX)
    if max(picture.size) <= SMALL:
        kind = "png"
        picture.save(buffer, "PNG", compress_level=3)
    else:
        kind = "webp"
        picture.save(buffer, "WEBP", quality=88, method=1)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
