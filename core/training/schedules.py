"""Learning rates as pure functions of the step. Knows nothing of TensorFlow or of models.

Each function gives the learning rate that step `step` (0-based) trains with, out of `total`
steps planned. Steps beyond the plan get the last one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from core.config import (
    ConstantSchedule,
    CosineSchedule,
    CyclicalSchedule,
    InverseTimeSchedule,
    OneCycleSchedule,
    ScheduleConfig,
)


def learning_rate(schedule: ScheduleConfig, step: int, total: int) -> float:
    """The learning rate of one step.

    Args:
        schedule: which schedule, with its numbers.
        step: 0-based index over the whole run.
        total: steps planned over the whole run, at least 1.
    """
    return _FORMULAS[type(schedule)](schedule, step, max(total, 1))


def learning_rates(schedule: ScheduleConfig, first: int, count: int, total: int) -> np.ndarray:
    """The learning rates of `count` steps from `first` on.  # (count,) float32"""
    lrs = [learning_rate(schedule, first + i, total) for i in range(count)]
    return np.asarray(lrs, dtype=np.float32)


def planned_curve(
    schedule: ScheduleConfig, steps_per_epoch: int, total: int, points: int = 300
) -> list[dict[str, Any]]:
    """The schedule over a run as metric rows of kind `tick`, with "epoch" and "lr".

    Args:
        points: about how many; the corners of a cyclical schedule are kept.
    """
    steps = {round(i * (total - 1) / (points - 1)) for i in range(points)}
    if isinstance(schedule, CyclicalSchedule):
        steps.update(range(0, total, max(schedule.step_size, total // points, 1)))
    return [
        {
            "kind": "tick",
            "epoch": step / steps_per_epoch,
            "lr": learning_rate(schedule, step, total),
        }
        for step in sorted(steps)
    ]


def _constant(schedule: ConstantSchedule, step: int, total: int) -> float:
    return schedule.learning_rate


def _inverse_time(schedule: InverseTimeSchedule, step: int, total: int) -> float:
    return schedule.learning_rate / (1.0 + schedule.decay * step)


def _cosine(schedule: CosineSchedule, step: int, total: int) -> float:
    """Loshchilov and Hutter 2016 (SGDR), equation 5, one period, after a linear warm-up."""
    warmup = round(schedule.warmup * total)
    if step < warmup:
        return schedule.learning_rate * (step + 1) / warmup
    return schedule.learning_rate * _half_cosine(step - warmup, total - warmup)


def _one_cycle(schedule: OneCycleSchedule, step: int, total: int) -> float:
    """Smith and Topin 2017 (super-convergence), with cosine flanks."""
    peak = schedule.learning_rate
    start, end = peak / schedule.start_divisor, peak / schedule.end_divisor
    rise = round(schedule.warmup * total)
    if step < rise:
        return peak + (start - peak) * _half_cosine(step, rise)
    return end + (peak - end) * _half_cosine(step - rise, total - rise)


def _cyclical(schedule: CyclicalSchedule, step: int, total: int) -> float:
    """Smith 2015 (cyclical learning rates), section 3.1: the triangular policy.

    The 2018 write-up shrinks by gamma^cycle * gamma^iteration; so does this.
    """
    cycle = math.floor(1 + step / (2 * schedule.step_size))
    x = abs(step / schedule.step_size - 2 * cycle + 1)
    height = schedule.max_learning_rate - schedule.learning_rate
    shrink = schedule.gamma**cycle * schedule.gamma**step
    return schedule.learning_rate + height * max(0.0, 1.0 - x) * shrink


def _half_cosine(step: int, length: int) -> float:
    """Falls from 1 at step 0 to 0 at the last of `length` steps."""
    if length <= 1:
        return 0.0 if step >= length else 1.0
    return 0.5 * (1.0 + math.cos(math.pi * min(step / (length - 1), 1.0)))


_FORMULAS: dict[type, Callable[[Any, int, int], float]] = {
    ConstantSchedule: _constant,
    InverseTimeSchedule: _inverse_time,
    CosineSchedule: _cosine,
    OneCycleSchedule: _one_cycle,
    CyclicalSchedule: _cyclical,
}
