"""Range-test arithmetic on curves whose answer is known."""

import numpy as np
import pytest

from core.config import RangeTestConfig
from core.training.lr_suggestion import diverged, good_band, range_learning_rates, smooth, suggest

LRS = np.geomspace(1e-5, 10.0, 300)


def _curve(fall_at: float, rise_at: float) -> np.ndarray:
    """Flat, falling most steeply at one rate, rising past another."""
    x = np.log10(LRS)
    fall = 1.6 / (1.0 + np.exp(-6.0 * (x - np.log10(fall_at))))
    return 2.3 - fall + np.exp(6.0 * (x - np.log10(rise_at)))


def test_learning_rates_grow_by_a_constant_factor():
    lrs = range_learning_rates(RangeTestConfig(start=1e-5, end=1.0, iterations=101))
    assert lrs[0] == pytest.approx(1e-5)
    assert lrs[-1] == pytest.approx(1.0)
    assert np.allclose(lrs[1:] / lrs[:-1], lrs[1] / lrs[0])


def test_smoothing_is_bias_corrected():
    assert smooth([2.0, 2.0, 2.0], 0.98) == pytest.approx([2.0, 2.0, 2.0])
    assert smooth([1.0, 3.0], 0.5) == pytest.approx([1.0, (0.5 * 0.5 * 1 + 0.5 * 3) / 0.75])


def test_smoothing_ends_where_the_loss_is_lost():
    assert np.isnan(smooth([1.0, float("nan"), 1.0], 0.5)).tolist() == [False, True, True]


@pytest.mark.parametrize("fall_at", [1e-3, 1e-2])
def test_suggestion_is_where_the_loss_falls_fastest(fall_at):
    suggestion = suggest(LRS, _curve(fall_at, 3.0), beta=0.0)
    assert suggestion.learning_rate == pytest.approx(fall_at, rel=0.3)
    assert LRS[suggestion.index] == suggestion.learning_rate


def test_noise_moves_the_suggestion_by_less_than_a_factor_of_three():
    noise = np.random.default_rng(3).normal(0.0, 0.1, len(LRS))
    suggestion = suggest(LRS, _curve(3e-3, 3.0) + noise, beta=0.9)
    assert 1e-3 < suggestion.learning_rate < 2.7e-2


def test_an_early_spike_does_not_decide():
    losses = _curve(1e-2, 3.0)
    losses[3] += 4.0
    assert suggest(LRS, losses, beta=0.0).learning_rate == pytest.approx(1e-2, rel=0.3)


def test_the_good_band_is_the_middle_of_the_fall():
    """A logistic fall has done a tenth where exp(-6 x) is 9, and nine tenths as far beyond."""
    low, high = good_band(LRS, _curve(1e-3, 30.0), beta=0.0)
    half = 10.0 ** (np.log(9.0) / 6.0)
    assert low == pytest.approx(1e-3 / half, rel=0.1)
    assert high == pytest.approx(1e-3 * half, rel=0.1)


@pytest.mark.parametrize("seed", range(20))
def test_the_good_band_holds_the_suggestion_and_ends_before_the_loss_rises(seed):
    noise = np.random.default_rng(seed).normal(0.0, 0.2, len(LRS))
    losses = _curve(3e-3, 3.0) + noise
    low, high = good_band(LRS, losses, beta=0.9)
    assert low <= suggest(LRS, losses, beta=0.9).learning_rate <= high
    assert low < high <= LRS[int(np.argmin(smooth(losses, 0.9)))] < 3.0


def test_no_band_without_a_suggestion():
    assert good_band(LRS, np.linspace(2.3, 9.0, len(LRS))) is None
    assert good_band([], []) is None


def test_no_suggestion_where_the_loss_never_falls():
    suggestion = suggest(LRS, np.linspace(2.3, 9.0, len(LRS)))
    assert suggestion.learning_rate is None
    assert "never fell" in suggestion.reason


def test_no_suggestion_where_it_diverged_at_once():
    losses = np.full(len(LRS), np.nan)
    losses[:5] = 2.3
    assert "too soon" in suggest(LRS, losses).reason


def test_values_that_are_no_numbers_are_cut_off():
    losses = _curve(1e-3, 3.0)
    losses[250:] = np.nan
    assert suggest(LRS, losses, beta=0.0).learning_rate == pytest.approx(1e-3, rel=0.3)


def test_divergence():
    config = RangeTestConfig(iterations=100)
    assert not diverged([], config)
    assert diverged([2.3, float("inf")], config)
    assert not diverged([2.3] * 50, config)
    assert diverged([2.3] * 50 + [40.0] * 10, config)
