"""Where a range test's curve falls, where it is lowest and how long it stays so.

Knows nothing of what to make of it: that is rules.py's and advice.py's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.training.lr_suggestion.curve import Curve

_EDGE = 0.1  # of a fall, at its either end: there the curve is nearly flat
_HALF = 0.5  # of how far the loss came below that of guessing
_LEAST_FALL = 0.05  # of where it began
_LEAST_LEARNED = 0.02  # the same where it fell from guessing to clearly below
# In standard deviations of the noise that is left; smoothed noise alone spans some four.
_CLEARLY = 6.0  # a fall
_OVER_NOISE = 2.5  # a rise after it
_BELOW = 4.0  # how far below guessing
_RAGGED = 2.5  # times as far as batches usually jump
_OVER = 0.2  # of the fall: one that rises so far again is over


@dataclass(frozen=True)
class Descent:
    """Places on a curve, by index into its arrays.

    The loss is highest at `top`, begins to fall at `begins`, has nearly stopped falling at `stops`
    and is lowest at `lowest`. From `low` to `rises` it is low: clearly lower than before and after.
    `below_guessing`: there the network had learned something, and its lowest loss says so clearly.
    """

    top: int
    begins: int
    stops: int
    lowest: int
    low: int
    rises: int
    below_guessing: bool


def descent(curve: Curve, guessing: float) -> Descent | None:
    """The curve's fall; None where it does not fall clearly.

    Args:
        guessing: the loss, in nats, of a network that finds every class as likely. One that a high
            rate has ruined comes to it, be it from above: a curve that has never been clearly
            lower is followed to the end of its first clear fall only.
    """
    loss = curve.smoothed
    if len(loss) < 2:
        return None
    clearly = _CLEARLY * curve.noise
    lowest = int(np.argmin(loss))
    below = bool(loss[lowest] < guessing - _BELOW * curve.noise[lowest])
    if not below:
        lowest = _end_of_first_fall(loss, curve.noise)
    top = int(np.argmax(loss[: lowest + 1]))
    fall = float(loss[top] - loss[lowest])
    learned = below and bool(loss[top] > guessing - clearly[top])
    least = (_LEAST_LEARNED if learned else _LEAST_FALL) * abs(float(loss[top]))
    if fall < max(least, float(clearly[top]), float(clearly[lowest]), 1e-9):
        return None
    begins = int(np.flatnonzero(loss[: lowest + 1] >= loss[top] - _EDGE * fall)[-1])
    stops, _ = _around(loss, lowest, _EDGE * fall)
    # What is above guessing was the first steps' error, and says nothing of learning.
    depth = min(float(loss[top]), guessing) - float(loss[lowest]) if below else fall
    low, rises = _around(loss, lowest, (_HALF if below else _EDGE) * depth)
    rises = min(rises, _ragged(curve, stops))
    lowest = int(np.argmin(loss[: rises + 1]))
    return Descent(top, begins, stops, lowest, low, rises, below)


def _around(loss: np.ndarray, lowest: int, above: float) -> tuple[int, int]:
    """The first and the last place about the lowest with less than so much above it."""
    higher = np.flatnonzero(loss > loss[lowest] + above)
    before, after = higher[higher < lowest], higher[higher > lowest]
    first = int(before[-1]) + 1 if len(before) else 0
    return first, int(after[0]) - 1 if len(after) else len(loss) - 1


def _ragged(curve: Curve, stops: int) -> int:
    """The last place before batches jump about far more than they did on the way down."""
    usual = float(np.median(curve.spread[: stops + 1]))
    jumpy = np.flatnonzero(curve.spread[stops:] > _RAGGED * max(usual, 1e-9))
    return stops + int(jumpy[0]) if len(jumpy) else len(curve.spread) - 1


def _end_of_first_fall(loss: np.ndarray, noise: np.ndarray) -> int:
    """The lowest point before the loss, having fallen clearly, goes up again clearly."""
    top = lowest = 0
    for i, value in enumerate(loss):
        if value < loss[lowest]:
            lowest = i
        fall, unsure = loss[top] - loss[lowest], noise[lowest]
        if fall > max((_CLEARLY - 1.0) * unsure, _LEAST_FALL * abs(loss[top])):
            if value - loss[lowest] > max(_OVER * fall, _OVER_NOISE * unsure):
                break
        elif value > loss[top]:
            top = lowest = i
    return lowest
