"""The arithmetic of a learning-rate range test: learning rates, smoothing, suggestion.

Pure functions over numbers (Smith 2015, section 3.3). Knows nothing of TensorFlow or
of how the losses were measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.config import RangeTestConfig

_EDGE = 0.1  # of a fall, at its either end: there the curve is nearly flat


@dataclass(frozen=True)
class Suggestion:
    """A learning rate to train with, or the reason why there is none."""

    learning_rate: float | None
    index: int | None  # of the iteration that had it
    reason: str


def range_learning_rates(config: RangeTestConfig) -> np.ndarray:
    """Rates growing by a constant factor from start to end.  # (iterations,) float64"""
    return np.geomspace(config.start, config.end, config.iterations)


def smooth(losses: Sequence[float], beta: float) -> np.ndarray:
    """Exponential moving average, bias-corrected (Kingma and Ba 2014, section 3).

    Args:
        losses: each batch's own loss; a value that is not finite ends the curve.
        beta: weight of the past, 0 (no smoothing) to below 1.

    Returns: (n,) float64; NaN from the first value on that is not finite.
    """
    values = np.asarray(losses, dtype=np.float64)
    smoothed = np.full(values.shape, np.nan)
    average = 0.0
    for i, value in enumerate(values):
        if not np.isfinite(value):
            break
        average = beta * average + (1.0 - beta) * value
        smoothed[i] = average / (1.0 - beta ** (i + 1))
    return smoothed


def diverged(losses: Sequence[float], config: RangeTestConfig) -> bool:
    """True where the last loss is not finite, or the smoothed one far above its best."""
    if not len(losses):
        return False
    if not np.isfinite(losses[-1]):
        return True
    if len(losses) < max(10, config.iterations // 10):
        return False  # the first losses jump about: they say nothing of divergence
    smoothed = smooth(losses, min(config.smoothing, 0.8))
    return bool(smoothed[-1] > config.divergence * np.nanmin(smoothed))


def suggest(lrs: Sequence[float], losses: Sequence[float], beta: float = 0.95) -> Suggestion:
    """The rate at which the smoothed loss falls fastest, on its way to its minimum.

    Slopes are taken against log10(lr), by least squares over a window, so that one
    noisy batch does not decide; the first tenth of the curve is left out because early
    spikes fool the steepest slope.
    """
    smoothed = _measured(losses, beta)
    count = len(smoothed)
    if count < 20:
        return Suggestion(None, None, "The loss diverged too soon; begin at a lower rate.")
    logs = np.log10(np.asarray(lrs, dtype=np.float64)[:count])
    skip, lowest = _descent(smoothed)
    fall = smoothed[skip : lowest + 1].max() - smoothed[lowest]
    if lowest - skip < 5 or fall < 0.05 * abs(smoothed[skip]):
        return Suggestion(
            None, None, "The loss never fell clearly, so no rate stands out; try a wider range."
        )
    slopes = _slopes(logs, smoothed, max(2, count // 20))[skip : lowest + 1]
    index = skip + int(np.argmin(slopes))
    return Suggestion(float(lrs[index]), index, "Here the smoothed loss falls fastest.")


def good_band(
    lrs: Sequence[float], losses: Sequence[float], beta: float = 0.95
) -> tuple[float, float] | None:
    """The lowest and the highest learning rate that are good to use; None without a suggestion.

    From where the smoothed loss begins to fall clearly to where it has nearly done falling:
    the middle four fifths of its fall. Below, training is merely slow. The lowest point itself
    is too high, because a smoothed curve lags behind, and a little further on the loss rises.
    The band always holds the suggestion.
    """
    suggestion = suggest(lrs, losses, beta)
    if suggestion.index is None:
        return None
    smoothed = _measured(losses, beta)
    skip, lowest = _descent(smoothed)
    descent = smoothed[skip : lowest + 1]
    top, bottom = float(descent.max()), float(smoothed[lowest])
    begun = skip + int(np.flatnonzero(descent >= top - _EDGE * (top - bottom))[-1])
    done = skip + int(np.flatnonzero(descent <= bottom + _EDGE * (top - bottom))[0])
    low, high = min(begun, suggestion.index), max(done, suggestion.index)
    return float(lrs[low]), float(lrs[high])


def _measured(losses: Sequence[float], beta: float) -> np.ndarray:
    """The smoothed curve up to where the loss is lost.  # (m,) float64, finite"""
    smoothed = smooth(losses, beta)
    return smoothed[: int(np.isfinite(smoothed).sum())]


def _descent(smoothed: np.ndarray) -> tuple[int, int]:
    """Where the curve may begin to fall, past the early spikes, and where it is lowest."""
    skip = len(smoothed) // 10
    return skip, skip + int(np.argmin(smoothed[skip:]))


def _slopes(x: np.ndarray, y: np.ndarray, half: int) -> np.ndarray:
    """Least-squares slope in a window of `half` points on each side.  # (n,) float64"""
    slopes = np.empty_like(y)
    for i in range(len(y)):
        window = slice(max(0, i - half), i + half + 1)
        dx = x[window] - x[window].mean()
        slopes[i] = (dx @ (y[window] - y[window].mean())) / max(dx @ dx, 1e-12)
    return slopes
