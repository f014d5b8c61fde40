"""An upload as a page needs it: what a person sees of it, and what the network sees.

Small things only, so that they can be held while the person goes on clicking.
Knows nothing of pages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.photos.network_input import read_for_network, should_invert, to_network_input
from core.photos.reader import read_photo
from core.runs import DatasetSummary

SHOWN_SIDE = 640  # pixels of the photo that a page shows, at most


@dataclass(frozen=True)
class Upload:
    """
    Args:
        picture: as a person sees it.
        pixels: (H, W, C) uint8, as the network sees it.
        inverted: the same, light and dark swapped; None where there is nothing to swap.
        invert: True where the inverted ones are those to take.
    """

    picture: Image.Image
    pixels: np.ndarray
    inverted: np.ndarray | None = None
    invert: bool = False


def read_upload(data: bytes, summary: DatasetSummary) -> Upload:
    """
    Raises:
        PhotoError: as read_photo does.
    """
    picture = read_for_network(data, summary)
    pixels = to_network_input(picture, summary)
    inverted = to_network_input(picture, summary, invert=True) if summary.light_on_dark else None
    advised = should_invert(picture, summary.light_on_dark)
    # What suffices for the network may be too coarse for a person.
    shown = picture if max(picture.size) >= SHOWN_SIDE else read_photo(data, SHOWN_SIDE)
    return Upload(thumbnail(shown, SHOWN_SIDE), pixels, inverted, advised)


def thumbnail_pixels(picture: Image.Image, side: int) -> np.ndarray:
    """The same as pixels.  # (h, w) or (h, w, 3) uint8"""
    return np.asarray(thumbnail(picture, side))


def thumbnail(picture: Image.Image, side: int) -> Image.Image:
    """A copy whose longer side has at most so many pixels."""
    small = picture.copy()
    small.thumbnail((side, side))
    return small
