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
    bins = np.array_split(np.arange(1, len(xs) - 1), (most - 2) // 2)
    kept = {0, len(xs) - 1}
    for positions in bins:
        kept.add(int(positions[np.argmin(ys[positions])]))
        kept.add(int(positions[np.argmax(ys[positions])]))
    order = sorted(kept)
    return xs[order], ys[order]


def plain(values: np.ndarray) -> np.ndarray:
    """As Python's own numbers, which Plotly neither checks one by one nor packs as base64."""
    return values.astype(object)
