"""The axes of parallel coordinates: where each of several trials stands on each of them.

Knows nothing of what an axis measures, or of how it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """One axis: numbers, on a logarithmic scale or not, or names."""

    title: str
    values: tuple[float, ...]  # one a trial; of names their places
    low: float
    high: float
    log: bool = False  # then all are above 0
    names: tuple[str, ...] = ()  # from the place 0 on; empty of numbers
