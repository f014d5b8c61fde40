"""What a range test suggests, on curves whose answer is known, and beside fastai's own rules."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import savgol_filter
from scipy.stats import entropy

from core.config import RangeTestConfig, SgdConfig
from core.training.lr_suggestion import (
    Seed,
    advise,
    curve_of,
    loss_of_guessing,
    range_learning_rates,
)
from core.training.lr_suggestion.descent import descent
from tests.training.lr_suggestion.curves import (
    FALLING,
    GUESSING,
    KNOWN,
    RECORDED,
    SEEDS,
    Known,
    by_name,
    fall,
    mean_curve,
    of,
    rates,
    recorded,
    rise,
    run_of,
)


@pytest.mark.parametrize("number", SEEDS)
@pytest.mark.parametrize("known", FALLING, ids=by_name)
def test_the_recommended_rate_is_one_of_them_and_lies_where_the_formula_is_low(
    known: Known, number: int
):
    result = advise([known.seed(number)], run_of(known.test), GUESSING)
    assert rates(result)[result.recommended] == result.suggestion
    low, high = result.good
    assert low <= result.suggestion <= high
    x = np.linspace(math.log10(known.test.start), math.log10(known.test.end), 2001)
    there, loss = (
        float(known.formula(np.array([math.log10(result.suggestion)]))[0]),
        known.formula(x),
    )
    assert known.cut or there < loss.min() + 0.5 * (
        loss[: int(loss.argmin()) + 1].max() - loss.min()
    )


@pytest.mark.parametrize("number", SEEDS)
@pytest.mark.parametrize("known", [k for k in KNOWN if not k.falls], ids=by_name)
def test_nothing_is_recommended_where_no_rate_stands_out(known: Known, number: int):
    result = advise([known.seed(number)], run_of(known.test), GUESSING)
    assert result.suggestion is None and result.good is None
    assert not result.suggestions and not result.recommended
    assert result.reason


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("flat", "never fell clearly, so no rate"),
        ("never below guessing", "never clearly below 2.30, that of guessing"),
        ("rising", "begin at a lower rate"),
        ("short", "Only 15 iterations"),
        ("diverging at once", "begin at a lower rate"),
    ],
)
def test_why_there_is_none(name: str, words: str):
    known = next(known for known in KNOWN if known.name == name)
    assert words in advise([known.seed()], run_of(known.test), GUESSING).reason


@pytest.mark.parametrize(
    ("name", "start", "iterations"),
    [("flat", 1.0, 2.0), ("never below guessing", 1.0, 2.0), ("rising", 0.01, 8 / 6)],
)
def test_where_there_is_none_a_test_is_offered_that_may_find_one(name, start, iterations):
    known = next(known for known in KNOWN if known.name == name)
    test = known.test
    instead = advise([known.seed()], run_of(test), GUESSING).instead
    assert instead.start == pytest.approx(start * test.start) and instead.end == test.end
    assert instead.iterations == pytest.approx(iterations * test.iterations, rel=1e-2)


def test_batches_that_jump_about_more_once_something_is_learned_are_no_sign_of_a_rise():
    """Photos by 20: as long as the network guesses they hardly differ, and later they do."""
    config, (seed,) = recorded("catdog-2019-regularized")
    curve = curve_of([seed], config.range_test)
    found = descent(curve, math.log(2))
    assert found is not None
    assert curve.lrs[found.lowest] < 0.0015 < curve.lrs[found.rises] < 0.004


def test_linear_steps_that_began_too_high_are_offered_as_exponential_ones():
    rising = next(known for known in KNOWN if known.name == "rising")
    linear = RangeTestConfig(spacing="linear", start=1e-3)
    seed = replace(rising, test=linear).seed()
    instead = advise([seed], run_of(linear), GUESSING).instead
    assert (instead.spacing, instead.iterations) == ("exponential", linear.iterations)
    assert instead.start == pytest.approx(1e-5) and instead.end == linear.end


def test_no_test_is_longer_than_the_longest_or_begins_below_the_lowest_rate():
    flat = next(known for known in KNOWN if known.name == "flat")
    longest = flat.test.model_copy(update={"iterations": 5000})
    assert advise([flat.seed()], run_of(longest), GUESSING).instead is None
    rising = next(known for known in KNOWN if known.name == "rising")
    lowest = rising.test.model_copy(update={"start": 1e-9})
    assert advise([rising.seed()], run_of(lowest), GUESSING).instead is None


def test_lost_at_once():
    lrs = range_learning_rates(RangeTestConfig()).tolist()
    result = advise([dict.fromkeys(lrs[:5], 2.3)], run_of(RangeTestConfig()), GUESSING, lost=1)
    assert result.suggestion is None
    assert "lost after 5 iterations" in result.reason


def cut_at(seed: Seed, rate: float) -> Seed:
    return {lr: loss for lr, loss in seed.items() if lr <= rate}


@pytest.mark.parametrize(
    ("lost", "ends", "words"),
    [
        (1, (0.1, 10.0, 10.0), "to 0.098, where one of three seeds was lost."),
        (2, (10.0, 0.1, 0.3), "to 0.098, where one of three seeds was lost."),
        (3, (0.1, 0.2, 0.3), "to 0.098 and was lost beyond."),
        (0, (0.1, 0.1, 0.1), "to 0.098, where the test was stopped."),
        (
            0,
            (10.0, 10.0, 10.0),
            "to 10, where the test ended; a higher end may show a higher rate.",
        ),
    ],
)
def test_why_the_curve_ends_where_it_does(lost: int, ends: tuple[float, ...], words: str):
    """The mean of several seeds ends where the first was lost, though the test went on to 10."""
    known = Known("", of(2.3, fall(3e-3)), noise=0.05)
    seeds = [cut_at(known.seed(number), end) for number, end in enumerate(ends)]
    result = advise(seeds, run_of(known.test), GUESSING, lost=lost)
    assert result.reason.endswith(words)
    assert result.diverged == (lost == 3)


def test_one_of_several_seeds_lost_at_once():
    seeds = [cut_at(KNOWN[0].seed(), end) for end in (10.0, 1.5e-5)]
    result = advise(seeds, run_of(KNOWN[0].test), GUESSING, lost=1)
    assert result.reason.startswith("The loss of one of two seeds was lost after")
    assert result.instead is not None and not result.diverged


def fastai_valley(lrs: np.ndarray, losses: np.ndarray) -> float:
    """As fastai describes and computes it: a third into the longest decreasing subsequence, and
    half a third more. A dynamic programme over all pairs."""
    lengths = [1] * len(losses)
    end = 0
    for i in range(len(losses)):
        before = [lengths[j] for j in range(i) if losses[j] > losses[i]]
        lengths[i] = 1 + max(before, default=0)
        end = i if lengths[i] > lengths[end] else end
    third = lengths[end] / 3
    return float(lrs[end - lengths[end] + int(third) + int(third / 2)])


def low_part(seeds: list[Seed], config: RangeTestConfig) -> tuple[np.ndarray, np.ndarray]:
    """Rates and smoothed losses up to where the loss rises again."""
    curve = curve_of(seeds, config)
    found = descent(curve, GUESSING)
    return curve.lrs[: found.rises + 1], curve.smoothed[: found.rises + 1]


@pytest.mark.parametrize("known", FALLING, ids=by_name)
def test_valley_and_minimum_are_fastais(known: Known):
    seed = known.seed()
    found = rates(advise([seed], run_of(known.test), GUESSING))
    lrs, losses = low_part([seed], known.test)
    assert found["Valley"] == fastai_valley(lrs, losses)
    assert found["Minimum / 10"] == pytest.approx(lrs[int(losses.argmin())] / 10)


@pytest.mark.parametrize("recipe", RECORDED)
def test_peak_and_valley_of_recorded_curves(recipe: str):
    """The peak beside a cubic fitted to a fifth of the curve at a time, the valley fastai's."""
    config, seeds = recorded(recipe)
    x, y = mean_curve(seeds)
    skipped = len(x) // 10
    lrs, smooth = 10 ** x[skipped:], savgol_filter(y[skipped:], len(x) // 5 | 1, 3)
    depth, lowest = GUESSING - smooth.min(), int(smooth.argmin())
    found = rates(advise(seeds, config, GUESSING))
    rises = lrs[lowest + int(np.argmax(smooth[lowest:] > smooth.min() + depth / 2))]
    assert rises / 2 < 4 * found["Peak"] < rises * 2
    lrs, losses = low_part(seeds, config.range_test)
    assert found["Valley"] == fastai_valley(lrs, losses)


@pytest.mark.parametrize("recipe", ["digits-quick", "cifar10-fast"])
def test_the_seeds_of_a_recorded_test_agree(recipe: str):
    config, seeds = recorded(recipe)
    peaks = [advise([seed], config, GUESSING).suggestion for seed in seeds]
    assert max(peaks) < 2 * min(peaks)


def test_a_wild_early_spike_changes_nothing():
    """Two nats were enough to move the suggestion to an end of the curve."""
    known = next(known for known in KNOWN if known.name == "noisy")
    seed = known.seed()
    spiked = {
        lr: loss + (2.0 if i in (0, 5, 31) else 0.0) for i, (lr, loss) in enumerate(seed.items())
    }
    one, other = (rates(advise([some], run_of(known.test), GUESSING)) for some in (seed, spiked))
    assert one == pytest.approx(other, rel=0.1)


def test_several_seeds_agree_better_than_one():
    known = next(known for known in KNOWN if known.name == "very noisy")
    seeds = [known.seed(number) for number in range(15)]

    def spread(several: int) -> float:
        groups = [seeds[n : n + several] for n in range(0, 15, several)]
        found = [rates(advise(group, run_of(known.test), GUESSING)) for group in groups]
        return float(np.std([math.log(one["Minimum / 10"]) for one in found]))

    assert spread(3) < spread(1)


def test_the_peak_hardly_hangs_on_how_long_the_test_is():
    """A longer one has learned something at a lower rate, but bears no higher one."""
    peaks = []
    for learns_at in (3e-3, 1e-3, 3e-4):
        known = Known("", of(2.3, fall(learns_at), rise(3.0)), noise=0.05)
        peaks.append(advise([known.seed()], run_of(known.test), GUESSING).suggestion)
    assert max(peaks) < 1.2 * min(peaks)


def test_the_loss_of_guessing_is_the_entropy_of_the_labels():
    assert loss_of_guessing([5] * 10) == pytest.approx(math.log(10))
    assert loss_of_guessing([90, 10, 0]) == pytest.approx(entropy([0.9, 0.1]))
    smoothed = 0.8 * np.array([0.9, 0.1]) + 0.1
    assert loss_of_guessing([90, 10], 0.2) == pytest.approx(entropy(smoothed))


def test_what_only_finds_out_which_class_is_common_has_learned_nothing():
    """A curve that falls from ln 2 to the entropy of labels nine of which are alike."""
    test = RangeTestConfig()
    lrs = range_learning_rates(test)
    common = loss_of_guessing([900, 100])
    losses = math.log(2) + fall(1e-3, math.log(2) - common)(np.log10(lrs))
    losses += np.random.default_rng(0).normal(0.0, 0.02, len(lrs))
    seed = dict(zip(lrs.tolist(), losses.tolist(), strict=True))
    assert advise([seed], run_of(test), common).suggestion is None
    assert advise([seed], run_of(test), math.log(2)).suggestion is not None


def test_edited_records_break_nothing():
    for values in ([-1e29] * 40, [1e29] * 40, [0.0] * 40, [1e29, -1e29] * 20):
        seed = {10.0 ** (-n): value for n, value in enumerate(values)}
        assert advise([seed], run_of(RangeTestConfig()), GUESSING).reason


@pytest.mark.parametrize(
    ("schedule", "name"),
    [
        ("one_cycle", "Peak"),
        ("cosine", "Peak"),
        ("cyclical", "Peak"),
        ("constant", "Steady"),
        ("polynomial", "Peak"),
        ("inverse_time", "Steady"),
        ("step", "Steady"),
        ("trapezoid", "Steady"),
        ("plateau", "Steady"),
    ],
)
def test_what_is_recommended_suits_the_schedule(schedule: str, name: str):
    known = KNOWN[0]
    result = advise([known.seed()], run_of(known.test, schedule), GUESSING)
    assert result.recommended == name
    assert result.suggestion == rates(result)[name]
    assert rates(result)["Steady"] == pytest.approx(rates(result)["Peak"] / 4)
    low, high = result.good
    assert low <= result.suggestion <= high


def test_what_is_held_may_be_higher_without_an_adaptive_optimizer():
    known = KNOWN[0]
    config = run_of(known.test, "constant").model_copy(update={"optimizer": SgdConfig()})
    found = rates(advise([known.seed()], config, GUESSING))
    assert found["Steady"] == pytest.approx(found["Peak"] / 2)


def test_a_cycle_goes_from_where_it_begins_to_fall_to_the_peak():
    known = KNOWN[0]
    result = advise([known.seed()], run_of(known.test), GUESSING)
    cycle = next(one for one in result.suggestions if one.name == "Cycle")
    assert cycle.max_learning_rate == rates(result)["Peak"]
    begins = 3e-3 / 10 ** (math.log(9.0) / 6.0)  # a logistic fall has done a tenth
    assert begins / 3 < cycle.learning_rate < begins * 3
    assert "after Smith 2015" in cycle.why and "at most a quarter of the peak" in cycle.why


def test_a_cycle_is_at_least_four_times_as_high_at_its_end():
    """Also where the loss begins to fall above a quarter of the peak."""
    known = next(known for known in KNOWN if known.name == "clean to where it ends")
    result = advise([known.seed()], run_of(known.test), GUESSING)
    cycle = next(one for one in result.suggestions if one.name == "Cycle")
    assert cycle.max_learning_rate == pytest.approx(4 * cycle.learning_rate)
