"""What a search tries next, and which trial is behind: Optuna's samplers and its pruner.

Nothing is remembered between two calls: all follows from the trials before and the search's seed,
so that a search that was killed goes on as it would have. Knows nothing of runs.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ConfigError
from core.searches.dimension import Dimension, as_text
from core.searches.search import SearchConfig
from core.searches.trials import SearchTrial, TrialState

if TYPE_CHECKING:
    import optuna

_ATTEMPTS = 20  # at values that go together and were not tried yet


def propose(search: SearchConfig, trials: Sequence[SearchTrial]) -> dict[str, Any]:
    """A value for each dimension, that go together and were not tried, while there are such."""
    tried = {trial.key for trial in trials}
    for attempt in range(_ATTEMPTS):
        values = _drawn(search, trials, attempt)
        if as_text(values) not in tried and _go_together(search, values):
            return values
    return _untried(search, tried) or values


def _go_together(search: SearchConfig, values: dict[str, Any]) -> bool:
    try:
        search.config_of(1, values)
    except ConfigError:
        return False
    return True


def _drawn(search: SearchConfig, trials: Sequence[SearchTrial], attempt: int) -> dict[str, Any]:
    # A seed of its own for each trial: one that is drawn after a kill is not one of before.
    seeds = np.random.SeedSequence([search.seed, len(trials), attempt])
    study = make_study(search, int(seeds.generate_state(1)[0]))
    study.add_trials(frozen(search, trials))
    return _decoded(search, study.ask(distributions(search)).params)


def _untried(search: SearchConfig, tried: set[str]) -> dict[str, Any] | None:
    """The first combination that was not tried; None where there is no end of them, or no more."""
    if search.combinations is None:
        return None
    everything = itertools.product(*(dimension.values or () for dimension in search.space.values()))
    combinations = (dict(zip(search.space, values, strict=True)) for values in everything)
    return next((values for values in combinations if as_text(values) not in tried), None)


class Halving:
    """Asynchronous successive halving (Li et al. 2018), of one trial against those before it.

    A trial that has reached a rung (`first_epochs` times a power of `reduction_factor`) goes on
    while it is in the best share of all that have, or the best of them while they are few.
    """

    def __init__(self, search: SearchConfig, before: Sequence[SearchTrial]) -> None:
        self._study = make_study(search, search.seed)
        for trial in before:
            self._replay(trial)
        self._trial = self._study.ask()

    def is_behind(self, epoch: int, accuracy: float) -> bool:
        """Told each epoch once, in order, whatever was answered before."""
        self._trial.report(accuracy, epoch)
        return self._trial.should_prune()

    def _replay(self, trial: SearchTrial) -> None:
        """What the trial has shown decides of others; its own fate is known."""
        self._trial = self._study.ask()
        for epoch, accuracy in enumerate(trial.epochs, 1):
            self.is_behind(epoch, accuracy)
        self._study.tell(self._trial, state=_optuna().trial.TrialState.FAIL)


def frozen(search: SearchConfig, trials: Sequence[SearchTrial]) -> list[optuna.trial.FrozenTrial]:
    """Trials that have ended as Optuna knows them.

    One that lost its loss counts as the worst that there is, so that the sampler keeps away; one
    that failed tells nothing of its values.
    """
    library = _optuna()
    states = library.trial.TrialState
    found = []
    for trial in trials:
        judged = trial.state is TrialState.FINISHED and trial.accuracy is not None
        shown = trial.epochs if judged or trial.state is TrialState.PRUNED else ()
        pruned = trial.state in (TrialState.PRUNED, TrialState.LOST)
        found.append(
            library.trial.create_trial(
                state=states.COMPLETE if judged else states.PRUNED if pruned else states.FAIL,
                value=trial.accuracy if judged else None,
                params=_encoded(search, trial.values),
                distributions=distributions(search),
                intermediate_values=dict(enumerate(shown, 1)),
            )
        )
    return found


def distributions(search: SearchConfig) -> dict[str, optuna.distributions.BaseDistribution]:
    return {name: _distribution(dimension) for name, dimension in search.space.items()}


def _distribution(dimension: Dimension) -> optuna.distributions.BaseDistribution:
    kinds = _optuna().distributions
    if dimension.choices is not None:  # as text: Optuna takes no lists and no sections
        return kinds.CategoricalDistribution([as_text(choice) for choice in dimension.choices])
    low, high = dimension.ends
    if dimension.integer:
        step = round(dimension.step or 1)
        return kinds.IntDistribution(round(low), round(high), log=dimension.log, step=step)
    return kinds.FloatDistribution(low, high, log=dimension.log, step=dimension.step)


def _encoded(search: SearchConfig, values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: values[name] if dimension.choices is None else as_text(values[name])
        for name, dimension in search.space.items()
    }


def _decoded(search: SearchConfig, params: dict[str, Any]) -> dict[str, Any]:
    return {
        name: dimension.rounded(params[name])
        if dimension.choices is None
        else json.loads(params[name])
        for name, dimension in search.space.items()
    }


def make_study(search: SearchConfig, seed: int) -> optuna.Study:
    library = _optuna()
    samplers = {"random": library.samplers.RandomSampler, "tpe": library.samplers.TPESampler}
    pruner = library.pruners.SuccessiveHalvingPruner(
        min_resource=search.first_epochs, reduction_factor=search.reduction_factor
    )
    sampler = samplers[search.sampler](seed=seed)
    return library.create_study(direction="maximize", sampler=sampler, pruner=pruner)


def _optuna() -> Any:
    """Loaded late: what only shows a search, or has none, need not wait for it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it greets each study that it makes
    return optuna
