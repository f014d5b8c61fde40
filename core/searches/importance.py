"""How much each dimension decided of the accuracy: fANOVA (Hutter et al. 2014), by Optuna.

Knows nothing of how it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.searches.proposals import frozen, make_study
from core.searches.search import SearchConfig
from core.searches.trials import SearchTrial, TrialState

LEAST_TRIALS = 8  # that were trained as long; a forest of fewer says what it likes


@dataclass(frozen=True)
class Importance:
    """What share of the differences in accuracy each dimension explains."""

    shares: dict[str, float] | None  # dimension -> 0..1, together 1; None where it cannot be told
    why: str = ""  # it cannot be told, in a sentence
    measure: str = "accuracy"  # of which it is told; where few came to the end, of an early one
    titled: tuple[tuple[str, float], ...] = ()  # what each is called and its share, in order

    def to_dict(self) -> dict[str, Any]:
        return {"shares": self.shares, "why": self.why, "measure": self.measure}


def importance(search: SearchConfig, trials: Sequence[SearchTrial]) -> Importance:
    """What mattered most, the greatest share first, of trials that were trained as long.

    Those are the ones trained to their end; where halving left too few of them, all that came to
    the same rung, with what they showed there. Takes a second, as it loads scikit-learn for its
    forest.
    """
    judged, measure = _comparable(search, trials)
    if len(judged) < LEAST_TRIALS:
        return Importance(
            None,
            f"What mattered most can be told from {LEAST_TRIALS} trials that were trained as "
            f"long; there {'is' if len(judged) == 1 else 'are'} {len(judged) or 'none'}.",
        )
    if len({trial.accuracy for trial in judged}) == 1:
        return Importance(None, "All trials came to the same accuracy: nothing mattered.")
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    study = make_study(search, search.seed)
    study.add_trials(frozen(search, judged))
    found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=search.seed))
    shares = {name: float(found.get(name, 0.0)) for name in search.space}
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    titled = tuple((search.titles[name], share) for name, share in ordered)
    return Importance(dict(ordered), measure=measure, titled=titled)


def _comparable(
    search: SearchConfig, trials: Sequence[SearchTrial]
) -> tuple[list[SearchTrial], str]:
    """Trials as if they had ended at one epoch, the latest that enough came to, and its words."""
    done = [t for t in trials if t.state is TrialState.FINISHED and t.accuracy is not None]
    if len(done) >= LEAST_TRIALS or not search.halving:
        return done, "accuracy"
    longest = max((len(trial.epochs) for trial in trials), default=0)
    rungs, rung = [], search.first_epochs
    while rung <= longest:
        rungs.append(rung)
        rung *= search.reduction_factor
    reached = [_at(trials, rung) for rung in rungs]
    enough = [place for place, found in enumerate(reached) if len(found) >= LEAST_TRIALS]
    if not enough:
        return max([done, *reached], key=len), "accuracy"
    rung = rungs[enough[-1]]
    return reached[enough[-1]], f"accuracy after {rung} epoch{'' if rung == 1 else 's'}"


def _at(trials: Sequence[SearchTrial], epoch: int) -> list[SearchTrial]:
    """Those that came to an epoch, with what they showed there."""
    ended = {"state": TrialState.FINISHED}
    return [
        trial.model_copy(update={**ended, "accuracy": trial.epochs[epoch - 1]})
        for trial in trials
        if trial.ended and len(trial.epochs) >= epoch
    ]
