"""Learning rates as pure functions of the step. Knows nothing of TensorFlow or of models.

Each function gives the learning rate that step `step` (0-based) trains with, in a run of a
planned length. Where a schedule falls to 0 it would be there after the last step: no step is
wasted on a learning rate of 0. Steps beyond the plan get the last one's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from core.config import (
    ConstantSchedule,
    CosineSchedule,
    CyclicalSchedule,
    ExponentialSchedule,
    InverseTimeSchedule,
    OneCycleSchedule,
    PlateauSchedule,
    PolynomialSchedule,
    ScheduleConfig,
    StepSchedule,
    TrapezoidSchedule,
    highest_momentum,
)

_LEAST = float(np.finfo(np.float32).tiny)  # a learning rate that is cut to 0 trains nothing


@dataclass(frozen=True)
class Length:
    """Of a run as planned, in steps, each at least 1."""

    total: int
    steps_per_epoch: int


def learning_rate(schedule: ScheduleConfig, step: int, length: Length) -> float:
    """The learning rate of one step.

    What a plateau takes away is not known before: here its schedule is flat, and
    core.training.selection has the rest.

    Args:
        schedule: which schedule, with its numbers.
        step: 0-based index over the whole run.
    """
    return _FORMULAS[type(schedule)](schedule, _within(step, length), length)


def learning_rates(schedule: ScheduleConfig, first: int, count: int, length: Length) -> np.ndarray:
    """The learning rates of `count` steps from `first` on.  # (count,) float32, above 0"""
    lrs = [learning_rate(schedule, first + i, length) for i in range(count)]
    return np.maximum(np.asarray(lrs, dtype=np.float32), np.float32(_LEAST))


def momenta(schedule: ScheduleConfig, first: int, count: int, length: Length) -> np.ndarray | None:
    """The momenta of `count` steps from `first` on; None where the optimizer's own holds.

    Smith 2018, section 4.3: high where the learning rate is low, along the same flanks.

    Returns: (count,) float32, from min_momentum to max_momentum.
    """
    if not isinstance(schedule, OneCycleSchedule) or highest_momentum(schedule) is None:
        return None
    low, high = schedule.min_momentum, schedule.max_momentum
    heights = [_height(schedule, _within(first + i, length), length) for i in range(count)]
    return np.asarray([high + (low - high) * height for height in heights], dtype=np.float32)


