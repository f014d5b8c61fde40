"""Variants of one training against the first of them: how far apart, and whether that is noise.

Knows nothing of runs, or of what the numbers measure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from core.analysis.intervals import (
    MOST_NEEDED,
    mean_error,
    paired_error,
    reach,
    seeds_needed,
    welch_error,
)
from core.notation import count, decimal

_POINTS = "points"


@dataclass(frozen=True)
class Group:
    """What one variant's runs came to, a number a run."""

    name: str
    values: tuple[float, ...]  # accuracies 0..1 or losses, one a seed or fold, in their order

    def __post_init__(self) -> None:
        values = tuple(float(value) for value in self.values)
        if not all(map(math.isfinite, values)):
            raise ValueError(f"{self.name}: every value must be finite, got {values}")
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class Difference:
    """One variant against the baseline."""

    name: str
    baseline: str
    mean: float  # of the variant minus of the baseline; NaN where one of them has no run
    low: float
    high: float  # ends of the interval; infinite where one of them has fewer than two runs
    confidence: float  # of this interval by itself
    runs: tuple[int, int]  # of the variant and of the baseline
    needed: int | None  # seeds each; None: told already, more than MOST_NEEDED, or over folds
    comparisons: int = 1  # that hold together, each interval so much wider (Bonferroni)
    folds: bool = False  # the runs are folds of the same images, compared pair by pair

    @property
    def within_noise(self) -> bool:
        """Zero is in the interval."""
        return self.low <= 0.0 <= self.high

    @property
    def bounded(self) -> bool:
        """There are runs enough for an interval."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def together(self) -> float:
        """How sure it is that the intervals of all comparisons hold."""
        return 1.0 - (1.0 - self.confidence) * self.comparisons


def compare(
    groups: Sequence[Group],
    *,
    resolution: float = 0.0,
    confidence: float = 0.95,
    judged_share: float | None = None,
) -> list[Difference]:
    """Each group but the first against the first.

    Without `judged_share` values are of seeds of their own, and the interval is Welch's. With it
    they are of the same folds in the same order, compared pair by pair.

    Args:
        resolution: the least step between two values, 1 / images judged. No variance is taken to
            be less than rounding alone makes it, so that equal values leave an interval.
        confidence: that all the intervals hold together; each is so much wider (Bonferroni). A
            group without an interval counts, so that its first runs change no other interval.
        judged_share: images that a fold judges, divided by those that it trains on.
    """
    _check(resolution, confidence, judged_share)
    comparisons = max(len(groups) - 1, 1)
    each = 1.0 - (1.0 - confidence) / comparisons
    return [
        _difference(group, groups[0], resolution, each, judged_share, comparisons)
        for group in groups[1:]
    ]


def summary(group: Group) -> tuple[float, float]:
    """Mean and standard deviation; NaN where there are too few values for one."""
    runs = len(group.values)
    mean = fmean(group.values) if runs else math.nan
    return mean, math.sqrt(variance(group.values)) if runs > 1 else math.nan


def interval_of_mean(
    group: Group,
    resolution: float = 0.0,
    confidence: float = 0.95,
    judged_share: float | None = None,
) -> tuple[float, float]:
    """Student's t interval of one group's mean; infinite of fewer than two values.

    Args: as of compare.
    """
    _check(resolution, confidence, judged_share)
    if len(group.values) < 2:
        return -math.inf, math.inf
    half = reach(mean_error(group.values, resolution, judged_share or 0.0), confidence)
    return fmean(group.values) - half, fmean(group.values) + half


def _check(resolution: float, confidence: float, judged_share: float | None) -> None:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"a confidence lies between 0 and 1, got {confidence}")
    for name, value in (("resolution", resolution), ("judged_share", judged_share or 0.0)):
        if not 0.0 <= value < math.inf:
            raise ValueError(f"{name} must be 0 or more, got {value}")


def _difference(
    group: Group,
    baseline: Group,
    resolution: float,
    confidence: float,
    judged_share: float | None,
    comparisons: int,
) -> Difference:
    one, other = group.values, baseline.values
    mean, half, needed = summary(group)[0] - summary(baseline)[0], math.inf, None
    if min(len(one), len(other)) >= 2 and judged_share is None:
        half = reach(welch_error(one, other, resolution), confidence)
        if abs(mean) <= half:
            needed = seeds_needed(one, other, resolution, confidence)
    elif min(len(one), len(other)) >= 2 and judged_share is not None:
        if len(one) != len(other):
            found = f"got {len(one)} and {len(other)}"
            raise ValueError(f"{group.name} and {baseline.name} must have the same folds, {found}")
        half = reach(paired_error(one, other, resolution, judged_share), confidence)
    unbounded = math.isinf(half)
    return Difference(
        name=group.name,
        baseline=baseline.name,
        mean=mean,
        low=-math.inf if unbounded else mean - half,
        high=math.inf if unbounded else mean + half,
        confidence=confidence,
        runs=(len(one), len(other)),
        needed=needed,
        comparisons=comparisons,
        folds=judged_share is not None,
    )


def sentence(
    difference: Difference,
    measure: str = "validation accuracy",
    unit: str = _POINTS,
    *,
    lower_is_better: bool = False,
) -> str:
    """What the difference comes to, in plain words. Names stand in it as they are.

    Args:
        unit: "points" are percentage points, of values 0..1; with "" numbers are as they come.
    """
    name, baseline = difference.name, difference.baseline
    if not all(difference.runs):
        lacking = baseline if difference.runs[0] else name
        return f"{lacking} has no run yet, so there is nothing to compare."
    scale = 100.0 if unit == _POINTS else 1.0
    mean, low, high = (scale * n for n in (difference.mean, difference.low, difference.high))
    least = 1 if unit else 3
    if not difference.bounded:
        return _unbounded(difference, mean, measure, unit, _digits((mean,), least))
    if difference.within_noise:
        digits = _digits((mean,), least)
        found = _found(difference, mean, measure, unit, digits)
        return f"Within the noise: {found}, {_room(difference, mean, low, high, digits)}"
    digits = _digits((mean, low, high), least)
    better = "better" if (mean < 0) == lower_is_better else "worse"
    by = f"{decimal(abs(mean), digits)} {f'{unit} of' if unit else 'in'} {measure}"
    ends = " to ".join(decimal(end, digits) for end in sorted((abs(low), abs(high))))
    sure = surety(difference)
    interval = (
        f"interval {ends}, {sure}" if difference.comparisons > 1 else f"{sure} interval {ends}"
    )
    return f"{name} is {better} than {baseline} by {by} ({interval}; {runs_words(difference)})."


def runs_words(difference: Difference) -> str:
    """ "3 runs each", "3 and 2 runs", "5 folds"."""
    one, other = difference.runs
    if one != other:
        return f"{one} and {other} {'folds' if difference.folds else 'runs'}"
    many = "" if one == 1 else "s"
    return f"{one} fold{many}" if difference.folds else f"{one} run{many} each"


def surety(difference: Difference) -> str:
    """ "95 %", or of several comparisons "all together 95 %"."""
    sure = f"{100.0 * difference.together:.4g} %"
    return f"all together {sure}" if difference.comparisons > 1 else sure


def _digits(numbers: Sequence[float], least: int) -> int:
    """Behind the point: so many that nothing but zero is shown as zero, within reason."""
    for digits in range(least, least + 4):
        if all(float(decimal(number, digits).lstrip("−")) for number in numbers):
            return digits
    return least if len(numbers) == 1 else _digits(numbers[:1], least)


def _found(difference: Difference, mean: float, measure: str, unit: str, digits: int) -> str:
    size, side = decimal(abs(mean), digits), "above" if mean > 0 else "below"
    if not float(size):
        return f"{difference.name} and {difference.baseline} have the same {measure}"
    if not unit:
        return f"{difference.name} is {size} {side} {difference.baseline} in {measure}"
    return f"{difference.name} is {size} {unit} of {measure} {side} {difference.baseline}"


def _room(difference: Difference, mean: float, low: float, high: float, digits: int) -> str:
    """What else may be true, and how many runs would tell."""
    ends = f"{decimal(low, digits)} to {decimal(high, digits)}"
    together = f" ({surety(difference)})" if difference.comparisons > 1 else ""
    words = f"and with {runs_words(difference)} anything from {ends} may be true{together}."
    if difference.needed is not None:
        seeds = f"about {count(difference.needed)}"
    elif difference.folds or not float(decimal(abs(mean), digits)):
        return words
    else:
        seeds = f"more than {count(MOST_NEEDED)}"
    return f"{words} To tell a difference of this size takes {seeds} runs each."


def _unbounded(difference: Difference, mean: float, measure: str, unit: str, digits: int) -> str:
    one, more = ("fold", "folds") if difference.folds else ("run", "seeds")
    few = f"one {one}" if difference.folds else f"one {one} each"
    if difference.runs != (1, 1):
        single = difference.name if difference.runs[0] == 1 else difference.baseline
        few = f"one {one} of {single}"
    size = decimal(abs(mean), digits)
    found = f"{size} {unit}".rstrip() + f" {'more' if mean > 0 else 'less'} {measure} than"
    if not float(size):
        found = f"the same {measure} as"
    return (
        f"{difference.name} reached {found} {difference.baseline}, "
        f"but {few} cannot tell it from the noise: add {more}."
    )
