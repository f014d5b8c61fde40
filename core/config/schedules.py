"""Learning-rate schedules, told apart by `kind`.

Knows their numbers and not their formulas: those are in core.training.schedules.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from core.config.base import Fraction, LearningRate, Section


class ConstantSchedule(Section):
    kind: Literal["constant"] = "constant"
    learning_rate: LearningRate = 1e-3


class InverseTimeSchedule(Section):
    """lr / (1 + decay * step): the `decay` of Keras 2's optimizers."""

    kind: Literal["inverse_time"] = "inverse_time"
    learning_rate: LearningRate = 1e-3
    decay: float = Field(1e-4, ge=0.0)


class CosineSchedule(Section):
    """Linear warm-up, then half a cosine to 0 (Loshchilov and Hutter 2016, eq. 5)."""

    kind: Literal["cosine"] = "cosine"
    learning_rate: LearningRate = 1e-3
    warmup: Fraction = Field(0.05, description="share of all steps")


class OneCycleSchedule(Section):
    """Cosine up to `learning_rate`, cosine down to nearly nothing (Smith and Topin 2017)."""

    kind: Literal["one_cycle"] = "one_cycle"
    learning_rate: LearningRate = Field(6e-3, description="the peak")
    warmup: Fraction = Field(0.3, description="share of all steps spent rising")
    start_divisor: float = Field(25.0, gt=1.0)
    end_divisor: float = Field(1e4, gt=1.0)


class CyclicalSchedule(Section):
    """Triangles between two learning rates (Smith 2015, section 3.1), shrunk by gamma."""

    kind: Literal["cyclical"] = "cyclical"
    learning_rate: LearningRate = Field(1e-4, description="the base, where each cycle begins")
    max_learning_rate: LearningRate = 6e-3
    step_size: int = Field(1000, ge=1, description="iterations in half a cycle")
    gamma: float = Field(1.0, gt=0.0, le=1.0)

    @model_validator(mode="after")
    def _ordered(self) -> CyclicalSchedule:
        if self.max_learning_rate <= self.learning_rate:
            raise ValueError(
                f"max_learning_rate is {self.max_learning_rate:g}; it must be above "
                f"learning_rate, {self.learning_rate:g}"
            )
        return self


ScheduleConfig = Annotated[
    ConstantSchedule | InverseTimeSchedule | CosineSchedule | OneCycleSchedule | CyclicalSchedule,
    Field(discriminator="kind"),
]


_LEARNING_RATES = ("learning_rate", "max_learning_rate")


def highest(schedule: ScheduleConfig) -> float:
    """The highest learning rate that the schedule comes to."""
    return max(getattr(schedule, name, 0.0) for name in _LEARNING_RATES)


def scaled(schedule: ScheduleConfig, factor: float) -> ScheduleConfig:
    """The same schedule with all its learning rates so many times as high.

    Args:
        factor: above 0; no learning rate may come above what is allowed.
    """
    changes = {
        # 0.1 * 0.003 is 0.00030000000000000003, which nobody wants to read in a field.
        name: float(f"{factor * getattr(schedule, name):.12g}")
        for name in _LEARNING_RATES
        if hasattr(schedule, name)
    }
    return schedule.model_copy(update=changes)
