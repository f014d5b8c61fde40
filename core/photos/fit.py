"""A picture of any size -> the size that a network takes: crop, pad or squash.

The one place where it is done, for pictures trained on, judged by and classified.
Knows nothing of files or of data sets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.config import Fit, Interpolation

Size = tuple[int, int]  # (height, width) in pixels

_FILTERS: Final[dict[Interpolation, Image.Resampling]] = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


@dataclass(frozen=True)
class Fitting:
    """How a picture becomes one of a given size; see core.config.DatasetConfig."""

    size: Size
    fit: Fit = "crop"
    interpolation: Interpolation = "bilinear"

    @property
    def decoded_side(self) -> int:
        """How small a JPEG may be decoded (see read_photo): twice the size wanted loses nothing."""
        return 2 * max(self.size)

    def apply(self, picture: Image.Image) -> Image.Image:
        """The picture in that size, in its own mode. Where it has it, as it is."""
        height, width = self.size
        method = _FILTERS[self.interpolation]
        if self.fit == "crop":
            return ImageOps.fit(picture, (width, height), method)
        if self.fit == "pad":
            return ImageOps.pad(picture, (width, height), method, color=0)
        return picture.resize((width, height), method)

    def apply_to_pixels(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W), (H, W, 1) or (H, W, 3) uint8 -> the same with the fitting's size."""
        if pixels.shape[:2] == self.size:
            return pixels
        flat = pixels[..., 0] if pixels.shape[2:] == (1,) else pixels
        fitted = np.asarray(self.apply(Image.fromarray(flat)), dtype=np.uint8)
        return fitted.reshape(*self.size, *pixels.shape[2:])
