"""What a range test comes to: the suggestions of every rule, and the one that is recommended.

Knows nothing of TensorFlow, of pages or of how the losses were measured.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.config import RangeTestConfig
from core.notation import learning_rate as words
from core.runs import RangeTestResult, RateSuggestion
from core.training.lr_suggestion.curve import Curve, Seed, curve_of
from core.training.lr_suggestion.descent import Descent, descent
from core.training.lr_suggestion.rules import cycle, floor, minimum, steepest, valley

_LEAST = 20  # rates measured; of fewer nothing is read
_RECOMMENDED = "Floor"


def advise(
    seeds: Sequence[Seed], config: RangeTestConfig, guessing: float, *, diverged: bool = False
) -> RangeTestResult:
    """What the measured losses suggest, with reasons in sentences.

    Args:
        seeds: each seed's losses by rate.
        guessing: the loss, in nats, of finding every class as likely: ln(number of classes).
        diverged: a seed's loss was lost before the range ended.

    Returns: the suggestions, the recommended one's rate among them, and the band that is good to
        use; where no rate stands out, none of them, and `reason` says why.
    """
    curve = curve_of(seeds, config)
    if curve.measured < _LEAST:
        return _none(_too_short(curve.measured, diverged=diverged))
    found = descent(curve, guessing)
    if found is None:
        return _none(_why_not(curve))
    reason = _why(curve, found, diverged=diverged)
    return RangeTestResult(
        suggestion=floor(curve, found),
        recommended=_RECOMMENDED,
        reason=reason,
        suggestions=_suggestions(curve, found, reason),
        good=_good(curve, found),
        seeds=curve.seeds,
        diverged=diverged,
    )


def _suggestions(curve: Curve, found: Descent, reason: str) -> tuple[RateSuggestion, ...]:
    """What each rule says, from the lowest to the highest rate."""
    low, high = cycle(curve, found)
    said = [
        (steepest(curve, found), "Steepest", "Here the loss falls fastest."),
        (
            minimum(curve, found),
            "Minimum / 10",
            "A tenth of the rate with the lowest loss: fastai's older rule.",
        ),
        (valley(curve, found), "Valley", "Half-way down the longest fall: fastai's rule."),
        (floor(curve, found), _RECOMMENDED, reason),
    ]
    single = [RateSuggestion(name=name, learning_rate=lr, why=why) for lr, name, why in said if lr]
    ends = RateSuggestion(
        name="Cycle",
        learning_rate=low,
        max_learning_rate=high,
        why="For a cyclical schedule: from where the loss begins to fall to where it has done "
        "falling (Smith 2015).",
    )
    return (*sorted(single, key=lambda one: one.learning_rate), ends)


def _why(curve: Curve, found: Descent, *, diverged: bool) -> str:
    """Of the recommended rate."""
    if not found.below_guessing:
        return (
            "Here the loss stops falling. It never came below that of guessing, so more iterations "
            "would tell more."
        )
    end = words(float(curve.lrs[found.rises]), 2)
    if found.rises < len(curve.lrs) - 1:
        what = f"well below {end}, where it rises again"
    elif diverged:
        what = f"well below {end}, where it was lost"
    else:
        what = f"but it had not risen at the end, {end}: a wider range may show a higher rate"
    return f"In the middle of where the loss is low, {what}."


def _good(curve: Curve, found: Descent) -> tuple[float, float]:
    """From where the loss begins to fall clearly to where it rises again; it holds the floor."""
    return float(curve.lrs[found.begins]), float(curve.lrs[found.rises])


def _none(reason: str) -> RangeTestResult:
    return RangeTestResult(reason=reason)


def _too_short(measured: int, *, diverged: bool) -> str:
    if diverged:
        return f"The loss was lost after {measured} iterations; begin at a lower rate."
    return f"Only {measured} iterations were measured; {_LEAST} are the least."


def _why_not(curve: Curve) -> str:
    rose = curve.smoothed[-1] - curve.smoothed[0]
    if rose > 6.0 * curve.noise.max() and rose > 0.1 * abs(curve.smoothed[0]):
        return "The loss rose and never fell clearly before; begin at a lower rate."
    return (
        "The loss never fell clearly, so no rate stands out; try more iterations or a wider range."
    )
