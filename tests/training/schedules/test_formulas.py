"""Schedules against Keras's own, against PyTorch's formulas, and against their papers' tables."""

import math
import tracemalloc

import numpy as np
import pytest

from core.config import (
    ConstantSchedule,
    CosineSchedule,
    CyclicalSchedule,
    ExponentialSchedule,
    InverseTimeSchedule,
    OneCycleSchedule,
    PlateauSchedule,
    PolynomialSchedule,
    StepSchedule,
    TrapezoidSchedule,
    highest,
)
from core.training.schedules import (
    Length,
    learning_rate,
    learning_rates,
    momenta,
    planned_curve,
)

EVERY = [
    ConstantSchedule(),
    InverseTimeSchedule(),
    StepSchedule(factor=0.5, every=1),
    ExponentialSchedule(),
    PolynomialSchedule(power=2.0),
    CosineSchedule(),
    CosineSchedule(first_period=1, warmup=0.2),
    OneCycleSchedule(),
    CyclicalSchedule(step_size=3),
    TrapezoidSchedule(),
    PlateauSchedule(),
]


def at(schedule, step, total, steps_per_epoch=10):
    return learning_rate(schedule, step, Length(total, steps_per_epoch))


def test_constant_is_constant():
    assert {at(ConstantSchedule(learning_rate=0.01), s, 10) for s in range(10)} == {0.01}


@pytest.mark.parametrize(("step", "lr"), [(0, 1e-3), (10_000, 5e-4), (30_000, 2.5e-4)])
def test_inverse_time_is_the_decay_of_the_2018_write_up(step, lr):
    schedule = InverseTimeSchedule(learning_rate=1e-3, decay=1e-4)
    assert at(schedule, step, 50_000) == pytest.approx(lr)


TOTAL, EPOCH = 1000, 50


def _keras_pair(name):
    """A schedule of ours and the same of Keras's."""
    from keras.optimizers import schedules as stock

    pairs = {
        "inverse": (
            InverseTimeSchedule(learning_rate=0.1, decay=0.02),
            stock.InverseTimeDecay(0.1, decay_steps=1, decay_rate=0.02),
        ),
        "step": (
            StepSchedule(learning_rate=0.1, factor=0.3, every=4),
            # Keras's boundary is the last step of the value before it.
            stock.PiecewiseConstantDecay(
                [4 * EPOCH * n - 1 for n in (1, 2, 3, 4)], [0.1 * 0.3**n for n in range(5)]
            ),
        ),
        "step by exponents": (
            StepSchedule(learning_rate=0.1, factor=0.3, every=4),
            stock.ExponentialDecay(0.1, 4 * EPOCH, 0.3, staircase=True),
        ),
        "exponential": (
            ExponentialSchedule(learning_rate=0.1, factor=0.8),
            stock.ExponentialDecay(0.1, EPOCH, 0.8),
        ),
        "polynomial": (
            PolynomialSchedule(learning_rate=0.1, power=1.5, end=0.05),
            stock.PolynomialDecay(0.1, TOTAL, 0.1 * 0.05, power=1.5),
        ),
        "cosine": (
            CosineSchedule(learning_rate=0.1, warmup=0.0, end=0.1),
            stock.CosineDecay(0.1, TOTAL, alpha=0.1),
        ),
        "restarts": (
            CosineSchedule(learning_rate=0.1, warmup=0.0, first_period=2, t_mult=1.5),
            stock.CosineDecayRestarts(0.1, 2 * EPOCH, t_mul=1.5),
        ),
        "restarts of one length": (
            CosineSchedule(
                learning_rate=0.1, warmup=0.0, first_period=3, t_mult=1.0, restart_factor=0.7
            ),
            stock.CosineDecayRestarts(0.1, 3 * EPOCH, t_mul=1.0, m_mul=0.7),
        ),
    }
    return pairs[name]


@pytest.mark.parametrize(
    "name",
    [
        *("inverse", "step", "step by exponents", "exponential", "polynomial"),
        *("cosine", "restarts", "restarts of one length"),
    ],
)
def test_formulas_are_those_of_keras(name):
    ours, theirs = _keras_pair(name)
    lrs = learning_rates(ours, 0, TOTAL, Length(TOTAL, EPOCH))
    stock = np.array([float(theirs(float(step))) for step in range(TOTAL)])
    # Keras reckons restarts in float32: at a restart itself it may still be in the period before.
    far = np.abs(lrs - stock) > 2e-4 * 0.1
    assert far.sum() <= 2
    assert not far[: 2 * EPOCH].any()


