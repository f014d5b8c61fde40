"""What a range test comes to: the suggestions of every rule, and the one that is recommended.

Knows nothing of TensorFlow, of pages or of how the losses were measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.config import MOST_ITERATIONS, RangeTestConfig, RunConfig
from core.notation import learning_rate as words
from core.runs import RangeTestResult, RateSuggestion, RefusedRule
from core.training.lr_suggestion.curve import Curve, Seed, curve_of
from core.training.lr_suggestion.descent import Descent, descent, learned
from core.training.lr_suggestion.rules import (
    End,
    cycle,
    good_about,
    minimum,
    peak,
    steady,
    steepest,
    valley,
)

_LEAST = 20  # rates measured; of fewer nothing is read
_LOWEST = 1e-10  # no network needs a lower rate to begin with
_LOWER = 100.0  # times lower, that the next test begins
_NUMBERS = ("no", "one", "two", "three", "four", "five")
_STEEPEST, _PEAK, _STEADY = "Steepest", "Peak", "Steady"
# Schedules that come to their highest rate and leave it again; all others hold it for long.
_PASSING = ("one_cycle", "cosine", "polynomial", "cyclical")
_PLAIN = ("sgd",)  # optimizers whose steps grow shorter with the gradient; all others adapt


def advise(
    seeds: Sequence[Seed], config: RunConfig, guessing: float, *, lost: int = 0
) -> RangeTestResult:
    """What the measured losses suggest, with reasons in sentences.

    Args:
        seeds: each seed's losses by rate.
        config: the run's; its schedule and optimizer decide what is recommended.
        guessing: the loss, in nats, of answering every image alike: see loss_of_guessing.
        lost: of how many of the seeds the loss was lost before the range ended.

    Returns: the suggestions, the recommended one's rate among them, the band that is good to use,
        and why a rule says nothing; where no rate stands out, none of them: `reason` says why, and
        `instead` is the test that may find one.
    """
    curve = curve_of(seeds, config.range_test)
    if curve.measured < _LEAST:
        return _too_short(curve, config.range_test, lost)
    found = descent(curve, guessing) if learned(curve, guessing) else None
    if found is None:
        return _why_not(curve, guessing, config.range_test)
    fastest = steepest(curve, found)
    adaptive = config.optimizer.kind not in _PLAIN
    suggestions = _suggestions(curve, found, fastest, adaptive=adaptive)
    name = _PEAK if config.schedule.kind in _PASSING else _STEADY
    best = next(one.learning_rate for one in suggestions if one.name == name)
    return RangeTestResult(
        suggestion=best,
        recommended=name,
        reason=_why(curve, found, config.range_test, lost),
        suggestions=suggestions,
        refused=_refused(curve, fastest, config.range_test, lost),
        good=good_about(best, curve, found),
        seeds=curve.seeds,
        diverged=lost == curve.seeds,
    )


def _suggestions(
    curve: Curve, found: Descent, fastest: float | End, *, adaptive: bool
) -> tuple[RateSuggestion, ...]:
    """What each rule says, from the lowest to the highest rate.

    Args:
        fastest: what `steepest` says.
    """
    said: list[tuple[float | End, str, str]] = [
        (fastest, _STEEPEST, "Here the loss falls fastest."),
        (
            minimum(curve, found),
            "Minimum / 10",
            "A tenth of the rate with the lowest loss: fastai's older rule.",
        ),
        (valley(curve, found), "Valley", "Half-way down the longest fall: fastai's rule."),
        (
            steady(curve, found, adaptive=adaptive),
            _STEADY,
            f"For a rate that is held for long: {'a quarter' if adaptive else 'half'} of the peak.",
        ),
        (
            peak(curve, found),
            _PEAK,
            "The highest rate of a schedule that comes down again, such as one cycle or cosine.",
        ),
    ]
    single = [
        RateSuggestion(name=name, learning_rate=lr, why=why)
        for lr, name, why in said
        if not isinstance(lr, End)
    ]
    low, high = cycle(curve, found)
    ends = RateSuggestion(
        name="Cycle",
        learning_rate=low,
        max_learning_rate=high,
        why="For a cyclical schedule, after Smith 2015: from where the loss begins to fall, at "
        "most a quarter of the peak, up to the peak.",
    )
    return (*sorted(single, key=lambda one: one.learning_rate), ends)


def _refused(
    curve: Curve, fastest: float | End, test: RangeTestConfig, lost: int
) -> tuple[RefusedRule, ...]:
    """The rules that say nothing, and why; only the steepest may."""
    if not isinstance(fastest, End):
        return ()
    why = f"The loss falls fastest at the {fastest} end of what was measured"
    mending = ""
    if fastest is End.UPPER and not lost and _came_to_the_end(curve, test):
        mending = "a higher end"
    elif fastest is End.LOWER and _lower(test) is not None:
        mending = "a lower start" if test.spacing == "exponential" else "exponential steps"
    said = f"{why}; {mending} may show where." if mending else f"{why}."
    return (RefusedRule(name=_STEEPEST, why=said),)


def _why(curve: Curve, found: Descent, test: RangeTestConfig, lost: int) -> str:
    """Where the peak lies, of which the steady rate is a share."""
    low, end = (words(float(curve.lrs[place]), 2) for place in (found.low, found.rises))
    stretch = f"The loss is low from {low} to {end}"
    if found.rises < len(curve.lrs) - 1:
        return f"{stretch} and rises beyond."
    if lost == curve.seeds:
        return f"{stretch} and was lost beyond."
    if lost:
        return f"{stretch}, where {_one_of(curve.seeds)} was lost."
    if not _came_to_the_end(curve, test):
        return f"{stretch}, where the test was stopped."
    return f"{stretch}, where the test ended; a higher end may show a higher rate."


def _one_of(seeds: int) -> str:
    """The one that was lost first, beyond which there is no mean of all."""
    return f"one of {_NUMBERS[seeds] if seeds < len(_NUMBERS) else seeds} seeds"


def _came_to_the_end(curve: Curve, test: RangeTestConfig) -> bool:
    return bool(curve.lrs[-1] >= test.end * (1.0 - 1e-6))


def _too_short(curve: Curve, test: RangeTestConfig, lost: int) -> RangeTestResult:
    after = f"lost after {curve.measured} iterations; begin at a lower rate."
    if lost == curve.seeds:
        return RangeTestResult(reason=f"The loss was {after}", instead=_lower(test))
    if lost:
        reason = f"The loss of {_one_of(curve.seeds)} was {after}"
        return RangeTestResult(reason=reason, instead=_lower(test))
    return RangeTestResult(
        reason=f"Only {curve.measured} iterations were measured; {_LEAST} are the least."
    )


def _why_not(curve: Curve, guessing: float, test: RangeTestConfig) -> RangeTestResult:
    loss, noise = curve.smoothed, 5.0 * float(curve.noise.max())
    if loss[-1] - loss[0] > max(noise, 0.1 * abs(float(loss[0]))):
        reason = "The loss rose and never fell clearly before; begin at a lower rate."
        return RangeTestResult(reason=reason, instead=_lower(test))
    if loss.max() - loss.min() > max(noise, 0.1 * abs(float(loss.max()))):
        reason = (
            f"The loss fell, but never clearly below {guessing:.2f}, that of guessing: the network "
            "had not begun to learn. Try more iterations."
        )
    else:
        reason = (
            "The loss never fell clearly, so no rate stands out; try more iterations, several "
            "seeds or a wider range."
        )
    return RangeTestResult(reason=reason, instead=_longer(test))


def _lower(test: RangeTestConfig) -> RangeTestConfig | None:
    """From two decades lower, with as many iterations a decade; None where it is low already.

    Linear steps are offered as exponential ones: however low they begin, the second is as high.
    """
    start = float(f"{test.start / _LOWER:.3g}")
    if start < _LOWEST:
        return None
    if test.spacing == "linear":
        return test.model_copy(update={"start": start, "spacing": "exponential"})
    wider = math.log(test.end / start) / math.log(test.end / test.start)
    iterations = min(round(test.iterations * wider), MOST_ITERATIONS)
    return test.model_copy(update={"start": start, "iterations": iterations})


def _longer(test: RangeTestConfig) -> RangeTestConfig | None:
    """With twice the iterations; None where there are no more."""
    if test.iterations >= MOST_ITERATIONS:
        return None
    return test.model_copy(update={"iterations": min(2 * test.iterations, MOST_ITERATIONS)})
