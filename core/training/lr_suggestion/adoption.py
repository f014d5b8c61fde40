"""A suggestion put into a schedule. Knows nothing of how it was found."""

from __future__ import annotations

from core.config import CyclicalSchedule, ScheduleConfig, highest, scaled
from core.runs import RateSuggestion

_DIGITS = 2  # of a suggested rate: more would say more than a test knows


def _rounded(lr: float) -> float:
    """A suggested rate with as many digits as a test knows."""
    return float(f"{lr:.{_DIGITS}g}")


def adopt(schedule: ScheduleConfig, suggestion: RateSuggestion) -> ScheduleConfig:
    """The schedule with the suggested rate, rounded, as the highest that it comes to.

    A cycle's two rates make a cyclical schedule; one that was cyclical before keeps the rest of
    its fields. Where a schedule has other rates besides, they change in proportion.
    """
    rate = _rounded(suggestion.learning_rate)
    if suggestion.max_learning_rate is None:
        return scaled(schedule, rate / highest(schedule))
    ends = {"learning_rate": rate, "max_learning_rate": _rounded(suggestion.max_learning_rate)}
    if isinstance(schedule, CyclicalSchedule):
        return schedule.model_copy(update=ends)
    return CyclicalSchedule(**ends)


def is_adopted(schedule: ScheduleConfig, suggestion: RateSuggestion) -> bool:
    """Adopting it would change nothing."""
    return adopt(schedule, suggestion) == schedule