def test_the_warm_up_of_cosine_is_keras_s_a_step_ahead():
    """Keras wastes the first step on 0; the cosine is the same."""
    from keras.optimizers.schedules import CosineDecay

    schedule, rise = CosineSchedule(learning_rate=0.1, warmup=0.1), 100
    stock = CosineDecay(0.0, TOTAL - rise, warmup_target=0.1, warmup_steps=rise)
    for step in range(rise):
        assert at(schedule, step, TOTAL) == pytest.approx(float(stock(step + 1.0)), abs=1e-8)
    for step in range(rise, TOTAL):
        assert at(schedule, step, TOTAL) == pytest.approx(float(stock(float(step))), abs=1e-7)


def _torch_one_cycle(step, total, pct_start, peak, base, low, high):
    """OneCycleLR's documented formula, anneal_strategy "cos": (lr, momentum)."""

    def anneal(start, end, share):
        return end + (start - end) / 2.0 * (1 + math.cos(math.pi * share))

    turn, last = pct_start * total - 1, total - 1
    if step <= turn:
        share = step / turn
        return anneal(peak / 25.0, peak, share), anneal(high, low, share)
    share = (step - turn) / (last - turn)
    return anneal(peak, peak / base, share), anneal(low, high, share)


def test_one_cycle_is_torch_s_up_to_one_step():
    """Ours has its peak twice, at the end of the rise and at the begin of the fall."""
    schedule = OneCycleSchedule(learning_rate=0.1, warmup=0.3, cycle_momentum=True)
    lrs = learning_rates(schedule, 0, TOTAL, Length(TOTAL, EPOCH))
    own = momenta(schedule, 0, TOTAL, Length(TOTAL, EPOCH))
    stock = np.array([_torch_one_cycle(s, TOTAL, 0.3, 0.1, 1e4, 0.85, 0.95) for s in range(TOTAL)])
    steepest = np.abs(np.diff(stock, axis=0)).max(axis=0)
    assert np.abs(lrs - stock[:, 0]).max() <= steepest[0]
    assert np.abs(own - stock[:, 1]).max() <= steepest[1]
    assert lrs[:300] == pytest.approx(stock[:300, 0], abs=1e-7)
    assert own[:300] == pytest.approx(stock[:300, 1], abs=1e-6)


def test_one_cycle_rises_to_its_peak_and_falls_to_nearly_nothing():
    schedule = OneCycleSchedule(learning_rate=6e-3, warmup=0.25)
    lrs = learning_rates(schedule, 0, 100, Length(100, 10))
    assert lrs[0] == pytest.approx(6e-3 / 25)
    assert lrs.max() == pytest.approx(6e-3)
    assert int(lrs.argmax()) in (24, 25)
    assert lrs[-1] == pytest.approx(6e-3 / 1e4)
    assert np.all(np.diff(lrs[:25]) > 0)
    assert np.all(np.diff(lrs[25:]) < 0)


def test_momentum_goes_against_the_learning_rate_and_only_where_asked():
    schedule = OneCycleSchedule(warmup=0.25, cycle_momentum=True)
    found = momenta(schedule, 0, 100, Length(100, 10))
    assert found.dtype == np.float32
    assert [found[0], found.min(), found[-1]] == pytest.approx([0.95, 0.85, 0.95])
    assert int(found.argmin()) in (24, 25)
    assert momenta(schedule, 40, 3, Length(100, 10)).tolist() == found[40:43].tolist()
    for other in EVERY:
        assert momenta(other, 0, 5, Length(100, 10)) is None


@pytest.mark.parametrize(
    ("step", "lr"),
    [(0, 1e-4), (500, 3.05e-3), (1000, 6e-3), (1500, 3.05e-3), (2000, 1e-4), (3000, 6e-3)],
)
def test_cyclical_makes_triangles(step, lr):
    assert at(CyclicalSchedule(), step, 10_000) == pytest.approx(lr)


# Peaks of the first three triangles, in heights of the first; and half-way up the second.
# Smith 2015, section 3.1; the same as PyTorch's CyclicLR.
@pytest.mark.parametrize(
    ("policy", "gamma", "heights"),
    [
        ("triangular", 1.0, [1.0, 1.0, 1.0, 0.5]),
        ("triangular2", 1.0, [1.0, 0.5, 0.25, 0.25]),
        ("exp_range", 0.99994, [0.99994**1000, 0.99994**3000, 0.99994**5000, 0.99994**2500 / 2]),
        ("write_up_2018", 0.999, [0.999**1001, 0.999**3002, 0.999**5003, 0.999**2502 / 2]),
    ],
)
def test_the_policies_shrink_as_their_papers_say(policy, gamma, heights):
    schedule = CyclicalSchedule(policy=policy, gamma=gamma)
    found = [
        (at(schedule, step, 10_000) - 1e-4) / (6e-3 - 1e-4) for step in (1000, 3000, 5000, 2500)
    ]
    assert found == pytest.approx(heights)


