"""Small pictures drawn from data, as addresses for an <img>: curves, networks, answers, sheets.

Each is read on a light and on a dark page, so it has no ground of its own and no text. Knows
nothing of where they stand.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from core.analysis.feature_maps import viridis
from core.figures.theme import ACCENT, NEUTRAL, SUGGESTION, VALIDATION

_MOST_POINTS = 60
_FAINT = "#7F8C8D55"


def sheet(images: np.ndarray, *, coloured: bool) -> str:
    """Images on one sheet, without gaps, as PNG.

    Args:
        images: (rows, columns, h, w) uint8
        coloured: in viridis, as feature maps are shown; else in greys.
    """
    rows, columns, height, width = images.shape
    flat = images.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    picture = Image.fromarray(np.ascontiguousarray(flat))
    if coloured:
        picture = picture.convert("P")
        picture.putpalette(viridis().tobytes())
    return _png(picture)


def pictures(images: np.ndarray, columns: int) -> str:
    """Grey images (N, h, w) uint8 in a grid, as PNG."""
    height, width = images.shape[1:]
    rows = len(images) // columns
    return sheet(images[: rows * columns].reshape(rows, columns, height, width), coloured=False)


def sparkline(
    values: Sequence[float], *, good: bool = True, size: tuple[int, int] = (96, 28)
) -> str:
    """A line without axes; empty where there are fewer than two points.

    Args:
        good: a figure that is to rise, such as accuracy, against one that is to fall.
        size: width and height in pixels.
    """
    if len(values) < 2:
        return ""
    colour = SUGGESTION if good else VALIDATION
    return _svg(size, _line(values, size, colour))


def curves(falling: Sequence[float], rising: Sequence[float], size: tuple[int, int]) -> str:
    """Two lines over the same time, each on its own scale: a loss and an accuracy, say."""
    return _svg(size, _line(falling, size, VALIDATION) + _line(rising, size, SUGGESTION))


def matrix(counts: np.ndarray, size: int) -> str:
    """A confusion matrix (K, K) of few classes: right in blue, wrong in orange."""
    classes = len(counts)
    cell = size / classes
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    parts = []
    for row in range(classes):
        for column in range(classes):
            share = float(shares[row, column])
            fill = _FAINT
            if share:
                fill = ACCENT if row == column else VALIDATION
            parts.append(
                f'<rect x="{column * cell + 0.5:.1f}" y="{row * cell + 0.5:.1f}" '
                f'width="{cell - 1:.1f}" height="{cell - 1:.1f}" fill="{fill}"/>'
            )
    return _svg((size, size), "".join(parts))


def answer(image: np.ndarray, probabilities: np.ndarray, size: tuple[int, int]) -> str:
    """A grey image (h, w) uint8 and, beside it, a bar for each class."""
    width, height = size
    side = height - 4
    picture = _png(Image.fromarray(image).resize((side, side), Image.Resampling.NEAREST))
    parts = [f'<image href="{picture}" x="0" y="2" width="{side}" height="{side}"/>']
    row = side / len(probabilities)
    best = int(probabilities.argmax())
    left, most = side + 10, width - side - 12
    for place, probability in enumerate(probabilities):
        y, tall = 2 + place * row + 0.15 * row, 0.7 * row
        at = f'x="{left}" y="{y:.1f}" height="{tall:.1f}"'
        parts.append(f'<rect {at} width="{most}" fill="{_FAINT}"/>')
        fill = SUGGESTION if place == best else NEUTRAL
        parts.append(f'<rect {at} width="{most * float(probability):.1f}" fill="{fill}"/>')
    return _svg(size, "".join(parts))


def _line(values: Sequence[float], size: tuple[int, int], colour: str) -> str:
    width, height = size
    points = np.asarray(values, dtype=np.float64)
    points = points[np.isfinite(points)]
    if len(points) < 2:
        return ""
    kept = np.linspace(0, len(points) - 1, min(len(points), _MOST_POINTS)).round().astype(int)
    points = points[kept]
    low, spread = points.min(), max(float(np.ptp(points)), 1e-9)
    xs = np.linspace(2, width - 2, len(points))
    ys = height - 3 - (height - 6) * (points - low) / spread
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _svg(size: tuple[int, int], inside: str) -> str:
    width, height = size
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{inside}</svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}"


def _png(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
