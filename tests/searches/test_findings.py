"""What is said of a search: the best, how it came about, what mattered, and with what caution."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import ConfigError
from core.searches import (
    LEAST_TRIALS,
    SearchTrial,
    TrialState,
    coordinates,
    findings,
    importance,
    study_of_best,
)
from core.searches.proposals import propose
from core.studies import training_key
from tests.searches.asked import BATCH, RATE, search, trial

PRUNED = {"state": TrialState.PRUNED, "behind": True}
LOST = {"state": TrialState.LOST, "accuracy": None}


def values(rate: float, batch: int = 32) -> dict:
    return {RATE: rate, BATCH: batch}


def some() -> list[SearchTrial]:
    return [
        trial(1, values(0.001), 0.5, 0.9),
        trial(2, values(0.02), 0.3, **PRUNED),
        trial(3, values(0.004), 0.8, 0.979),
        trial(4, values(0.03, 16), **LOST),
        SearchTrial(number=5, values=values(0.003), epochs=(0.99,), seconds=2.0),
    ]


def test_the_best_is_said_with_its_values_and_with_caution():
    found = findings(search(), some())
    best, others, caution = found.sentences
    assert best == (
        "Best so far: 97.9 % validation accuracy with learning rate 0.004, batch size 32 "
        "(trial 3 of 4, 20 s of training)."
    )
    assert others == "One trial was stopped early, 1 lost its loss."
    assert "The best of 3 is flattered by being chosen" in caution and "several seeds" in caution
    assert found.best is not None and found.best.number == 3  # the open one is not judged yet
    assert (found.seconds, found.ended, found.over) == (22.0, 4, False)


def test_the_best_so_far_only_rises():
    steps = findings(search(), some()).steps
    assert [step.best for step in steps] == [0.9, 0.9, 0.979, 0.979]
    assert [step.seconds for step in steps] == [5.0, 10.0, 15.0, 20.0]
    assert [step.accuracy for step in steps] == [0.9, 0.3, 0.979, None]
    assert [step.early for step in steps] == [False, True, False, False]


def test_before_there_is_a_best_nothing_is_made_up():
    assert findings(search(), []).sentences == ()
    lost = findings(search(), [trial(1, values(0.03), **LOST)])
    assert lost.sentences == ("No trial of 1 has come to an accuracy.",) and lost.best is None
    one = findings(search(most_trials=1), [trial(1, values(0.01), 0.9)])
    assert one.over and one.sentences[0].startswith("Best: 90.0 %") and len(one.sentences) == 1


def test_how_many_ended_early_is_said_in_words():
    many = [trial(i, values(0.01 / i), 0.2, **PRUNED) for i in range(2, 6)]
    failed = [trial(i, values(0.01 / i), state=TrialState.FAILED) for i in (6, 7)]
    found = findings(search(), [trial(1, values(0.01), 0.9), *many, *failed])
    assert found.sentences[1] == "4 trials were stopped early, 2 failed."


def test_as_json_nothing_is_left_out():
    told = findings(search(), some()).to_dict()
    assert told["best"]["values"] == values(0.004)
    assert [step["accuracy"] for step in told["best_so_far"]] == [0.9, 0.9, 0.979, 0.979]


def test_axes_have_every_trials_place():
    (rate, batch), accuracies, numbers = coordinates(search(), some())
    assert numbers == (1, 2, 3) and accuracies == (0.9, 0.3, 0.979)  # what was judged
    assert rate.title == "Learning rate" and rate.log and (rate.low, rate.high) == (1e-4, 0.03)
    assert rate.values == (0.001, 0.02, 0.004)
    assert batch.names == ("16", "32", "64") and batch.values == (1, 1, 1)


def test_what_decided_is_found():
    """Of accuracies that hang on the rate alone."""
    trials: list[SearchTrial] = []
    while len(trials) < 24:
        drawn = propose(search(sampler="random"), trials)
        reached = 0.9 - 0.2 * abs(float(np.log10(drawn[RATE] / 0.004)))
        trials.append(trial(len(trials) + 1, drawn, reached))
    found = importance(search(), trials)
    assert found.shares is not None and list(found.shares) == [RATE, BATCH]
    assert [title for title, _ in found.titled] == ["Learning rate", "Batch size"]
    assert found.shares[RATE] > 0.8 and sum(found.shares.values()) == pytest.approx(1.0)
    assert importance(search(), trials) == found


def test_where_few_came_to_the_end_an_early_accuracy_is_asked():
    trials = [trial(i, values(0.01 / i), i / 20, i / 18, i / 16, **PRUNED) for i in range(1, 10)]
    cut = [one.model_copy(update={"epochs": one.epochs[:1]}) for one in trials[:3]]
    found = importance(search(), [*cut, *trials[3:], some()[2]])
    assert found.shares is not None and found.measure == "accuracy after 1 epoch"
    assert importance(search(), [*trials, some()[2]]).measure == "accuracy after 3 epochs"
    assert importance(search(halving=False), trials).shares is None


def test_why_what_decided_cannot_be_told():
    trials = [trial(i, values(0.01 / i), 0.5) for i in range(1, LEAST_TRIALS + 1)]
    assert importance(search(), trials).why == (
        "All trials came to the same accuracy: nothing mattered."
    )
    few = importance(search(), [*trials[:1], *some()[1:2]])
    assert few.shares is None and few.why.endswith("trained as long; there are 2.")
    assert importance(search(halving=False), trials[:1]).why.endswith("there is 1.")
    assert importance(search(), []).why.endswith("there are none.")


def test_the_best_is_studied_against_the_base_with_other_seeds():
    asked = search()
    study = study_of_best(asked, some())
    assert [variant.name for variant in study.variants] == ["Base", "Trial 3"]
    assert asked.base.training.seed not in study.seeds and len(study.seeds) == 3
    seed = study.seeds[0]
    for place, wanted in enumerate((asked.base, asked.config_of(3, values(0.004)))):
        training = wanted.training.model_copy(update={"seed": seed})
        same = wanted.model_copy(update={"training": training})
        assert training_key(study.config_of(place, seed)) == training_key(same)
    with pytest.raises(ConfigError, match="No trial has come to an accuracy"):
        study_of_best(asked, [])
    base = asked.base
    as_it_is = {RATE: base.schedule.learning_rate, BATCH: base.training.batch_size}
    with pytest.raises(ConfigError, match="trains as the base does"):
        study_of_best(asked, [trial(1, as_it_is, 0.9)])


def test_the_best_of_a_width_is_studied_too():
    asked = search(space={"width": {"low": 0.5, "high": 2.0}})
    study = study_of_best(asked, [trial(1, {"width": 1.5}, 0.9)])
    assert set(study.variants[1].changes) == {"architecture"}
