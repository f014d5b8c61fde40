"""Rules by which a learning rate is read from a range test's curve, each for itself.

Knows nothing of which one is best: that is advice.py's.
"""

from __future__ import annotations

import bisect
import math
from enum import StrEnum

import numpy as np

from core.training.lr_suggestion.curve import Curve
from core.training.lr_suggestion.descent import Descent

_A_FIFTEENTH = 15  # of the curve, on each side, that a slope is measured over
_BELOW_THE_RISE = 4.0
_STEEPER = 2.0  # standard deviations of the noise between two slopes


class End(StrEnum):
    """An end of a curve, beyond which nothing was measured."""

    LOWER = "lower"
    UPPER = "upper"


def steepest(curve: Curve, found: Descent) -> float | End:
    """The rate at which the loss falls fastest against log(lr), on its way to its minimum.

    A slope is a straight line's, fitted to the batches of a window: an average's own slope is flat
    at its ends. Where it is not clearly steeper than at an end of the curve, that end: what lies
    beyond was not measured. So it is wherever the steepest lies in the curve's first sixth, which
    is left out or fills no window.
    """
    x, half = np.log10(curve.lrs), max(3, curve.measured // _A_FIFTEENTH)
    slopes = _slopes(x, curve.losses, half)  # of the places from `half` on
    down = slopes[: max(found.lowest - half + 1, 0)]
    if not len(down) or down.min() >= 0.0:
        return End.LOWER
    best, last = int(np.argmin(down)), len(slopes) - 1
    # Past a lowest place that lies well inside the curve nothing is on its way down.
    ends = {End.LOWER: 0, End.UPPER: last} if len(down) == len(slopes) else {End.LOWER: 0}
    alike = {
        end: slopes[place]
        for end, place in ends.items()
        if slopes[place] - slopes[best] <= _STEEPER * _noise_between(curve, x, half, best, place)
    }
    if alike:
        return min(alike, key=lambda end: float(alike[end]))
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
    """A quarter of the rate from which the loss rises again: for a rate that is not held.

    Where it rises is how much the network bears, and hardly hangs on how long the test is; where
    the loss is low enough first does, and its lowest point is moved about by noise. In a narrow
    valley, where a quarter lies before it, its beginning, though at most half of where it rises.
    """
    low, rises = float(curve.lrs[found.low]), float(curve.lrs[found.rises])
    return max(rises / _BELOW_THE_RISE, min(low, rises / 2.0))


def steady(curve: Curve, found: Descent, *, adaptive: bool) -> float:
    """For a rate that is held for long, which must be lower than one met in passing.

    A quarter of the peak, or half of it with plain gradient descent: an adaptive optimizer's steps
    are as long as its rate however small the gradient has become, the others grow shorter with it.
    The shares are measured, on the shipped recipes: see docs/results.md.
    """
    return peak(curve, found) / (4.0 if adaptive else 2.0)


def cycle(curve: Curve, found: Descent) -> tuple[float, float]:
    """Ends of a cycle: where the loss begins to fall, at most a quarter of the peak, and the peak.

    After Smith 2015, section 3.3, whose ends are where accuracy begins to rise and where it slows,
    becomes ragged or falls. Ours is no higher than what the other rules let a run come to.
    """
    begin, end = float(curve.lrs[found.begins]), peak(curve, found)
    return min(begin, end / _BELOW_THE_RISE), end


def good_about(best: float, curve: Curve, found: Descent) -> tuple[float, float]:
    """Between which rates to train: from a third of the recommended one to twice it.

    No lower than where the loss begins to fall, no higher than where it rises.
    """
    begins, rises = float(curve.lrs[found.begins]), float(curve.lrs[found.rises])
    return max(best / 3.0, min(begins, best)), min(best * 2.0, max(rises, best))


def _slopes(x: np.ndarray, y: np.ndarray, half: int) -> np.ndarray:
    """Least-squares slopes in windows of `half` points on each side.  # (n - 2 * half,) float64"""
    if len(x) <= 2 * half:
        return np.empty(0)
    windows = np.lib.stride_tricks.sliding_window_view
    dx, dy = (windows(of, 2 * half + 1) for of in (x, y))
    dx = dx - dx.mean(axis=1, keepdims=True)
    slopes: np.ndarray = (dx * dy).sum(axis=1) / np.maximum((dx * dx).sum(axis=1), 1e-12)
    return slopes


def _noise_between(curve: Curve, x: np.ndarray, half: int, best: int, other: int) -> float:
    """How far noise alone moves two windows' slopes apart, a standard deviation.

    Windows that share batches differ by less: what each batch counts in one slope is taken from
    what it counts in the other.
    """
    counts = np.zeros(len(x))
    for sign, first in ((1.0, best), (-1.0, other)):
        window = slice(first, first + 2 * half + 1)
        dx = x[window] - x[window].mean()
        counts[window] += sign * dx / max(float((dx * dx).sum()), 1e-12)
    spread = float(curve.spread[half + best]) / math.sqrt(curve.seeds)
    return spread * float(np.linalg.norm(counts))


def _decreasing_lengths(values: np.ndarray) -> np.ndarray:
    """Of the longest strictly decreasing subsequence that ends at each value.  # (n,) int64"""
    least: list[float] = []  # least[k]: the largest value that ends one of length k + 1, negated
    lengths = np.empty(len(values), dtype=np.int64)
    for i, value in enumerate(values):
        place = bisect.bisect_left(least, -value)
        least[place : place + 1] = [-value]
        lengths[i] = place + 1
    return lengths
