"""Handwriting in a photo -> handwriting as data sets of digits hold it.

MNIST's digits were cut out, scaled into a box and centred by their ink (LeCun et al. 1998,
section III.A); a photo must go the same way before a network that learned from them can
read it. Knows nothing of networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from core.photos.polarity import LEAST_PHOTO, edge_of, shrunk

# What all thresholds here are tuned on, as far as tests/photos hold them to it:
# the photos that tests/photos/pictures.py draws (each digit with fine and broad pens, half in
# the shade, on a table, as JPEG), and all of scikit-learn's digits as they are and inverted.
_NOISE_BLUR: Final = 0.8  # pixels, against the sensor's noise
_TOP_PERCENTILE: Final = 99.95  # the strongest ink, save single pixels
_LEAST_CONTRAST: Final = 24.0  # of 0..255, between ground and the strongest ink
_NOISE_RATIO: Final = 4.0  # noise alone stays near its own median; ink stands well above it
_LEAST_THRESHOLD: Final = 0.35  # of the strongest ink: where it is little, Otsu parts the noise
_FULL_PERCENTILE: Final = 60  # of the ink: from here on it is as dark as the pen makes it
_FADING: Final = 0.4  # of the threshold: a stroke's soft edge begins here
_EVEN_GROUND_PERCENTILE: Final = 40  # of the edge, where a thing lies on an even ground
_OPENING_SHARE: Final = 0.4  # of the longer side: wider than any stroke of a digit
_SMOOTH_BEFORE: Final = 150.0  # longer side over the blur's deviation, before the opening
_SMOOTH_AFTER: Final = 40.0  # and after it
_HALF_INK: Final = 0.5
_FRINGE_SHARE: Final = 0.25  # of the shorter side: a part that touches the edge so far runs in
_LEAST_HEIGHT: Final = 0.2  # of the picture: writing is no lower
_LEAST_AREA: Final = 0.05  # of the largest part: below it are specks


@dataclass(frozen=True)
class Framing:
    """How a data set lays ink on its ground, lengths as shares of the image's side."""

    ink_share: float = 20 / 28  # the longer side of the box around the ink
    stroke: float | None = 0.13  # least width of a stroke, as a share of that box; None: as is
    detail: int | None = None  # pixels a side of the originals, where the set enlarged them
    drawing: bool = True  # lines on an uneven ground; False: a filled thing on an even one


_FRAMINGS = {
    "mnist": Framing(),
    # The originals are 8 x 8 pixels of blocks counted in 32 x 32 bitmaps that the digit fills
    # from top to bottom (Alpaydin and Kaynak 1998).
    "digits": Framing(ink_share=1.0, stroke=0.16, detail=8),
    "fashion-mnist": Framing(ink_share=1.0, stroke=None, drawing=False),
}


def framing_of(dataset: str) -> Framing:
    """That of the data set, and MNIST's for one that is not known."""
    return _FRAMINGS.get(dataset, Framing())


def frame_ink(luminance: np.ndarray, size: tuple[int, int], framing: Framing) -> np.ndarray | None:
    """Find the ink, cut it out, scale it into its box and centre it by its mass.

    Args:
        luminance: (H, W) uint8, light ink on a darker ground, of any size.
        size: (height, width) of the result.

    Returns: (height, width) uint8, ink 255 on ground 0; None where there is no ink.
    """
    found = _find_ink(shrunk(luminance), framing)
    if found is None:
        return None
    strength, mask = found
    if framing.stroke is not None:
        strength = _thicken(strength, mask, framing.stroke)
        mask = strength >= _HALF_INK
    framed = _place(_cut_out(strength, mask), size, framing.ink_share)
    if framing.detail is not None:
        framed = _as_coarse_as(framed, framing.detail)
    return framed


