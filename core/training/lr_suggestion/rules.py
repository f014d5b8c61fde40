"""Rules by which a learning rate is read from a range test's curve, each for itself.

Knows nothing of which one is best: that is advice.py's.
"""

from __future__ import annotations

import bisect

import numpy as np

from core.training.lr_suggestion.curve import Curve
from core.training.lr_suggestion.descent import Descent

_A_FIFTEENTH = 15  # of the curve, on each side, that a slope is measured over
_BELOW_THE_RISE = 3.0  # half a decade


def steepest(curve: Curve, found: Descent) -> float | None:
    """The rate at which the loss falls fastest against log(lr), on its way to its minimum.

    A slope is a straight line's, fitted to the batches of a window: an average's own slope is flat
    at its ends. None where it is steepest at an end of the curve, for what lies beyond was not
    measured.
    """
    half = max(3, curve.measured // _A_FIFTEENTH)
    slopes = _slopes(np.log10(curve.lrs), curve.losses, half)  # of the places from `half` on
    slopes = slopes[: max(found.lowest - half + 2, 0)]
    if len(slopes) < 3:
        return None
    best = int(np.argmin(slopes[:-1]))
    if best == 0 or slopes[best] >= 0.0:
        return None
    return float(curve.lrs[half + best])


def valley(curve: Curve, found: Descent) -> float:
    """fastai's `valley`: half-way along the longest decreasing subsequence of the losses.

    fastai/callback/schedule.py; there the place is a third and then a half of a third into it,
    counted in points back from its last. Ours looks at the curve up to where it rises.
    """
    lengths = _decreasing_lengths(curve.smoothed[: found.rises + 1])
    end = int(np.argmax(lengths))
    start = end - int(lengths[end])
    third = (end - start) / 3
    return float(curve.lrs[max(start + int(third) + int(third / 2), 0)])


def minimum(curve: Curve, found: Descent) -> float:
    """fastai's `minimum` (in the same file): a tenth of the rate with the lowest loss."""
    return float(curve.lrs[found.lowest]) / 10.0


def peak(curve: Curve, found: Descent) -> float:
    """Half-way, in decades, along the stretch where the loss is low: for a rate that is not held.

    Noise moves the lowest point of a flat stretch about, but hardly its middle. At most a third of
    where the loss rises again.
    """
    begin, end = float(curve.lrs[found.low]), float(curve.lrs[found.rises])
    return min(float(np.sqrt(begin * end)), end / _BELOW_THE_RISE)


def steady(curve: Curve, found: Descent, *, adaptive: bool) -> float:
    """For a rate that is held for long, which must be lower than one met in passing.

    A quarter of the peak, or half of it with plain gradient descent: an adaptive optimizer's steps
    are as long as its rate however small the gradient has become, the others grow shorter with it.
    The shares are measured, on the shipped recipes: see docs/results.md.
    """
    return peak(curve, found) / (4.0 if adaptive else 2.0)


def cycle(curve: Curve, found: Descent) -> tuple[float, float]:
    """Where the loss begins to fall and where it has done so: ends of a cycle (Smith 2015, 3.3)."""
    begin, end = float(curve.lrs[found.begins]), peak(curve, found)
    return min(begin, end / _BELOW_THE_RISE), end


def good_about(best: float, curve: Curve, found: Descent) -> tuple[float, float]:
    """Between which rates to train, about the recommended one; it always lies between them.

    As far below and above it as the peak is above where the loss begins to be low and below a
    third of where it rises, though no further than a factor of five and of three.
    """
    middle = peak(curve, found)
    low, rises = float(curve.lrs[found.low]), float(curve.lrs[found.rises])
    below = min(max(middle / low, 1.0), 5.0)
    above = min(max(rises / _BELOW_THE_RISE / middle, 1.0), 3.0)
    return best / below, best * above


def _slopes(x: np.ndarray, y: np.ndarray, half: int) -> np.ndarray:
    """Least-squares slopes in windows of `half` points on each side.  # (n - 2 * half,) float64"""
    if len(x) <= 2 * half:
        return np.empty(0)
    windows = np.lib.stride_tricks.sliding_window_view
    dx, dy = (windows(of, 2 * half + 1) for of in (x, y))
    dx = dx - dx.mean(axis=1, keepdims=True)
    slopes: np.ndarray = (dx * dy).sum(axis=1) / np.maximum((dx * dx).sum(axis=1), 1e-12)
    return slopes


def _decreasing_lengths(values: np.ndarray) -> np.ndarray:
    """Of the longest strictly decreasing subsequence that ends at each value.  # (n,) int64"""
    least: list[float] = []  # least[k]: the largest value that ends one of length k + 1, negated
    lengths = np.empty(len(values), dtype=np.int64)
    for i, value in enumerate(values):
        place = bisect.bisect_left(least, -value)
        least[place : place + 1] = [-value]
        lengths[i] = place + 1
    return lengths
