"""A photo -> the pixels that a network sees of it, as those it learned from were made.

Knows nothing of models.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from core.photos.fit import Fitting
from core.photos.ink import frame_ink, framing_of
from core.photos.polarity import WORKING_SIDE, is_dark_on_light
from core.photos.reader import read_photo
from core.runs import DatasetSummary


def fitting_of(summary: DatasetSummary) -> Fitting:
    """How the run's own images were brought to their size."""
    return Fitting(summary.size, summary.fit, summary.interpolation)


def read_for_network(source: bytes | Path, summary: DatasetSummary) -> Image.Image:
    """Read a photo for a network, decoded as the images that it learned from were.

    Raises:
        PhotoError: as read_photo does.
    """
    side = fitting_of(summary).decoded_side
    # Ink is looked for in more detail than the network sees; such sets have no JPEGs.
    return read_photo(source, max(side, 2 * WORKING_SIDE) if summary.light_on_dark else side)


def as_network_sees(
    source: bytes | Path, summary: DatasetSummary, invert: bool | None = None
) -> np.ndarray:
    """A photo's file -> the pixels that a network sees of it.

    Args:
        invert: as in to_network_input; None where the picture is to decide.

    Returns: (H, W, C) uint8, C 1 or 3

    Raises:
        PhotoError: as read_photo does.
    """
    picture = read_for_network(source, summary)
    if invert is None:
        invert = should_invert(picture, summary.light_on_dark)
    return to_network_input(picture, summary, invert=invert)


def prepare_reading(summary: DatasetSummary) -> None:
    """Load now what the first photo would wait for: looking for ink needs a library."""
    if summary.light_on_dark:
        frame_ink(np.zeros((64, 64), dtype=np.uint8), summary.size, framing_of(summary.name))


def should_invert(picture: Image.Image, light_on_dark: bool) -> bool:
    """True for dark ink on light ground where the data set has light ink on dark ground.

    Args:
        picture: as read_photo returns it.
        light_on_dark: how the data set is.
    """
    return light_on_dark and is_dark_on_light(np.asarray(picture.convert("L")))


def to_network_input(
    picture: Image.Image, summary: DatasetSummary, *, invert: bool = False
) -> np.ndarray:
    """What the network sees of a photo, at its own resolution.

    A picture of the network's own size, or one enlarged from it by repeating pixels, comes
    back as it was. Else, where the set is light on dark, the ink is found, cut out and
    centred; where it is not, the picture is fitted as the images trained on were.

    Args:
        picture: as read_for_network returns it.
        summary: the data that the network was trained on.
        invert: turn light to dark and dark to light.

    Returns: (H, W, C) uint8, C 1 or 3
    """
    channels = summary.image_shape[2]
    pixels = np.asarray(picture.convert("L" if channels == 1 else "RGB"))
    if invert:
        pixels = 255 - pixels
    if pixels.shape[:2] == summary.size:
        return _with_channels(pixels, channels)
    small = _enlarged_from(pixels, summary.size)
    if small is None and summary.light_on_dark:
        small = _framed(pixels, summary, surely_light=invert)
    if small is None:
        small = fitting_of(summary).apply_to_pixels(pixels)
    return _with_channels(small, channels)


def _with_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """(H, W) or (H, W, C) uint8 -> (H, W, channels) uint8, an array of its own."""
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], channels, axis=2)
    return np.ascontiguousarray(pixels).copy()


def _enlarged_from(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray | None:
    """The small picture that this one shows with its pixels repeated; None: it is no such.

    Saving as JPEG is allowed for: up to a hundredth of the picture's variance may differ.
    """
    height, width = pixels.shape[:2]
    if height < 1.5 * size[0] or abs(height * size[1] - width * size[0]) > max(height, width):
        return None
    picture = Image.fromarray(pixels)
    small = picture.resize((size[1], size[0]), Image.Resampling.BOX)
    again = small.resize(picture.size, Image.Resampling.NEAREST)
    variance, _ = _moments(picture)
    _, differing = _moments(ImageChops.difference(again, picture))
    return np.asarray(small) if differing <= max(0.01 * variance, 1.0) else None


def _moments(picture: Image.Image) -> tuple[float, float]:
    """Variance and mean square of all values, counted: a large picture makes no floats."""
    counts = np.array(picture.histogram(), dtype=np.float64).reshape(-1, 256).sum(axis=0)
    shares, values = counts / counts.sum(), np.arange(256.0)
    mean, square = float(shares @ values), float(shares @ values**2)
    return square - mean**2, square


def _framed(
    pixels: np.ndarray, summary: DatasetSummary, *, surely_light: bool
) -> np.ndarray | None:
    """The ink as the set lays it; None where there is none, or light and dark are swapped."""
    height, width = pixels.shape[:2]
    grey = np.asarray(Image.fromarray(pixels).convert("L"))
    if max(height, width) <= max(summary.size):
        return None  # a small sample: there is no photo to look for ink in
    if not surely_light and is_dark_on_light(grey):
        return None  # the person chose not to invert, so the light part is not ink
    return frame_ink(grey, summary.size, framing_of(summary.name))
