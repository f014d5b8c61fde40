"""Rates, averages and the end of a range test, against what they are by definition."""

import numpy as np
import pytest

from core.config import RangeTestConfig
from core.runs import RangeTestResult
from core.training.lr_suggestion import Divergence, curve_of, range_learning_rates, smooth
from core.training.lr_suggestion.curve import judged, seeds_of, weight
from core.training.lr_suggestion.smoothing import (
    jumps,
    noise_left,
    smooth_both_ways,
    without_spikes,
)

NOISE = np.random.default_rng(0).normal(0.0, 1.0, 4000)


def test_learning_rates_grow_by_a_constant_factor():
    lrs = range_learning_rates(RangeTestConfig(start=1e-5, end=1.0, iterations=101))
    assert lrs[0] == pytest.approx(1e-5)
    assert lrs[-1] == pytest.approx(1.0)
    assert np.allclose(lrs[1:] / lrs[:-1], lrs[1] / lrs[0])


def test_learning_rates_grow_by_a_constant_summand():
    config = RangeTestConfig(start=1e-3, end=0.02, spacing="linear", iterations=20)
    assert range_learning_rates(config) == pytest.approx(np.arange(1, 21) * 1e-3)


def test_the_average_of_the_past_is_bias_corrected():
    assert smooth([2.0, 2.0, 2.0], 0.98) == pytest.approx([2.0, 2.0, 2.0])
    assert smooth([1.0, 3.0], 0.5) == pytest.approx([1.0, (0.5 * 0.5 * 1 + 0.5 * 3) / 0.75])


def test_the_average_of_the_past_ends_where_the_loss_is_lost():
    assert np.isnan(smooth([1.0, float("nan"), 1.0], 0.5)).tolist() == [False, True, True]


def test_both_ways_is_the_weighted_mean_of_all():
    """Against the sum over all pairs that it is short for."""
    values = NOISE[:60]
    places = np.arange(60)
    weights = 0.8 ** np.abs(places[:, None] - places[None])
    expected = (weights @ values) / weights.sum(axis=1)
    assert smooth_both_ways(values, 0.8) == pytest.approx(expected)
    assert smooth_both_ways(values, 0.0) == pytest.approx(values)


def test_both_ways_does_not_lag_and_the_past_alone_does():
    x = np.arange(300)
    step = 1.0 / (1.0 + np.exp(-(x - 150) / 10))
    half = [
        int(np.argmax(curve >= 0.5)) for curve in (smooth_both_ways(step, 0.9), smooth(step, 0.9))
    ]
    assert abs(half[0] - 150) <= 1
    assert half[1] > 155


def test_how_much_noise_is_left():
    for beta in (0.6, 0.9, 0.97):
        left = smooth_both_ways(NOISE, beta)[200:-200].std()
        assert noise_left(beta) == pytest.approx(left, rel=0.25)


def test_smoothing_leaves_the_noise_of_the_one_sided_average_that_it_is_named_after():
    config = RangeTestConfig(iterations=150)
    one_sided = smooth(NOISE, config.smoothing)[200:].std()
    assert noise_left(weight(config)) == pytest.approx(one_sided, rel=0.15)


def test_a_finer_test_is_smoothed_over_as_much_of_its_range():
    coarse, fine = RangeTestConfig(iterations=100), RangeTestConfig(iterations=1000)
    assert weight(fine) ** 10 == pytest.approx(weight(coarse))
    assert weight(RangeTestConfig(smoothing=0.0)) == 0.0


def test_jumps_are_the_noise_whatever_the_trend():
    trend = np.linspace(0.0, 400.0, len(NOISE))
    assert jumps(0.3 * NOISE + trend).mean() == pytest.approx(0.3, rel=0.05)


def test_spikes_are_put_back_and_all_else_stays():
    slope = np.linspace(3.0, 1.0, 50) + 0.02 * NOISE[:50]
    spiked = slope.copy()
    spiked[[0, 7, 8, 30, 49]] += [4.0, 2.0, 3.0, -2.0, 5.0]
    mended = without_spikes(spiked)
    assert np.abs(mended - slope).max() < 0.3
    assert without_spikes([3.0, 1.0]).tolist() == [3.0, 1.0]


