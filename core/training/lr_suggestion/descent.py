"""Where a range test's curve falls, where it is low and where it rises again.

Knows nothing of what to make of it: that is rules.py's and advice.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.training.lr_suggestion.curve import Curve

_EDGE = 0.1  # of a fall: nearly nothing of it
_HALF = 0.5  # of how far the loss came below that of guessing
_LEAST_FALL = 0.01  # of where it began
_LEAST_LEARNED = 0.01  # of the loss of guessing, that the loss has to come below it
# In standard deviations of the noise that is left; smoothed noise alone spans some four.
_CLEARLY = 5.0
_RAGGED = 2.5  # times as far as batches usually jump


@dataclass(frozen=True)
class Descent:
    """Places on a curve, by index into its arrays.

    The loss begins to fall at `begins` and is lowest at `lowest`. From `low` to `rises` it is low:
    less than half as far above its lowest as guessing is; past that it rises, or batches jump
    about far more than on the way down, or the curve ends.
    """

    begins: int
    lowest: int
    low: int
    rises: int


def loss_of_guessing(counts: Sequence[int], label_smoothing: float = 0.0) -> float:
    """The lowest loss, in nats, of answering every image alike: the entropy of the labels.

    A network that a high rate has ruined comes to it, be it from above.

    Args:
        counts: images of each class; at least one in all.
        label_smoothing: share of each label that is spread evenly over the classes.
    """
    shares = np.asarray(counts, dtype=np.float64) / np.sum(counts)
    shares = shares * (1.0 - label_smoothing) + label_smoothing / len(shares)
    shares = shares[shares > 0.0]
    return float(-np.sum(shares * np.log(shares)))


def learned(curve: Curve, guessing: float) -> bool:
    """The loss came clearly below that of guessing: the curve tells more than the first steps'
    error, or a ruined network's."""
    lowest = int(np.argmin(curve.smoothed))
    below = guessing - float(curve.smoothed[lowest])
    return below > max(_CLEARLY * float(curve.noise[lowest]), _LEAST_LEARNED * guessing)


def descent(curve: Curve, guessing: float) -> Descent | None:
    """The fall of a curve that has learned something; None where it does not fall clearly."""
    loss = curve.smoothed
    lowest = int(np.argmin(loss))
    top = int(np.argmax(loss[: lowest + 1]))
    fall = float(loss[top] - loss[lowest])
    noise = float(max(curve.noise[top], curve.noise[lowest]))
    if fall < max(_LEAST_FALL * abs(float(loss[top])), _CLEARLY * noise, 1e-9):
        return None
    begins = int(np.flatnonzero(loss[: lowest + 1] >= loss[top] - _EDGE * fall)[-1])
    # What is above guessing was the first steps' error, and says nothing of learning.
    depth = min(float(loss[top]), guessing) - float(loss[lowest])
    low, rises = _around(loss, lowest, _HALF * depth)
    rises = min(rises, _ragged(curve, low, _EDGE * depth))
    return Descent(begins, int(np.argmin(loss[: rises + 1])), low, rises)


def _around(loss: np.ndarray, lowest: int, above: float) -> tuple[int, int]:
    """The first and the last place about the lowest with less than so much above it."""
    higher = np.flatnonzero(loss > loss[lowest] + above)
    before, after = higher[higher < lowest], higher[higher > lowest]
    first = int(before[-1]) + 1 if len(before) else 0
    return first, int(after[0]) - 1 if len(after) else len(loss) - 1


def _ragged(curve: Curve, low: int, least: float) -> int:
    """The last place before batches jump about far more than they did on the way down.

    A network that has begun to tell images apart is surer of some batches than of others: they
    jump about more than those of one that still guesses, and nothing is wrong with it.

    Args:
        least: nats; smaller jumps do not count, however small they were before.
    """
    usual = max(float(np.median(curve.spread[: low + 1])), float(curve.spread[low]))
    jumpy = np.flatnonzero(curve.spread[low:] > max(_RAGGED * usual, least))
    return low + int(jumpy[0]) if len(jumpy) else len(curve.spread) - 1
