"""Averages of a noisy series: of the past alone, and of both sides. Pure functions over numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_WINDOW = 4  # values on each side that one is compared with
_OUTLYING = 3.0  # standard deviations from their median
_MAD = 1.4826  # of a normal distribution: standard deviation / median absolute deviation


def smooth(losses: Sequence[float], beta: float) -> np.ndarray:
    """Exponential moving average, bias-corrected (Kingma and Ba 2014, section 3). It lags.

    Args:
        losses: each batch's own loss; a value that is not finite ends the curve.
        beta: weight of the past, 0 (no smoothing) to below 1.

    Returns: (n,) float64; NaN from the first value on that is not finite.
    """
    values = np.asarray(losses, dtype=np.float64)
    smoothed = np.full(values.shape, np.nan)
    finite = np.isfinite(values)
    end = len(values) if finite.all() else int(np.argmin(finite))
    sums, counts = _decayed(values[:end], beta)
    smoothed[:end] = sums / counts
    return smoothed


def smooth_both_ways(losses: Sequence[float] | np.ndarray, beta: float) -> np.ndarray:
    """Exponential average forward and backward: a value k away counts beta**k. It does not lag.

    Args:
        losses: (n,) finite.
        beta: what a neighbour counts, 0 (no smoothing) to below 1.

    Returns: (n,) float64; at either end the average of what there is.
    """
    values = np.asarray(losses, dtype=np.float64)
    before, counts = _decayed(values, beta)
    after, counts_after = _decayed(values[::-1], beta)
    total: np.ndarray = before + after[::-1] - values
    return total / (counts + counts_after[::-1] - 1.0)


def noise_left(beta: float) -> float:
    """What smoothing both ways leaves of the standard deviation of independent noise, 0 to 1."""
    return float(np.sqrt((1.0 - beta) * (1.0 + beta**2) / (1.0 + beta) ** 3))


def jumps(losses: np.ndarray) -> np.ndarray:
    """How far each value lies from the middle of its neighbours, whatever the trend.

    Args:
        losses: (..., n) finite.

    Returns: (..., n) float64, whose mean is the standard deviation of independent normal noise.
    """
    padded = np.pad(losses, [(0, 0)] * (losses.ndim - 1) + [(1, 1)], mode="reflect")
    apart = np.abs(losses - (padded[..., :-2] + padded[..., 2:]) / 2.0)
    found: np.ndarray = apart * np.sqrt(np.pi / 3.0)
    return found


def without_spikes(losses: Sequence[float] | np.ndarray) -> np.ndarray:
    """A value far from its neighbours' median becomes that median (Hampel's identifier).

    Args:
        losses: (n,) finite.

    Returns: (n,) float64.
    """
    values = np.asarray(losses, dtype=np.float64)
    if len(values) <= _WINDOW:
        return values
    padded = np.pad(values, _WINDOW, mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _WINDOW + 1)
    medians = np.median(around, axis=1)
    usual = _MAD * np.median(np.abs(around - medians[:, None]), axis=1)
    return np.where(np.abs(values - medians) > _OUTLYING * usual, medians, values)


def _decayed(values: np.ndarray, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """Sums over the past, each step back weighing beta less, and the weights' own sums."""
    sums, counts = np.empty_like(values), np.empty_like(values)
    total = count = 0.0
    for i, value in enumerate(values):
        total, count = beta * total + value, beta * count + 1.0
        sums[i], counts[i] = total, count
    return sums, counts
