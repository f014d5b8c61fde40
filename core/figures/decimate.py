"""Thin a curve out to what a chart can show, without losing its spikes.

Knows nothing of what the numbers mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST_POINTS = 500


def decimate(
    x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray, most: int = MOST_POINTS
) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` points: the lowest and the highest of each bin, the first and the last.

    Args:
        x, y: (n,) in order of x; pairs that are not finite are left out.
        most: 4 or more.

    Returns: x and y, (m,) float64 with m <= most, still in order of x.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    finite = np.isfinite(xs) & np.isfinite(ys)
    xs, ys = xs[finite], ys[finite]
    if len(xs) <= most:
        return xs, ys
    # Bins of one width, the last ones filled up with the last point that is no end.
    bins = (most - 2) // 2
    width = -(-(len(xs) - 2) // bins)
    positions = np.minimum(np.arange(1, bins * width + 1), len(xs) - 2).reshape(bins, width)
    rows, binned = np.arange(bins), ys[positions]
    lows, highs = (positions[rows, pick(axis=1)] for pick in (binned.argmin, binned.argmax))
    kept = np.unique(np.concatenate(([0], lows, highs, [len(xs) - 1])))
    return xs[kept], ys[kept]


def plain(values: np.ndarray) -> np.ndarray:
    """As Python's own numbers, which Plotly neither checks one by one nor packs as base64."""
    return values.astype(object)
