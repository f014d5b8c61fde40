"""Where a range test's loss falls fastest: on curves whose answer is known, beside fits by others,
and what is said where it lies at an end."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import make_smoothing_spline
from scipy.signal import savgol_filter

from core.config import RangeTestConfig
from core.training.lr_suggestion import advise
from tests.training.lr_suggestion.curves import (
    FALLING,
    GUESSING,
    KNOWN,
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
def test_steepest_is_where_the_formula_falls_fastest(known: Known, number: int):
    found = rates(advise([known.seed(number)], run_of(known.test), GUESSING))
    if known.inner:
        assert known.steepest / 2 < found["Steepest"] < known.steepest * 2
    else:
        assert "Steepest" not in found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("steepest where it begins", "at the lower end of what was measured; a lower start may"),
        ("steepest where it ends", "at the upper end of what was measured; a higher end may show"),
        ("steepest where it is lost", "at the upper end of what was measured."),
    ],
)
def test_why_steepest_says_none(name: str, words: str):
    known = next(known for known in KNOWN if known.name == name)
    lost = int(known.lost_at is not None)
    (rule,) = advise([known.seed()], run_of(known.test), GUESSING, lost=lost).refused
    assert rule.name == "Steepest" and words in rule.why
    assert not advise([KNOWN[0].seed()], run_of(KNOWN[0].test), GUESSING).refused


def test_a_linear_test_cannot_begin_lower():
    linear = RangeTestConfig(start=1e-3, end=0.6, spacing="linear", iterations=300)
    known = Known("", of(2.3, fall(0.01, 1.6, 4.0), rise(0.9, 12.0)), noise=0.03, test=linear)
    (rule,) = advise([known.seed()], run_of(linear), GUESSING).refused
    assert rule.why.endswith("exponential steps may show where.")


def fitted_steepest(x: np.ndarray, y: np.ndarray) -> list[float]:
    """Rates at which it falls fastest on its way to its lowest: of parabolas fitted to an eighth to
    a quarter of the curve at a time (Savitzky and Golay 1964), and of smoothing splines, the first
    as stiff as cross-validation has it. Of all that was measured, the first tenth too."""
    found = []
    for share in (8, 6, 5, 4):
        window = len(x) // share | 1
        smooth, slopes = (savgol_filter(y, window, 2, deriv=order) for order in (0, 1))
        first = window // 2  # at the ends a parabola does as it likes
        found.append(x[first + int(slopes[first : int(smooth.argmin()) + 1].argmin())])
    for stiffness in (None, 1e-3, 1e-2, 1e-1):
        spline = make_smoothing_spline(x, y, lam=stiffness)
        slopes = spline.derivative()(x)
        found.append(x[int(slopes[: int(spline(x).argmin()) + 1].argmin())])
    return [float(10**place) for place in found]


@pytest.mark.parametrize(
    ("recipe", "inner"), [("digits-quick", True), ("cifar10-fast", False), ("cifar10-2018", True)]
)
def test_steepest_of_a_recorded_curve_is_where_fits_of_others_have_it(recipe: str, inner: bool):
    """Within a factor of two of each; of cifar10-fast all of them lie in the first sixth."""
    config, seeds = recorded(recipe)
    x, y = mean_curve(seeds)
    fitted, sixth = fitted_steepest(x, y), 10 ** x[len(x) // 6]
    assert [lr > sixth for lr in fitted] == [inner] * len(fitted)
    found = rates(advise(seeds, config, GUESSING))
    if inner:
        assert max(fitted) / 2 < found["Steepest"] < min(fitted) * 2
    else:
        assert "Steepest" not in found
