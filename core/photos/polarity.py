"""Is what stands out of a picture dark on light, or light on dark?

Knows nothing of what stands out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

# What all thresholds here are tuned on, as far as tests/photos hold them to it:
# the photos that tests/photos/pictures.py draws (each digit with fine and broad pens, half in
# the shade, on a table, as JPEG), and all of scikit-learn's digits as they are and inverted.
WORKING_SIDE: Final = 384  # pixels; more shows nothing new of a pen stroke
LEAST_PHOTO: Final = 64  # pixels; what is no larger is a sample, not a photo
_EDGE_SHARE: Final = 0.06  # of the shorter side: how deep the edge is that shows the ground
_GROUND_PERCENTILE: Final = 35  # of the edge: a thing may reach two sides of its picture
_DUST_PERCENT: Final = 0.2  # of all pixels: fewer than that are dust or glare
_CLEAR_RATIO: Final = 4.0  # of the two contrasts: below it the edge alone does not decide
_BLACK: Final = 12.0  # 0..255: the ground of a sample is no lighter, that of a table is
_SHEET_RATIO: Final = 3.0  # of the two contrasts about the middle of a sheet with writing on it
_FIT_ROUNDS: Final = 12  # of reweighting
_FLATNESS: Final = 1e-3  # pull towards a flat ground


def is_dark_on_light(luminance: np.ndarray) -> bool:
    """True where what stands out of the ground is darker than it.

    The ground is what the edge of the picture shows. Where that alone does not decide, as
    on a page half in the shade, it is carried on over the middle as a smooth surface.

    Args:
        luminance: (H, W) uint8
    """
    values = shrunk(luminance)
    edge = edge_of(values.shape)
    darker, lighter = _contrasts(values, edge)
    if max(darker, lighter) < _CLEAR_RATIO * min(darker, lighter):
        darker, lighter = _contrasts(values - _surface(values, edge), edge)
    return darker > lighter or _is_sheet_on_dark(values, edge)


def _is_sheet_on_dark(values: np.ndarray, edge: np.ndarray) -> bool:
    """A sheet of paper that fills most of a photo, with the dark table seen around it.

    The ground of a sample is black itself, which no table in a photo is.
    """
    ground = float(np.percentile(values[edge], _GROUND_PERCENTILE))
    if min(values.shape) <= LEAST_PHOTO or ground <= _BLACK:
        return False
    middle, (darkest, lightest) = np.median(values), _extremes(values)
    return bool(middle - darkest > _SHEET_RATIO * (lightest - middle))


def _contrasts(values: np.ndarray, edge: np.ndarray) -> tuple[float, float]:
    """How far the darkest lies below the ground, and the lightest above it.

    A thing that reaches two sides of its picture still leaves a third of the edge to the
    ground.
    """
    ground = float(np.percentile(values[edge], _GROUND_PERCENTILE))
    darkest, lightest = _extremes(values)
    return ground - darkest, lightest - ground


def _extremes(values: np.ndarray) -> tuple[float, float]:
    """The darkest and the lightest that is more than dust."""
    darkest, lightest = np.percentile(values, [_DUST_PERCENT, 100.0 - _DUST_PERCENT])
    return float(darkest), float(lightest)


def edge_of(shape: tuple[int, ...]) -> np.ndarray:
    """True near the edge, at least one pixel deep.  # (h, w) bool"""
    deep = max(1, round(_EDGE_SHARE * min(shape)))
    edge = np.ones(shape, dtype=bool)
    edge[deep:-deep, deep:-deep] = False
    return edge


def _surface(values: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """A quadratic surface through most of the pixels in `edge`.  # (h, w) float64

    Fitted to absolute differences, by reweighted least squares, so that ink that runs over
    the edge does not bend it.
    """
    rows, columns = np.meshgrid(*(np.linspace(-1.0, 1.0, n) for n in values.shape), indexing="ij")
    terms = np.stack(
        [np.ones_like(rows), rows, columns, rows * columns, rows**2, columns**2], axis=-1
    )
    design, target = terms[edge], values[edge].astype(np.float64)
    weights = np.ones(len(target))
    for _ in range(_FIT_ROUNDS):
        root = np.sqrt(weights)
        # A slight pull to a flat ground decides where a small edge leaves terms open.
        left = np.concatenate([design * root[:, None], _FLATNESS * np.eye(6)])
        fit = np.linalg.lstsq(left, np.concatenate([target * root, np.zeros(6)]), rcond=None)[0]
        weights = 1.0 / np.maximum(np.abs(target - design @ fit), 1.0)
    return terms @ fit


def shrunk(luminance: np.ndarray) -> np.ndarray:
    """(h, w) float32, 0..255, the longer side no more than WORKING_SIDE."""
    picture = Image.fromarray(luminance)
    scale = WORKING_SIDE / max(picture.size)
    if scale < 1.0:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BOX)
    return np.asarray(picture, dtype=np.float32)
