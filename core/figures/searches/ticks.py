"""Where a value stands on an axis of parallel coordinates, and the numbers beside it.

Knows nothing of lines.
"""

from __future__ import annotations

import math

from core.analysis.coordinates import Axis
from core.figures.labels import label
from core.notation import learning_rate

_TICKS = 5  # about as many on an axis
_MOST_TICKS = 7


def place(axis: Axis, value: float) -> float:
    """0 at the axis' low end, 1 at its high one."""
    if axis.log:
        low, high, value = (math.log10(number) for number in (axis.low, axis.high, value))
    else:
        low, high = axis.low, axis.high
    share = (value - low) / (high - low) if high > low else 0.5
    # Names keep off the ends, as a corner is no good place for many lines to meet.
    return 0.08 + 0.84 * share if axis.names else share


def written(axis: Axis, value: float) -> str:
    """A value as it is told: its name, a plain number, or one with a power of ten."""
    if axis.names:
        return label(axis.names[round(value)])
    whole = value == round(value) and abs(value) < 1e6
    return f"{value:,.0f}".replace("-", "−") if whole else learning_rate(value, 4)


def ticks(axis: Axis) -> list[tuple[float, str]]:
    """Values of the axis with what stands beside them."""
    if axis.names:
        values = [float(i) for i in range(len(axis.names))]
    else:
        values = _decades(axis.low, axis.high) if axis.log else _even(axis.low, axis.high)
    return [(value, written(axis, value)) for value in values]


def _decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten, or those powers alone; both ends where that is too few."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found: list[float] = []
    for mantissas in ((1, 2, 5), (1, 3), (1,)):
        found = [float(f"{m}e{e}") for e in exponents for m in mantissas]
        found = [number for number in found if low <= number <= high]
        if len(found) <= _MOST_TICKS:
            break
    found = found[:: math.ceil(len(found) / _MOST_TICKS) or 1]
    return found if len(found) > 1 else [low, high]


def _even(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, from the lowest to the highest inside."""
    if high <= low:
        return [low]
    least = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]
