"""A run as one phase or, where a base that others trained is fine-tuned, as two.

In the first the base stays as it is, in the second it trains, too. Pure arithmetic over steps;
knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.config import RunConfig, ScheduleConfig, highest, scaled
from core.training.schedules.formulas import Length, learning_rates, momenta, planned_curve


@dataclass(frozen=True)
class TrainingPhase:
    """Steps of a run that are taken in one way, with a schedule of their own."""

    first: int  # of its steps, counted over the whole run from 0
    length: Length
    schedule: ScheduleConfig
    fine_tunes: bool = False  # the base trains

    @property
    def end(self) -> int:
        """The first step after it."""
        return self.first + self.length.total

    def learning_rates(self, first: int, count: int) -> np.ndarray:
        """Those of `count` steps from step `first` of the run on.  # (count,) float32"""
        return learning_rates(self.schedule, first - self.first, count, self.length)

    def momenta(self, first: int, count: int) -> np.ndarray | None:
        """As learning_rates; None where the optimizer's own holds.  # (count,) float32"""
        return momenta(self.schedule, first - self.first, count, self.length)


def training_phases(config: RunConfig, num_images: int) -> tuple[TrainingPhase, ...]:
    """The phases of a run on so many training images, in order.

    The second's schedule is the first's begun anew over the steps that are left, with all its
    learning rates so many times as high that the highest is training.fine_tuning's.
    """
    training, schedule = config.training, config.schedule
    epoch, total = training.steps_in_epoch(num_images), training.total_steps(num_images)
    fine_tuning = training.fine_tuning
    if fine_tuning is None:
        return (TrainingPhase(0, Length(total, epoch), schedule),)
    frozen = fine_tuning.frozen_epochs * epoch
    lower = scaled(schedule, fine_tuning.learning_rate / highest(schedule))
    return (
        TrainingPhase(0, Length(frozen, epoch), schedule),
        TrainingPhase(frozen, Length(total - frozen, epoch), lower, fine_tunes=True),
    )


def phase_of_step(phases: Sequence[TrainingPhase], step: int) -> TrainingPhase:
    """The phase in which a step, counted from 0, is taken; of a step beyond the run the last."""
    return next((phase for phase in phases if step < phase.end), phases[-1])


def momentum_of_step(phases: Sequence[TrainingPhase], step: int) -> float | None:
    """What a schedule sets at a step, counted from 0; None where the optimizer's own holds."""
    found = phase_of_step(phases, step).momenta(step, 1)
    return None if found is None else float(found[0])


def planned_curve_of_run(phases: Sequence[TrainingPhase]) -> list[dict[str, Any]]:
    """The learning rate, and momentum where it is set, over all phases, see `planned_curve`."""
    rows = []
    for phase in phases:
        begin = phase.first / phase.length.steps_per_epoch
        curve = planned_curve(phase.schedule, phase.length)
        rows += [{**row, "epoch": begin + row["epoch"]} for row in curve]
    return rows