def _find_ink(values: np.ndarray, framing: Framing) -> tuple[np.ndarray, np.ndarray] | None:
    """How much each pixel is ink: ground 0, ink 1, specks and edges of the table 0.

    Returns: (h, w) float32, 0..1, and (h, w) bool, True where the thing itself is, one pixel
        at least; None where nothing stands out.
    """
    from scipy import ndimage  # loaded late: few pages need it

    ink = values - _ground(values, framing)
    if min(ink.shape) > LEAST_PHOTO:
        ink = ndimage.gaussian_filter(ink, _NOISE_BLUR)
    top = float(np.percentile(ink, _TOP_PERCENTILE))
    if top < _LEAST_CONTRAST or top < _NOISE_RATIO * float(np.median(np.abs(ink))):
        return None
    threshold = max(otsu_threshold(np.clip(ink, 0.0, top)), _LEAST_THRESHOLD * top)
    mask = _main_parts(ink > threshold)
    if not mask.any():
        return None
    full = float(np.percentile(ink[mask], _FULL_PERCENTILE))
    low = _FADING * threshold if framing.drawing else 0.0
    strength = np.clip((ink - low) / max(full - low, 1.0), 0.0, 1.0)
    if not framing.drawing:
        strength = np.clip(ink / 255.0, 0.0, 1.0)  # a thing's own greys are what it is known by
    around = ndimage.binary_dilation(mask, iterations=max(1, min(mask.shape) // 100))
    strength = np.where(around, strength, 0.0).astype(np.float32)
    # A line's soft edges are no part of its box; a pale thing may be half ink nowhere.
    return strength, strength >= _HALF_INK if framing.drawing else mask


def _ground(values: np.ndarray, framing: Framing) -> np.ndarray | float:
    """What the picture would be without ink: shadows on the paper, or one even grey."""
    from scipy import ndimage

    if not framing.drawing:
        return float(np.percentile(values[edge_of(values.shape)], _EVEN_GROUND_PERCENTILE))
    # A morphological opening takes out all that is light and narrower than the window.
    window = max(3, round(_OPENING_SHARE * max(values.shape)))
    smooth = ndimage.gaussian_filter(values, max(values.shape) / _SMOOTH_BEFORE)
    opened = ndimage.grey_opening(smooth, size=(window, window), mode="nearest")
    return ndimage.gaussian_filter(opened, max(values.shape) / _SMOOTH_AFTER, mode="nearest")


def otsu_threshold(values: np.ndarray) -> float:
    """The value that parts two groups with the least variance within them (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=256)
    centres = (edges[:-1] + edges[1:]) / 2.0
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    mean_below = sums / np.maximum(below, 1)
    mean_above = (sums[-1] - sums) / np.maximum(above, 1)
    between = below.astype(np.float64) * above * (mean_below - mean_above) ** 2
    # Between two clean groups many values are equally good: take the middle of them.
    best = np.flatnonzero(between >= between.max() * (1.0 - 1e-9))
    return float(centres[best].mean())


def _main_parts(mask: np.ndarray) -> np.ndarray:
    """Leave out specks, and what runs in from the edge of the picture beside the writing."""
    from scipy import ndimage

    labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
    if count < 2:
        return mask
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    areas[0] = 0
    heights = np.array([0] + [box[0].stop - box[0].start for box in ndimage.find_objects(labels)])
    fringe = _contact_with_edge(labels, count) >= _FRINGE_SHARE * min(mask.shape)
    written = (heights >= _LEAST_HEIGHT * mask.shape[0]) & ~fringe
    written[0] = False
    if written.any():
        areas[fringe] = 0
    return (areas >= max(_LEAST_AREA * areas.max(), 1))[labels]


def _contact_with_edge(labels: np.ndarray, count: int) -> np.ndarray:
    """How many pixels of each part lie on the picture's edge.  # (count + 1,) int64"""
    edge = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    contact = np.bincount(edge, minlength=count + 1)
    contact[0] = 0
    return contact


def _cut_out(strength: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The box around what the mask says is ink."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return strength[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _thicken(strength: np.ndarray, mask: np.ndarray, stroke: float) -> np.ndarray:
    """Broaden thin strokes to `stroke` of the box's longer side.

    Half a millimetre of ballpoint in a digit as tall as the page would be less than a
    pixel in a small picture, thinner than any stroke that the network has seen.
    """
    from scipy import ndimage

    # Across a line of width w the distance to its nearer edge is w / 4 on average.
    width = 4.0 * float(ndimage.distance_transform_edt(mask)[mask].mean()) - 1.0
    target = stroke * max(_cut_out(strength, mask).shape)
    radius = round((target - width) / 2.0)
    if radius < 1:
        return strength
    offsets = np.arange(-radius, radius + 1)
    disc = offsets[:, None] ** 2 + offsets[None, :] ** 2 <= radius**2
    padded = np.pad(strength, radius)
    return ndimage.grey_dilation(padded, footprint=disc)


def _place(ink: np.ndarray, size: tuple[int, int], share: float) -> np.ndarray:
    """Scale the ink into its box and lay its centre of mass on the middle.

    Returns: (height, width) uint8
    """
    height, width = size
    scale = share * min(size) / max(ink.shape)
    scaled = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    small = Image.fromarray(ink).resize(scaled, Image.Resampling.BOX)
    pixels = np.asarray(small, dtype=np.float32)
    mass = max(float(pixels.sum()), 1e-6)
    row = float((pixels.sum(axis=1) * np.arange(pixels.shape[0])).sum()) / mass
    column = float((pixels.sum(axis=0) * np.arange(pixels.shape[1])).sum()) / mass
    top = int(np.clip(round((height - 1) / 2 - row), 0, height - pixels.shape[0]))
    left = int(np.clip(round((width - 1) / 2 - column), 0, width - pixels.shape[1]))
    framed = np.zeros(size, dtype=np.float32)
    framed[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return np.round(np.clip(framed, 0.0, 1.0) * 255.0).astype(np.uint8)


def _as_coarse_as(image: np.ndarray, detail: int) -> np.ndarray:
    """Down to `detail` pixels a side and up again, as the set's own images came about."""
    picture = Image.fromarray(image)
    coarse = picture.resize((detail, detail), Image.Resampling.BOX)
    return np.asarray(coarse.resize(picture.size, Image.Resampling.BICUBIC))
