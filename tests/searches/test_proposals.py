"""What is tried next follows from what was tried; who is behind, from what all have shown."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.searches import SearchTrial, TrialState, is_over
from core.searches.proposals import Halving, distributions, frozen, propose
from tests.searches.asked import BATCH, RATE, search, trial


def accuracy(values: dict) -> float:
    """The best at a rate of 0.004 and a batch of 32."""
    return 0.9 - 0.2 * abs(np.log10(values[RATE] / 0.004)) - 0.05 * (values[BATCH] != 32)


def going_on(asked, trials: list[SearchTrial], until: int) -> list[SearchTrial]:
    trials = list(trials)
    while len(trials) < until:
        values = propose(asked, trials)
        value = round(max(accuracy(values), 0.0), 4)
        trials.append(trial(len(trials) + 1, values, value / 2, value))
    return trials


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_a_search_that_goes_on_tries_what_it_would_have_tried(sampler: str):
    asked = search(sampler=sampler)
    at_once = going_on(asked, [], 14)
    for killed_after in (1, 5, 11, 13):
        assert going_on(asked, at_once[:killed_after], 14) == at_once
    assert len({one.key for one in at_once}) == 14
    other = going_on(search(sampler=sampler, seed=1), [], 3)
    assert [one.values for one in other] != [one.values for one in at_once[:3]]


def test_values_stay_where_they_may_be_and_can_be_read():
    space = {
        RATE: {"low": 0.00123456, "high": 0.00123999, "log": True},
        "training.label_smoothing": {"low": 0.0, "high": 0.3, "step": 0.1},
        BATCH: {"low": 16, "high": 100, "integer": True, "log": True},
        "optimizer": {"choices": [{"kind": "adam"}, {"kind": "sgd", "momentum": 0.5}]},
    }
    asked = search(space=space)
    for one in range(12):
        values = propose(
            asked, [trial(i + 1, {**_any(asked), RATE: 0.00123456}) for i in range(one)]
        )
        assert 0.00123456 <= values[RATE] <= 0.00123999
        assert values["training.label_smoothing"] in (0.0, 0.1, 0.2, 0.3)
        assert isinstance(values[BATCH], int) and 16 <= values[BATCH] <= 100
        assert asked.config_of(1, values).optimizer.kind == values["optimizer"]["kind"]


def _any(asked) -> dict:
    return {name: dimension.samples[0] for name, dimension in asked.space.items()}


def test_the_sampler_finds_what_is_good():
    """Not by chance: what it tries after its random begin is better than that was."""
    values = [one.accuracy or 0.0 for one in going_on(search(), [], 40)]
    assert np.mean(values[10:]) > np.mean(values[:10]) + 0.02
    by_chance = [one.accuracy or 0.0 for one in going_on(search(sampler="random"), [], 40)]
    assert np.mean(values[10:]) > np.mean(by_chance[10:]) + 0.05


def test_nothing_is_tried_twice_and_a_finite_space_ends():
    space = {
        BATCH: {"choices": [16, 32]},
        "training.epochs": {"low": 1, "high": 3, "integer": True},
    }
    asked = search(space=space, sampler="random")
    trials: list[SearchTrial] = []
    while not is_over(asked, trials):
        trials.append(trial(len(trials) + 1, propose(asked, trials), 0.5))
    tried = [(one.values[BATCH], one.values["training.epochs"]) for one in trials]
    assert sorted(tried) == sorted(itertools.product([16, 32], [1, 2, 3]))


def test_a_lost_trial_is_the_worst_and_a_failed_one_tells_nothing():
    values = {RATE: 0.01, BATCH: 16}
    lost = trial(1, values, 0.9, state=TrialState.LOST, accuracy=None)
    failed = trial(2, values, state=TrialState.FAILED)
    pruned = trial(3, values, 0.3, state=TrialState.PRUNED, behind=True, accuracy=0.3)
    found = frozen(search(), [lost, failed, pruned])
    assert [one.state.name for one in found] == ["PRUNED", "FAIL", "PRUNED"]
    assert [one.intermediate_values for one in found] == [{}, {}, {1: 0.3}]
    propose(search(), [lost, failed, pruned] * 5)  # it can go on from them
    assert set(distributions(search())) == {RATE, BATCH}


def test_the_sampler_keeps_away_from_where_losses_were_lost():
    rng = np.random.default_rng(0)
    trials = []
    for number in range(1, 21):
        rate = float(10 ** rng.uniform(-4, np.log10(0.03)))
        lost = {"state": TrialState.LOST, "accuracy": None} if rate > 0.005 else {}
        trials.append(trial(number, {RATE: rate, BATCH: 32}, 0.5, **lost))
    drawn = [propose(search(seed=seed), trials)[RATE] for seed in range(12)]
    assert sum(rate > 0.005 for rate in drawn) <= 3  # by chance it would be four


def behind_at(asked, shown: np.ndarray) -> list[int | None]:
    """Epoch, from 1, at which each trial is behind, the others being before it."""
    trials: list[SearchTrial] = []
    found: list[int | None] = []
    for number, values in enumerate(shown, 1):
        halving = Halving(asked, trials)
        ends = (e for e, value in enumerate(values, 1) if halving.is_behind(e, float(value)))
        end = next(ends, None)
        found.append(end)
        cut = values[: end or len(values)]
        trials.append(trial(number, {RATE: 0.001, BATCH: 16}, *cut, behind=end is not None))
    return found


def simulated(shown: np.ndarray, first: int, factor: int) -> list[int | None]:
    """The rule by hand (Li et al. 2018, algorithm 2, without waiting for others to catch up)."""
    rungs: dict[int, list[float]] = {}
    found: list[int | None] = []
    for values in shown:
        end, rung = None, first
        while rung <= len(values) and end is None:
            here = rungs.setdefault(rung, [])
            here.append(values[rung - 1])
            go_on = sorted(here, reverse=True)[: max(len(here) // factor, 1)]
            end = None if values[rung - 1] >= go_on[-1] else rung
            rung *= factor
        found.append(end)
    return found


@pytest.mark.parametrize(("first", "factor"), [(1, 3), (1, 2), (2, 3), (3, 4)])
def test_who_is_behind_is_as_the_paper_has_it(first: int, factor: int):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        quality = rng.uniform(0.2, 0.9, (18, 1))
        rises = 1 - np.exp(-np.arange(1, 31) / 6)[None]
        shown = np.clip(quality * rises + rng.normal(0, 0.02, (18, 30)), 0, 1)
        asked = search(first_epochs=first, reduction_factor=factor)
        assert behind_at(asked, shown) == simulated(shown, first, factor)


def test_the_first_is_never_behind_and_most_are_at_the_first_rung():
    shown = np.random.default_rng(5).uniform(0.1, 0.9, (30, 9))
    found = behind_at(search(), shown)
    assert found[0] is None
    assert sum(end == 1 for end in found) >= 15


def test_what_comes_after_a_rung_changes_nothing_there():
    """A conductor that was away hears of several epochs at once."""
    before = [trial(i, {RATE: 0.001, BATCH: 16}, 0.5, 0.6, 0.7, 0.75) for i in range(1, 4)]
    shown = (0.9, 0.9, 0.2, 0.95)
    halving = Halving(search(), before)
    answers = [halving.is_behind(epoch, value) for epoch, value in enumerate(shown, 1)]
    assert answers == [False, False, True, False]  # of each epoch by itself, whatever came after
