"""The curve of a learning-rate range test: its rates, its end, several seeds as one.

Pure functions over numbers (Smith 2015, section 3.3). Knows nothing of TensorFlow or of how the
losses were measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.config import RangeTestConfig
from core.runs import RangeTestResult
from core.training.lr_suggestion.smoothing import (
    jumps,
    noise_left,
    smooth_both_ways,
    without_spikes,
)

# The share of a curve, at its beginning, that is left out: there losses jump about. Of linear steps
# the first few already span decades.
_SKIPPED = {"exponential": 0.1, "linear": 0.03}
_USUAL_ITERATIONS = 150  # that `smoothing` speaks of
_STOPPING_WEIGHT = 0.8  # of the past, in the average that tells when to stop

Seed = dict[float, float]  # learning rate -> the loss of its batch, in nats


@dataclass(frozen=True)
class Curve:
    """What is judged: the loss over the rates that all seeds reached, less the first tenth.

    Arrays are (n,) float64, finite, lrs growing, the others in nats. `losses` are the seeds' mean,
    spikes put back; `smoothed` their average. `lowest` and `highest` are the seeds' own smoothed
    curves' extremes, both `smoothed` where there is one seed. `spread` is how far a batch jumps
    there, a standard deviation, and `noise` what is left of it in `smoothed`.
    """

    lrs: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    spread: np.ndarray
    noise: np.ndarray
    measured: int  # rates, the left out ones among them
    seeds: int


def range_learning_rates(config: RangeTestConfig) -> np.ndarray:
    """Rates from start to end, growing by a constant factor or summand.  # (iterations,) float64"""
    space = np.linspace if config.spacing == "linear" else np.geomspace
    return space(config.start, config.end, config.iterations)


def seeds_of(rows: Sequence[Mapping[str, Any]]) -> list[Seed]:
    """Metric rows of kind `range`, a seed each, in the order that they were measured in.

    Args:
        rows: others are passed over; all that name no seed are of one.
    """
    found: dict[Any, Seed] = {}
    for row in rows:
        if row.get("kind") == "range":
            found.setdefault(row.get("seed"), {})[float(row["lr"])] = float(row["loss"])
    return list(found.values())


def judged(rows: Sequence[Mapping[str, Any]], result: RangeTestResult | None) -> list[Seed]:
    """The seeds that a test's result speaks of; of one that goes on, those that are done.

    Args:
        rows: the test's metric rows.
        result: None while there is none; then the last seed counts only where it is the first.
    """
    seeds = seeds_of(rows)
    return seeds[: max(len(seeds) - 1, 1) if result is None else result.seeds]


def curve_of(seeds: Sequence[Seed], config: RangeTestConfig) -> Curve:
    """The seeds' mean curve over the rates that all of them reached.

    Each batch that stands far from those around it is put back among them first, and what lies
    far above the beginning is cut off, so that neither leaks into its neighbours.

    Args:
        seeds: a loss that is not finite ends its seed's curve.
    """
    finite = [_finite(seed) for seed in seeds]
    reached = sorted(set.intersection(*map(set, finite))) if finite else []
    skipped = int(_SKIPPED[config.spacing] * len(reached))
    lrs = np.asarray(reached[skipped:], dtype=np.float64)
    if not len(lrs):
        return Curve(lrs, lrs, lrs, lrs, lrs, lrs, lrs, 0, len(finite))
    losses = np.asarray([_capped(without_spikes([seed[lr] for lr in lrs])) for seed in finite])
    beta = weight(config)
    each = np.asarray([smooth_both_ways(row, beta) for row in losses])
    spread = smooth_both_ways(jumps(losses).mean(axis=0), beta)
    noise = spread * noise_left(beta) / np.sqrt(len(finite))
    return Curve(
        lrs=lrs,
        losses=losses.mean(axis=0),
        smoothed=each.mean(axis=0),
        lowest=each.min(axis=0),
        highest=each.max(axis=0),
        spread=spread,
        noise=noise,
        measured=len(reached),
        seeds=len(finite),
    )


def weight(config: RangeTestConfig) -> float:
    """What a neighbour counts in the average, 0 to below 1.

    Both ways together leave as much noise as one way with `smoothing`: each reaches half as
    far. A finer test is smoothed over as much of its range as one of 150 iterations.
    """
    each_way = max(2.0 * config.smoothing - 1.0, 0.0)
    return float(each_way ** (_USUAL_ITERATIONS / config.iterations))


class Divergence:
    """Told of each loss, says when it is lost: not finite, or far above the best so far.

    Judged by an average of the past, for a test that goes on knows nothing else. Where a network
    makes hardly a mistake, batches differ by more than that: it is not lost while it is better
    than guessing.

    Args:
        guessing: that loss, in nats: see loss_of_guessing.
    """

    def __init__(self, config: RangeTestConfig, guessing: float) -> None:
        self._limit, self._guessing = config.divergence, guessing
        # The first losses jump about: they say nothing of divergence.
        self._least = max(10, config.iterations // 10)
        self._beta = min(config.smoothing, _STOPPING_WEIGHT)
        self._count, self._sum, self._best = 0, 0.0, np.inf

    def came(self, loss: float) -> bool:
        """True where this loss, in nats, is the one to stop at."""
        if not np.isfinite(loss):
            return True
        self._count += 1
        self._sum = self._beta * self._sum + (1.0 - self._beta) * loss
        average = self._sum / (1.0 - self._beta**self._count)
        self._best = min(self._best, average)
        lost = max(self._limit * self._best, self._guessing)
        return self._count >= self._least and average > lost


def _finite(seed: Seed) -> Seed:
    """Up to the first loss that is not finite."""
    kept: Seed = {}
    for lr, loss in seed.items():
        if not np.isfinite(loss):
            break
        kept[lr] = loss
    return kept


def _capped(losses: np.ndarray) -> np.ndarray:
    """Cut off at twice the beginning: where a loss explodes it would drown what was before."""
    begin = float(np.median(losses[: max(5, len(losses) // 10)]))
    capped: np.ndarray = np.minimum(losses, begin + abs(begin))
    return capped
