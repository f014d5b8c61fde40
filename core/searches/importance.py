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

LEAST_TRIALS = 8  # trained to their end; a forest of fewer says what it likes


@dataclass(frozen=True)
class Importance:
    """What share of the differences in accuracy each dimension explains."""

    shares: dict[str, float] | None  # dimension -> 0..1, together 1; None where it cannot be told
    why: str = ""  # it cannot be told, in a sentence
    titled: tuple[tuple[str, float], ...] = ()  # what each is called and its share, in order

    def to_dict(self) -> dict[str, Any]:
        return {"shares": self.shares, "why": self.why}


def importance(search: SearchConfig, trials: Sequence[SearchTrial]) -> Importance:
    """What mattered most, of the trials trained to their end, the greatest share first.

    Takes a second, as it loads scikit-learn for its forest.
    """
    done = [t for t in trials if t.state is TrialState.FINISHED and t.accuracy is not None]
    if len(done) < LEAST_TRIALS:
        return Importance(
            None,
            f"What mattered most can be told from {LEAST_TRIALS} trials that were trained to "
            f"their end; there {'is' if len(done) == 1 else 'are'} {len(done) or 'none'}.",
        )
    if len({trial.accuracy for trial in done}) == 1:
        return Importance(None, "All trials came to the same accuracy: nothing mattered.")
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    study = make_study(search, search.seed)
    study.add_trials(frozen(search, done))
    found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=search.seed))
    shares = {name: float(found.get(name, 0.0)) for name in search.space}
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    titled = tuple((search.titles[name], share) for name, share in ordered)
    return Importance(dict(ordered), titled=titled)