# SGDR's figure 1: T_0 = 10, T_mult = 2 restarts at epochs 10, 30, 70 and 150; T_0 = 1 at 1, 3, 7.
@pytest.mark.parametrize(
    ("first", "t_mult", "restarts"),
    [(10, 2, [10, 30, 70, 150]), (1, 2, [1, 3, 7, 15, 31, 63, 127]), (50, 1, [50, 100, 150])],
)
def test_restarts_come_when_those_of_sgdr_s_figure_1_do(first, t_mult, restarts):
    schedule = CosineSchedule(learning_rate=0.05, warmup=0.0, first_period=first, t_mult=t_mult)
    lrs = learning_rates(schedule, 0, 200 * 7, Length(200 * 7, 7))
    assert (np.flatnonzero(np.diff(lrs) > 0) + 1).tolist() == [7 * epoch for epoch in restarts]
    assert lrs[[7 * epoch for epoch in restarts]] == pytest.approx(0.05)


def test_a_trapezoid_rises_stays_and_falls():
    schedule = TrapezoidSchedule(learning_rate=0.1, warmup=0.1, fall=0.4)
    lrs = learning_rates(schedule, 0, 100, Length(100, 10))
    assert lrs[:10] == pytest.approx(np.arange(1, 11) / 100)
    assert lrs[10:61] == pytest.approx(0.1)
    assert lrs[60:] == pytest.approx(0.1 * np.arange(40, 0, -1) / 40)


def test_cosine_warms_up_in_a_line():
    schedule = CosineSchedule(learning_rate=0.1, warmup=0.1)
    assert [at(schedule, s, 100) for s in (0, 4, 9)] == pytest.approx([0.01, 0.05, 0.1])


@pytest.mark.parametrize("schedule", EVERY, ids=lambda schedule: schedule.kind)
@pytest.mark.parametrize("total", [1, 2, 3, 100])
def test_no_step_is_wasted_and_steps_beyond_the_plan_get_the_last_rate(schedule, total):
    lrs = learning_rates(schedule, 0, total + 2, Length(total, min(total, 10)))
    assert np.isfinite(lrs).all()
    # Not just above 0, which any schedule is made to be: none of these plans less, not a polynomial
    # of power 2 before its end nor one cycle at its.
    assert lrs.min() > 0.9e-4 * highest(schedule)
    assert lrs[total - 1] == lrs[total] == lrs[total + 1]


def test_a_rate_too_small_for_float32_is_still_one():
    """A row of the record whose learning rate is 0 would not be believed."""
    schedule = StepSchedule(learning_rate=1e-3, factor=0.1, every=1)
    assert learning_rates(schedule, 60, 1, Length(100, 1))[0] > 0


@pytest.mark.parametrize("schedule", EVERY, ids=lambda schedule: schedule.kind)
def test_the_planned_curve_lies_on_the_schedule(schedule):
    length = Length(1000, 20)
    rows = planned_curve(schedule, length)
    steps = [round(row["epoch"] * 20) for row in rows]
    assert steps == sorted(set(steps))
    assert len(rows) <= 610
    assert [row["lr"] for row in rows] == [learning_rate(schedule, s, length) for s in steps]


def test_the_planned_curve_keeps_the_corners():
    length = Length(100_000, 1000)
    steps = {round(row["epoch"] * 1000) for row in planned_curve(StepSchedule(every=30), length)}
    assert {29_999, 30_000, 59_999, 60_000, 99_999} <= steps
    starts = CosineSchedule(first_period=10, warmup=0.0)
    assert {9_999, 10_000, 29_999, 30_000} <= {
        round(row["epoch"] * 1000) for row in planned_curve(starts, length)
    }


def test_a_curve_of_very_many_cycles_takes_no_more_than_one_of_few():
    tracemalloc.start()
    try:
        rows = planned_curve(CyclicalSchedule(step_size=1), Length(1_000_000, 100))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 300 <= len(rows) <= 610 and rows[-1]["epoch"] == 9_999.99
    assert most < 2**20


def test_of_a_plateau_only_its_flat_beginning_is_known_before():
    rows = planned_curve(PlateauSchedule(patience=3), Length(1000, 100))
    assert {row["lr"] for row in rows} == {1e-3}
    assert rows[-1]["epoch"] == 4