def planned_curve(
    schedule: ScheduleConfig, length: Length, points: int = 300
) -> list[dict[str, Any]]:
    """The schedule over a run as metric rows of kind `tick`: "epoch", "lr", any "momentum".

    Of a plateau the flat beginning, up to where it may first be reduced.

    Args:
        points: about how many; corners are kept besides, where they are no more than that.
    """
    last = length.total - 1
    if isinstance(schedule, PlateauSchedule):
        last = min(last, (schedule.patience + 1) * length.steps_per_epoch)
    steps = {round(i * last / (points - 1)) for i in range(points)}
    corners = [step for step in _corners(schedule, length, points) if 0 <= step <= last]
    steps.update(corners[:: max(1, -(-len(corners) // points))])
    return [
        {
            "kind": "tick",
            "epoch": step / length.steps_per_epoch,
            "lr": learning_rate(schedule, step, length),
            **_momentum(schedule, step, length),
        }
        for step in sorted(steps)
    ]


def _momentum(schedule: ScheduleConfig, step: int, length: Length) -> dict[str, float]:
    found = momenta(schedule, step, 1, length)
    return {} if found is None else {"momentum": float(found[0])}


def _corners(schedule: ScheduleConfig, length: Length, most: int) -> Iterable[int]:
    """Steps at which the curve turns or jumps, in order; a jump's both ends.

    Args:
        most: of a cycle's, which may be as many as there are steps; others come once an epoch.
    """
    if isinstance(schedule, CyclicalSchedule):
        many = math.ceil(length.total / schedule.step_size)
        return range(0, length.total, schedule.step_size * math.ceil(many / most))
    if isinstance(schedule, StepSchedule):
        drops = range(0, length.total, schedule.every * length.steps_per_epoch)
        return chain.from_iterable((drop - 1, drop) for drop in drops)
    if isinstance(schedule, CosineSchedule):
        return chain.from_iterable((start - 1, start) for start in _starts(schedule, length))
    if isinstance(schedule, TrapezoidSchedule):
        rise, fall = _flanks(schedule, length)
        return (rise, length.total - fall)
    return ()


def _starts(schedule: CosineSchedule, length: Length) -> Iterable[int]:
    """Where each of a cosine's periods begins, the first step that lies in it."""
    if schedule.first_period is None:
        return
    rise = round(schedule.warmup * length.total)
    first = schedule.first_period * length.steps_per_epoch
    for count in range(length.total // length.steps_per_epoch + 1):
        start = math.ceil(rise + first * _periods(count, schedule.t_mult) - 1e-6)
        if start >= length.total:
            return
        yield start


def _within(step: int, length: Length) -> int:
    return min(step, length.total - 1)


def _constant(schedule: ConstantSchedule | PlateauSchedule, step: int, length: Length) -> float:
    return schedule.learning_rate


def _inverse_time(schedule: InverseTimeSchedule, step: int, length: Length) -> float:
    return schedule.learning_rate / (1.0 + schedule.decay * step)


def _step(schedule: StepSchedule, step: int, length: Length) -> float:
    drops = step // (schedule.every * length.steps_per_epoch)
    return schedule.learning_rate * schedule.factor**drops


def _exponential(schedule: ExponentialSchedule, step: int, length: Length) -> float:
    return schedule.learning_rate * schedule.factor ** (step / length.steps_per_epoch)


def _polynomial(schedule: PolynomialSchedule, step: int, length: Length) -> float:
    left = (1.0 - step / length.total) ** schedule.power
    return schedule.learning_rate * (schedule.end + (1.0 - schedule.end) * left)


def _cosine(schedule: CosineSchedule, step: int, length: Length) -> float:
    """Loshchilov and Hutter 2016 (SGDR), equation 5, after a linear warm-up."""
    rise = round(schedule.warmup * length.total)
    if step < rise:
        return schedule.learning_rate * (step + 1) / rise
    low, top, done = schedule.learning_rate * schedule.end, schedule.learning_rate, step - rise
    if schedule.first_period is None:
        share = done / (length.total - rise)
    else:
        first = schedule.first_period * length.steps_per_epoch
        restarts = _restarts(done / first, schedule.t_mult)
        period = first * schedule.t_mult**restarts
        share = max(0.0, done - first * _periods(restarts, schedule.t_mult)) / period
        top = max(low, top * schedule.restart_factor**restarts)
    return low + (top - low) * 0.5 * (1.0 + math.cos(math.pi * share))


def _periods(count: int, t_mult: float) -> float:
    """How long so many periods are together, in first periods."""
    return float(count) if t_mult == 1.0 else (t_mult**count - 1.0) / (t_mult - 1.0)


def _restarts(done: float, t_mult: float) -> int:
    """How many periods are over after so many first periods' time."""
    exact = done if t_mult == 1.0 else math.log1p(done * (t_mult - 1.0)) / math.log(t_mult)
    return int(exact + 1e-9)  # a period that ends with a step has ended


def _one_cycle(schedule: OneCycleSchedule, step: int, length: Length) -> float:
    """Smith and Topin 2017 (super-convergence), with cosine flanks."""
    peak = schedule.learning_rate
    rising = step < round(schedule.warmup * length.total)
    low = peak / (schedule.start_divisor if rising else schedule.end_divisor)
    return low + (peak - low) * _height(schedule, step, length)


def _height(schedule: OneCycleSchedule, step: int, length: Length) -> float:
    """How far up the cycle is, from 0 at its ends to 1 at its peak."""
    rise = round(schedule.warmup * length.total)
    if step < rise:
        return 1.0 - _half_cosine(step, rise)
    return _half_cosine(step - rise, length.total - rise)


def _half_cosine(step: int, length: int) -> float:
    """Falls from 1 at step 0 to 0 at the last of `length` steps."""
    if length <= 1:
        return 0.0 if step >= length else 1.0
    return 0.5 * (1.0 + math.cos(math.pi * min(step / (length - 1), 1.0)))


def _cyclical(schedule: CyclicalSchedule, step: int, length: Length) -> float:
    """Smith 2015 (cyclical learning rates), section 3.1, and the 2018 write-up's own shrinking."""
    cycle = math.floor(1 + step / (2 * schedule.step_size))
    x = abs(step / schedule.step_size - 2 * cycle + 1)
    height = schedule.max_learning_rate - schedule.learning_rate
    shrink = _SHRINKING[schedule.policy](schedule.gamma, cycle, step)
    return schedule.learning_rate + height * max(0.0, 1.0 - x) * shrink


def _trapezoid(schedule: TrapezoidSchedule, step: int, length: Length) -> float:
    rise, fall = _flanks(schedule, length)
    if step < rise:
        return schedule.learning_rate * (step + 1) / rise
    return schedule.learning_rate * min(1.0, (length.total - step) / max(fall, 1))


def _flanks(schedule: TrapezoidSchedule, length: Length) -> tuple[int, int]:
    """Steps spent rising and steps spent falling."""
    return round(schedule.warmup * length.total), round(schedule.fall * length.total)


_SHRINKING: dict[str, Callable[[float, int, int], float]] = {
    "triangular": lambda gamma, cycle, step: 1.0,
    "triangular2": lambda gamma, cycle, step: 0.5 ** (cycle - 1),
    "exp_range": lambda gamma, cycle, step: gamma**step,
    "write_up_2018": lambda gamma, cycle, step: gamma**cycle * gamma**step,
}

_FORMULAS: dict[type, Callable[[Any, int, Length], float]] = {
    ConstantSchedule: _constant,
    InverseTimeSchedule: _inverse_time,
    StepSchedule: _step,
    ExponentialSchedule: _exponential,
    PolynomialSchedule: _polynomial,
    CosineSchedule: _cosine,
    OneCycleSchedule: _one_cycle,
    CyclicalSchedule: _cyclical,
    TrapezoidSchedule: _trapezoid,
    PlateauSchedule: _constant,
}
