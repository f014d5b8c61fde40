"""How sure a mean is, and how sure the difference of two: values in, standard errors out.

Knows nothing of what the values measure, or of how a difference is told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, variance

MOST_NEEDED = 1000  # runs each; nobody trains more
_POWER = 0.8
_NONE = 1e-12  # of a variance: what an effect no larger squares to is rounding of the machine

Values = Sequence[float]
Error = tuple[float, float]  # a standard error, and its degrees of freedom


def reach(error: Error, confidence: float) -> float:
    """How far a t interval reaches to either side."""
    from scipy.special import stdtrit  # loaded late: few pages need it

    return float(stdtrit(error[1], 0.5 + confidence / 2.0)) * error[0]


def mean_error(values: Values, resolution: float, judged_share: float = 0.0) -> Error:
    """Of one mean, of two values or more; of folds corrected as in paired_error."""
    runs = len(values)
    spread = floored_variance(values, resolution) * (1.0 / runs + judged_share)
    return math.sqrt(spread), runs - 1


def welch_error(one: Values, other: Values, resolution: float) -> Error:
    """Of the difference of two means whose values need not vary alike.

    Welch (1947), "The generalization of Student's problem when several different population
    variances are involved".
    """
    squares = [floored_variance(values, resolution) / len(values) for values in (one, other)]
    square = sum(squares)
    if not square:
        return 0.0, len(one) + len(other) - 2
    shares = [each / square for each in squares]
    terms = [share**2 / (len(v) - 1) for share, v in zip(shares, (one, other), strict=True)]
    return math.sqrt(square), 1.0 / sum(terms)


def paired_error(one: Values, other: Values, resolution: float, judged_share: float) -> Error:
    """Of the mean of what folds differ by, pair by pair.

    Folds train on the same images, so that what they differ by is not independent. Nadeau and
    Bengio (2003), "Inference for the generalization error", correct the variance for it.

    Args:
        judged_share: images that a fold judges, divided by those that it trains on.
    """
    apart = [a - b for a, b in zip(one, other, strict=True)]
    return mean_error(apart, math.sqrt(2.0) * resolution, judged_share)  # both are rounded


def floored_variance(values: Values, resolution: float) -> float:
    """At least what rounding to whole steps makes it (Sheppard 1898)."""
    return max(variance(values), resolution**2 / 12.0)


def seeds_needed(one: Values, other: Values, resolution: float, confidence: float) -> int | None:
    """Seeds each, more than now, that would tell this difference in four studies of five.

    Normal theory and Guenther's term for the t distribution (1981, "Sample sizes for normal
    theory t tests"). It is too small for the fewest runs, which do not tell it as is known.

    Returns: None where more than MOST_NEEDED.
    """
    mean = math.fsum(one) / len(one) - math.fsum(other) / len(other)
    both = floored_variance(one, resolution) + floored_variance(other, resolution)
    effect = mean**2 / both if both else 0.0
    if effect < _NONE:
        return None
    sides, power = NormalDist().inv_cdf(0.5 + confidence / 2.0), NormalDist().inv_cdf(_POWER)
    seeds = math.ceil((sides + power) ** 2 / effect + sides**2 / 4.0)
    seeds = max(seeds, 1 + min(len(one), len(other)))
    return seeds if seeds <= MOST_NEEDED else None
