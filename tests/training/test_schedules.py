"""Schedules against tables worked out by hand from their papers."""

import math

import numpy as np
import pytest

from core.config import (
    ConstantSchedule,
    CosineSchedule,
    CyclicalSchedule,
    InverseTimeSchedule,
    OneCycleSchedule,
)
from core.training.schedules import learning_rate, learning_rates


def test_constant_is_constant():
    assert {learning_rate(ConstantSchedule(learning_rate=0.01), s, 10) for s in range(10)} == {0.01}


@pytest.mark.parametrize(("step", "rate"), [(0, 1e-3), (10_000, 5e-4), (30_000, 2.5e-4)])
def test_inverse_time_is_the_decay_of_the_2018_write_up(step, rate):
    schedule = InverseTimeSchedule(learning_rate=1e-3, decay=1e-4)
    assert learning_rate(schedule, step, 50_000) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("step", "rate"),
    [(0, 1e-4), (500, 3.05e-3), (1000, 6e-3), (1500, 3.05e-3), (2000, 1e-4), (3000, 6e-3)],
)
def test_cyclical_makes_triangles(step, rate):
    assert learning_rate(CyclicalSchedule(), step, 10_000) == pytest.approx(rate)


def test_cyclical_shrinks_by_gamma_to_cycle_and_iteration():
    schedule = CyclicalSchedule(gamma=0.999)
    expected = 1e-4 + (6e-3 - 1e-4) * 0.999**1 * 0.999**1000
    assert learning_rate(schedule, 1000, 10_000) == pytest.approx(expected)


def test_one_cycle_rises_to_its_peak_and_falls_to_nearly_nothing():
    schedule = OneCycleSchedule(learning_rate=6e-3, warmup=0.25)
    rates = learning_rates(schedule, 0, 100, 100)
    assert rates[0] == pytest.approx(6e-3 / 25)
    assert rates.max() == pytest.approx(6e-3)
    assert int(rates.argmax()) in (24, 25)
    assert rates[-1] == pytest.approx(6e-3 / 1e4)
    assert np.all(np.diff(rates[:25]) > 0)
    assert np.all(np.diff(rates[25:]) < 0)


def test_cosine_is_half_way_in_the_middle():
    schedule = CosineSchedule(learning_rate=0.1, warmup=0.0)
    assert learning_rate(schedule, 0, 101) == pytest.approx(0.1)
    assert learning_rate(schedule, 50, 101) == pytest.approx(0.05)
    assert learning_rate(schedule, 100, 101) == pytest.approx(0.0, abs=1e-12)


def test_cosine_warms_up_in_a_line():
    schedule = CosineSchedule(learning_rate=0.1, warmup=0.1)
    assert [learning_rate(schedule, s, 100) for s in (0, 4, 9)] == pytest.approx([0.01, 0.05, 0.1])


@pytest.mark.parametrize(
    "schedule", [CosineSchedule(), OneCycleSchedule(), CyclicalSchedule(), InverseTimeSchedule()]
)
@pytest.mark.parametrize("total", [1, 2, 3])
def test_short_runs_have_rates_too(schedule, total):
    rates = learning_rates(schedule, 0, total + 2, total)
    assert all(math.isfinite(rate) and rate >= 0 for rate in rates)