def test_what_is_left_out_at_the_beginning_does_not_leak_in():
    config = RangeTestConfig()
    lrs = range_learning_rates(config).tolist()
    losses = dict.fromkeys(lrs, 2.0)
    spiked = {lr: 1e6 if i < 30 else 2.0 for i, lr in enumerate(lrs)}
    one, other = curve_of([losses], config), curve_of([spiked], config)
    assert one.smoothed == pytest.approx(other.smoothed)
    assert one.lrs[0] == lrs[30]


def test_several_seeds_are_judged_by_their_mean_where_all_were_measured():
    config = RangeTestConfig(iterations=100)
    lrs = range_learning_rates(config).tolist()
    low = dict.fromkeys(lrs, 1.0)
    high = dict.fromkeys(lrs[:60], 2.0)
    lost = {lr: 3.0 if i < 80 else float("nan") for i, lr in enumerate(lrs)}
    curve = curve_of([low, high, lost], config)
    assert (curve.measured, curve.seeds) == (60, 3)
    assert curve.lrs.tolist() == lrs[6:60]
    for values, expected in ((curve.smoothed, 2.0), (curve.lowest, 1.0), (curve.highest, 3.0)):
        assert values == pytest.approx(expected)


def test_seeds_lessen_the_noise():
    config = RangeTestConfig()
    lrs = range_learning_rates(config).tolist()
    seeds = [dict(zip(lrs, 2.0 + 0.1 * NOISE[300 * n :], strict=False)) for n in range(4)]
    one, four = (curve_of(some, config).noise.mean() for some in (seeds[:1], seeds))
    assert four == pytest.approx(one / 2, rel=0.1)


def test_rows_are_told_apart_by_their_seed():
    rows = [
        {"kind": "range", "seed": seed, "lr": lr, "loss": lr + seed}
        for seed in (7, 8, 9)
        for lr in (0.1, 0.2)
    ]
    assert seeds_of([{"kind": "tick"}, *rows])[1] == {0.1: 8.1, 0.2: 8.2}
    old = [{"kind": "range", "lr": lr, "loss": 1.0} for lr in (0.1, 0.2)]
    assert seeds_of(old) == [{0.1: 1.0, 0.2: 1.0}]
    assert len(judged(rows, None)) == 2  # the last may still be measured
    assert len(judged(rows[:2], None)) == 1
    assert len(judged(rows, RangeTestResult(reason="", seeds=1))) == 1
    assert judged([], None) == []


def test_nothing_measured_is_no_curve():
    assert curve_of([], RangeTestConfig()).measured == 0
    assert curve_of([{}], RangeTestConfig()).measured == 0
    assert len(curve_of([{0.1: float("nan")}], RangeTestConfig()).lrs) == 0
    assert curve_of([{0.1: 1.0}], RangeTestConfig()).smoothed.tolist() == [1.0]


def _end(losses: list[float], iterations: int = 100) -> int | None:
    watch = Divergence(RangeTestConfig(iterations=iterations), guessing=2.3)
    return next((i for i, loss in enumerate(losses) if watch.came(loss)), None)


def test_divergence():
    assert _end([]) is None
    assert _end([2.3, float("inf")]) == 1
    assert _end([2.3] * 50) is None
    assert 50 <= _end([2.3] * 50 + [40.0] * 10) < 55
    assert _end([2.3] * 3 + [60.0] + [2.3] * 30) is None  # the first losses jump about


def test_a_network_that_makes_hardly_a_mistake_has_not_lost_its_loss():
    """Batches of 64 with one image wrong or none differ by more than four times."""
    jumping = [2.3 * 0.8**i for i in range(20)] + [0.01, 0.3, 0.02, 0.4, 0.2] * 20
    assert _end(jumping) is None
    assert len(jumping) <= _end([*jumping, *[9.0] * 10]) < len(jumping) + 5
