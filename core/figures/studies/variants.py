"""What the charts of a study have in common: a variant's colour and dash, and written values.

Knows nothing of what is drawn.
"""

from __future__ import annotations

from core.figures.theme import CATEGORICAL
from core.notation import decimal

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def dash(place: int) -> str:
    return DASHES[place % len(DASHES)]


def colour(place: int) -> str:
    return CATEGORICAL[place % len(CATEGORICAL)]


def scale(percent: bool) -> float:
    return 100.0 if percent else 1.0


def number(value: float, percent: bool) -> str:
    """As it stands in a hover: what is drawn, and so in percent already."""
    return decimal(value, 2 if percent else 4)


def written(value: float, percent: bool) -> str:
    return f"{number(value, percent)}{' %' if percent else ''}"
