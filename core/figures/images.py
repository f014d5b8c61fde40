"""Pictures for the page: sharp enlargement, PNG, images inside an address.

Small images are enlarged by whole factors without smoothing, so that each pixel is seen
as it is. Knows nothing of data sets.
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


def scale_for(side: int, target: int) -> int:
    """The whole factor that brings `side` pixels nearest to `target` from below, 1 or more."""
    return max(1, target // max(side, 1))


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
