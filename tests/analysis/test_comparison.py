"""Intervals against SciPy, published examples and simulation; sentences word by word."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from core.analysis.comparison import (
    Difference,
    Group,
    compare,
    interval_of_mean,
    sentence,
    summary,
)
from core.analysis.intervals import seeds_needed

# Cushny and Peebles (1905), as in R's data set `sleep`: hours of sleep that two drugs added.
FIRST = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SECOND = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)


def _two(variant: tuple[float, ...], baseline: tuple[float, ...], **options: float) -> Difference:
    (found,) = compare([Group("Constant", baseline), Group("Cyclical", variant)], **options)
    return found


@pytest.mark.parametrize("sizes", [(2, 2), (3, 3), (3, 5), (2, 10)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_welch_is_scipys(sizes: tuple[int, int], confidence: float) -> None:
    rng = np.random.default_rng(sum(sizes))
    one, other = rng.normal(0.9, 0.02, sizes[0]), rng.normal(0.88, 0.005, sizes[1])
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(confidence)
    found = _two(tuple(one), tuple(other), confidence=confidence)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.mean == pytest.approx(one.mean() - other.mean())
    assert (found.name, found.baseline, found.runs) == ("Cyclical", "Constant", sizes)
    assert found.confidence == pytest.approx(confidence)


def test_welch_of_the_sleep_data_is_as_r_prints_it() -> None:
    """t.test(extra ~ group, data = sleep)"""
    found = _two(FIRST, SECOND)
    assert found.mean == pytest.approx(0.75 - 2.33)
    assert (found.low, found.high) == pytest.approx((-3.3654832, 0.2054832), abs=5e-8)
    assert found.within_noise and found.bounded


def test_pairs_of_the_sleep_data_are_as_r_prints_them() -> None:
    """t.test(..., paired = TRUE): no image shared, no correction."""
    found = _two(FIRST, SECOND, judged_share=0.0)
    assert (found.low, found.high) == pytest.approx((-2.4598858, -0.7001142), abs=5e-8)
    assert not found.within_noise and found.folds and found.needed is None


def test_folds_are_corrected_as_in_scikit_learns_example() -> None:
    """Its "Statistical comparison of models using grid search": corrected_std and the t of it."""
    rng = np.random.default_rng(3)
    one, other = rng.normal(0.9, 0.01, 10), rng.normal(0.89, 0.01, 10)
    train, test = 900, 100
    apart = one - other
    corrected = np.sqrt(np.var(apart, ddof=1) * (1 / len(apart) + test / train))
    low, high = stats.t.interval(0.95, len(apart) - 1, apart.mean(), corrected)
    found = _two(tuple(one), tuple(other), judged_share=test / train)
    assert (found.low, found.high) == pytest.approx((low, high))
    plain = _two(tuple(one), tuple(other), judged_share=0.0)
    assert found.high - found.low == pytest.approx(
        (plain.high - plain.low) * math.sqrt(1 + 10 * test / train)
    )


def test_the_mean_of_one_group_is_scipys() -> None:
    group = Group("a", SECOND)
    expected = stats.ttest_1samp(SECOND, 0.0).confidence_interval(0.9)
    assert interval_of_mean(group, confidence=0.9) == pytest.approx(tuple(expected))
    low, high = interval_of_mean(group, judged_share=1 / 9)
    plain = interval_of_mean(group)
    assert high - low == pytest.approx((plain[1] - plain[0]) * math.sqrt(1 + 10 / 9))
    assert interval_of_mean(Group("a", (0.5,))) == (-math.inf, math.inf)
    assert summary(group) == pytest.approx((np.mean(SECOND), np.std(SECOND, ddof=1)))


@pytest.mark.parametrize("sizes", [(3, 3), (3, 5), (5, 3), (5, 5)])
def test_95_of_100_intervals_hold_the_truth(sizes: tuple[int, int]) -> None:
    """With variances that differ fourfold, which a pooled variance would not bear."""
    rng = np.random.default_rng(7)
    ones = rng.normal(0.01, 0.004, (2000, sizes[0]))
    others = rng.normal(0.0, 0.002, (2000, sizes[1]))
    found = [_two(tuple(a), tuple(b)) for a, b in zip(ones, others, strict=True)]
    held = np.mean([item.low <= 0.01 <= item.high for item in found])
    assert 0.93 <= held <= 0.97


def test_several_intervals_hold_together() -> None:
    rng = np.random.default_rng(8)
    draws = rng.normal(0.0, 0.01, (1000, 4, 5))
    held = np.mean(
        [
            all(d.within_noise for d in compare([Group("v", tuple(runs)) for runs in draw]))
            for draw in draws
        ]
    )
    assert held >= 0.94
    found = compare([Group(name, FIRST) for name in "abc"])
    assert [(item.name, item.baseline) for item in found] == [("b", "a"), ("c", "a")]
    assert [item.confidence for item in found] == pytest.approx([0.975, 0.975])
    assert [item.together for item in found] == pytest.approx([0.95, 0.95])


def test_equal_values_leave_the_interval_that_rounding_does() -> None:
    """Three values, each of which may be half a step off: a standard deviation of 1/sqrt(12)."""
    found = _two((0.9, 0.9, 0.9), (0.8, 0.8, 0.8), resolution=0.01)
    half = stats.t.ppf(0.975, 4) * math.sqrt(2 * 0.01**2 / 12 / 3)
    assert (found.low, found.high) == pytest.approx((0.1 - half, 0.1 + half))
    folds = _two((0.9, 0.9, 0.9), (0.8, 0.8, 0.8), resolution=0.01, judged_share=0.5)
    half = stats.t.ppf(0.975, 2) * math.sqrt(2 * 0.01**2 / 12 * (1 / 3 + 0.5))
    assert (folds.low, folds.high) == pytest.approx((0.1 - half, 0.1 + half))
    exact = _two((0.5, 0.5), (0.5, 0.5, 0.5))
    assert (exact.low, exact.high, exact.within_noise, exact.needed) == (0.0, 0.0, True, None)
    wide = _two((0.9, 0.8, 0.7), (0.5, 0.6, 0.8))
    assert wide == _two((0.9, 0.8, 0.7), (0.5, 0.6, 0.8), resolution=0.01), "a floor, no more"


def test_fewer_than_two_values_give_no_interval() -> None:
    for variant, baseline in (((0.9,), (0.8, 0.7)), ((0.9, 0.8), (0.7,)), ((), (0.7,))):
        for options in ({}, {"judged_share": 0.25}):
            found = _two(variant, baseline, **options)
            assert (found.low, found.high, found.needed) == (-math.inf, math.inf, None)
            assert found.within_noise and not found.bounded
    assert math.isnan(_two((), (0.7,)).mean)
    assert compare([]) == compare([Group("a", FIRST)]) == []


def test_what_cannot_be_compared_is_refused() -> None:
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            Group("a", (0.5, value))
    with pytest.raises(ValueError, match="the same folds, got 3 and 2"):
        _two((0.9, 0.8, 0.7), (0.9, 0.8), judged_share=0.5)
    for options in ({"confidence": 1.0}, {"resolution": -1.0}, {"judged_share": math.nan}):
        with pytest.raises(ValueError, match="got"):
            _two((0.9, 0.8), (0.9, 0.8), **options)


@pytest.mark.parametrize(("effect", "seeds"), [(0.2, 394), (0.5, 64), (0.8, 26)])
def test_how_many_seeds_are_needed_is_in_the_tables(effect: float, seeds: int) -> None:
    """Cohen (1988), small, medium and large effects at 80 % power, 5 % two-sided."""
    assert _two((-1 + effect, effect, 1 + effect), (-1, 0, 1)).needed == seeds


@pytest.mark.parametrize("confidence", [0.95, 0.975])
def test_how_many_seeds_are_needed_follows_normal_theory(confidence: float) -> None:
    one, other = (0.901, 0.905, 0.897), (0.900, 0.912, 0.887)
    normal = NormalDist()
    both = np.var(one, ddof=1) + np.var(other, ddof=1)
    factor = (normal.inv_cdf((1 + confidence) / 2) + normal.inv_cdf(0.8)) ** 2
    for moved in (0.004, 0.006, 0.010):
        shifted = tuple(value + moved for value in one)
        apart = np.mean(shifted) - np.mean(other)
        expected = factor * both / apart**2
        needed = seeds_needed(shifted, other, 0.0, confidence)
        assert needed is not None and expected < needed < expected + 2.5


def test_so_many_runs_as_there_are_do_not_tell_what_they_do_not() -> None:
    found = _two((0.0, 0.1), (0.3, 0.4))
    assert found.within_noise and found.needed == 3
    assert _two((0.9001, 0.9, 0.8999), (0.90011, 0.9, 0.8999), resolution=0.01).needed is None
    assert _two((0.9, 0.9, 0.9), (0.8, 0.8, 0.8), resolution=0.01).needed is None, "told"


def _difference(mean: float, half: float = math.inf, **options: object) -> Difference:
    entries = {
        "name": "Cyclical",
        "baseline": "Constant",
        "mean": mean,
        "low": -math.inf if math.isinf(half) else mean - half,
        "high": math.inf if math.isinf(half) else mean + half,
        "confidence": 0.95,
        "runs": (3, 3),
        "needed": None,
    }
    return Difference(**{**entries, **options})


SENTENCES = [
    (
        _difference(0.098, 0.007),
        "Cyclical is better than Constant by 9.8 points of validation accuracy "
        "(95 % interval 9.1 to 10.5; 3 runs each).",
    ),
    (
        _difference(-0.098, 0.007, runs=(3, 2)),
        "Cyclical is worse than Constant by 9.8 points of validation accuracy "
        "(95 % interval 9.1 to 10.5; 3 and 2 runs).",
    ),
    (
        _difference(0.098, 0.007, confidence=0.975, comparisons=2),
        "Cyclical is better than Constant by 9.8 points of validation accuracy "
        "(interval 9.1 to 10.5, all together 95 %; 3 runs each).",
    ),
    (
        _difference(0.098, 0.007, runs=(5, 5), folds=True),
        "Cyclical is better than Constant by 9.8 points of validation accuracy "
        "(95 % interval 9.1 to 10.5; 5 folds).",
    ),
    (
        _difference(0.0021, 0.0018),
        "Cyclical is better than Constant by 0.21 points of validation accuracy "
        "(95 % interval 0.03 to 0.39; 3 runs each).",
    ),
    (
        _difference(0.002, 0.007, needed=14),
        "Within the noise: Cyclical is 0.2 points of validation accuracy above Constant, and with "
        "3 runs each anything from −0.5 to 0.9 may be true. "
        "To tell a difference of this size takes about 14 runs each.",
    ),
    (
        _difference(-0.002, 0.007, runs=(2, 3), confidence=0.975, comparisons=2),
        "Within the noise: Cyclical is 0.2 points of validation accuracy below Constant, and with "
        "2 and 3 runs anything from −0.9 to 0.5 may be true (all together 95 %). "
        "To tell a difference of this size takes more than 1,000 runs each.",
    ),
    (
        _difference(0.002, 0.007, runs=(5, 5), folds=True),
        "Within the noise: Cyclical is 0.2 points of validation accuracy above Constant, and with "
        "5 folds anything from −0.5 to 0.9 may be true.",
    ),
    (
        _difference(-0.0, 0.005),
        "Within the noise: Cyclical and Constant have the same validation accuracy, and with "
        "3 runs each anything from −0.5 to 0.5 may be true.",
    ),
    (
        _difference(0.002, 0.002),
        "Within the noise: Cyclical is 0.2 points of validation accuracy above Constant, and with "
        "3 runs each anything from 0.0 to 0.4 may be true. "
        "To tell a difference of this size takes more than 1,000 runs each.",
    ),
    (
        _difference(0.098, runs=(1, 1)),
        "Cyclical reached 9.8 points more validation accuracy than Constant, "
        "but one run each cannot tell it from the noise: add seeds.",
    ),
    (
        _difference(-0.098, runs=(1, 3)),
        "Cyclical reached 9.8 points less validation accuracy than Constant, "
        "but one run of Cyclical cannot tell it from the noise: add seeds.",
    ),
    (
        _difference(0.0, runs=(3, 1)),
        "Cyclical reached the same validation accuracy as Constant, "
        "but one run of Constant cannot tell it from the noise: add seeds.",
    ),
    (
        _difference(0.01, runs=(1, 1), folds=True),
        "Cyclical reached 1.0 points more validation accuracy than Constant, "
        "but one fold cannot tell it from the noise: add folds.",
    ),
    (
        _difference(math.nan, runs=(0, 3)),
        "Cyclical has no run yet, so there is nothing to compare.",
    ),
    (
        _difference(math.nan, runs=(3, 0), name="<b>*x*"),
        "Constant has no run yet, so there is nothing to compare.",
    ),
]


@pytest.mark.parametrize(("difference", "expected"), SENTENCES)
def test_the_words_of_a_difference(difference: Difference, expected: str) -> None:
    assert sentence(difference) == expected


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (
            _difference(-0.12, 0.02),
            "Cyclical is better than Constant by 0.120 in test loss "
            "(95 % interval 0.100 to 0.140; 3 runs each).",
        ),
        (
            _difference(0.12, 0.02, name="A *b*"),
            "A *b* is worse than Constant by 0.120 in test loss "
            "(95 % interval 0.100 to 0.140; 3 runs each).",
        ),
        (
            _difference(-0.012, 0.02, needed=20),
            "Within the noise: Cyclical is 0.012 below Constant in test loss, and with 3 runs each "
            "anything from −0.032 to 0.008 may be true. "
            "To tell a difference of this size takes about 20 runs each.",
        ),
        (
            _difference(-0.012, runs=(1, 1)),
            "Cyclical reached 0.012 less test loss than Constant, "
            "but one run each cannot tell it from the noise: add seeds.",
        ),
    ],
)
def test_a_measure_of_which_less_is_better(difference: Difference, expected: str) -> None:
    assert sentence(difference, "test loss", "", lower_is_better=True) == expected
