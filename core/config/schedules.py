"""Learning-rate schedules, told apart by `kind`.

Knows their numbers and not their formulas: those are in core.training.schedules.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from core.config.base import Fraction, LearningRate, Momentum, Section

Factor = Annotated[float, Field(gt=0.0, le=1.0)]


class ConstantSchedule(Section):
    kind: Literal["constant"] = "constant"
    learning_rate: LearningRate = 1e-3


class InverseTimeSchedule(Section):
    """lr / (1 + decay * step): the `decay` of Keras 2's optimizers."""

    kind: Literal["inverse_time"] = "inverse_time"
    learning_rate: LearningRate = 1e-3
    decay: float = Field(1e-4, ge=0.0)


class StepSchedule(Section):
    """Times `factor` every so many epochs."""

    kind: Literal["step"] = "step"
    learning_rate: LearningRate = 1e-2
    factor: Factor = 0.1
    every: int = Field(10, ge=1, le=10_000, description="epochs between two drops")


class ExponentialSchedule(Section):
    """Times `factor` over an epoch, a little at every step."""

    kind: Literal["exponential"] = "exponential"
    learning_rate: LearningRate = 1e-3
    factor: Factor = Field(0.9, description="what an epoch leaves of the learning rate")


class PolynomialSchedule(Section):
    """Down to a share `end` of the learning rate, as (1 - share of steps done)^power."""

    kind: Literal["polynomial"] = "polynomial"
    learning_rate: LearningRate = 1e-3
    power: float = Field(1.0, gt=0.0, le=10.0, description="1 is a line")
    end: Fraction = Field(0.0, description="share of the learning rate left after the last step")


class CosineSchedule(Section):
    """Linear warm-up, then half a cosine down, once or with restarts (Loshchilov and Hutter 2016,
    "SGDR", equation 5)."""

    kind: Literal["cosine"] = "cosine"
    learning_rate: LearningRate = 1e-3
    warmup: Fraction = Field(0.05, description="share of all steps")
    end: Fraction = Field(0.0, description="share of the learning rate left at a cosine's end")
    first_period: int | None = Field(
        None, ge=1, le=10_000, description="epochs to the first restart; None: no restarts"
    )
    t_mult: float = Field(
        2.0, ge=1.0, le=10.0, description="each period is so many times as long as the one before"
    )
    restart_factor: Factor = Field(1.0, description="times the learning rate at each restart")


class OneCycleSchedule(Section):
    """Cosine up to `learning_rate`, cosine down to nearly nothing (Smith and Topin 2017).

    With `cycle_momentum` momentum goes the other way, from its highest to its lowest and back
    (Smith 2018, section 4.3), in place of the optimizer's own.
    """

    kind: Literal["one_cycle"] = "one_cycle"
    learning_rate: LearningRate = Field(6e-3, description="the peak")
    warmup: Fraction = Field(0.3, description="share of all steps spent rising")
    start_divisor: float = Field(25.0, gt=1.0)
    end_divisor: float = Field(1e4, gt=1.0)
    cycle_momentum: bool = Field(
        False, description="Adam's and its kin's beta_1 counts as momentum"
    )
    max_momentum: Momentum = 0.95
    min_momentum: Momentum = 0.85

    @model_validator(mode="after")
    def _momentum_ordered(self) -> OneCycleSchedule:
        if self.min_momentum > self.max_momentum:
            raise ValueError(
                f"min_momentum is {self.min_momentum:g}; it must not be above max_momentum, "
                f"{self.max_momentum:g}"
            )
        return self


CyclePolicy = Literal["triangular", "triangular2", "exp_range", "write_up_2018"]


class CyclicalSchedule(Section):
    """Triangles between two learning rates (Smith 2015, section 3.1).

    triangular     all as high as the first
    triangular2    each half as high as the one before
    exp_range      their height times gamma^iteration
    write_up_2018  their height times gamma^cycle * gamma^iteration, as that write-up has it

    The numbers are the 2018 write-up's.
    """

    kind: Literal["cyclical"] = "cyclical"
    learning_rate: LearningRate = Field(1e-4, description="the base, where each cycle begins")
    max_learning_rate: LearningRate = 6e-3
    step_size: int = Field(1000, ge=1, description="iterations in half a cycle")
    policy: CyclePolicy = "triangular"
    gamma: Factor = Field(1.0, description="of exp_range and write_up_2018")

    @model_validator(mode="before")
    @classmethod
    def _from_before_there_were_policies(cls, data: Any) -> Any:
        """A gamma then shrank the triangles as the 2018 write-up has it."""
        if isinstance(data, dict) and "policy" not in data and data.get("gamma", 1.0) != 1.0:
            return {**data, "policy": "write_up_2018"}
        return data

    @model_validator(mode="after")
    def _ordered(self) -> CyclicalSchedule:
        if self.max_learning_rate <= self.learning_rate:
            raise ValueError(
                f"max_learning_rate is {self.max_learning_rate:g}; it must be above "
                f"learning_rate, {self.learning_rate:g}"
            )
        if self.gamma != 1.0 and self.policy not in SHRINKING_POLICIES:
            raise ValueError(
                f"gamma is {self.gamma:g}, which the policy {self.policy!r} has no use for; set "
                "gamma to 1, or the policy to exp_range or write_up_2018"
            )
        return self


SHRINKING_POLICIES = ("exp_range", "write_up_2018")  # those that gamma is for


class TrapezoidSchedule(Section):
    """Up in a line, flat, and down to 0 in a line (Xing et al. 2018, "A walk with SGD").

    A fall over a fifth of the steps does as well as a cosine in Hägele et al. 2024.
    """

    kind: Literal["trapezoid"] = "trapezoid"
    learning_rate: LearningRate = 1e-3
    warmup: Fraction = Field(0.05, description="share of all steps spent rising")
    fall: Fraction = Field(0.2, description="share of all steps spent falling")

    @model_validator(mode="after")
    def _fits(self) -> TrapezoidSchedule:
        if self.warmup + self.fall > 1.0:
            raise ValueError(
                f"warmup is {self.warmup:g} and fall {self.fall:g}; together they must not be "
                "above 1, all of the run"
            )
        return self


class PlateauSchedule(Section):
    """Times `factor` once the validation loss has not improved for `patience` epochs.

    Counts as Keras's ReduceLROnPlateau does.
    """

    kind: Literal["plateau"] = "plateau"
    learning_rate: LearningRate = 1e-3
    factor: float = Field(0.5, gt=0.0, lt=1.0)
    patience: int = Field(3, ge=1, le=1000, description="epochs without improvement")
    min_delta: float = Field(
        1e-4, ge=0.0, le=1e3, description="nats; the least that counts as an improvement"
    )
    cooldown: int = Field(
        0, ge=0, le=1000, description="epochs after a reduction in which nothing is counted"
    )
    min_learning_rate: LearningRate = Field(1e-6, description="it is reduced no further")

    @model_validator(mode="after")
    def _ordered(self) -> PlateauSchedule:
        if self.min_learning_rate >= self.learning_rate:
            raise ValueError(
                f"min_learning_rate is {self.min_learning_rate:g}; it must be below "
                f"learning_rate, {self.learning_rate:g}"
            )
        return self


ScheduleConfig = Annotated[
    ConstantSchedule
    | InverseTimeSchedule
    | StepSchedule
    | ExponentialSchedule
    | PolynomialSchedule
    | CosineSchedule
    | OneCycleSchedule
    | CyclicalSchedule
    | TrapezoidSchedule
    | PlateauSchedule,
    Field(discriminator="kind"),
]


_LEARNING_RATES = ("learning_rate", "max_learning_rate", "min_learning_rate")


def highest(schedule: ScheduleConfig) -> float:
    """The highest learning rate that the schedule comes to."""
    return max(getattr(schedule, name, 0.0) for name in _LEARNING_RATES)


def highest_momentum(schedule: ScheduleConfig) -> float | None:
    """What a schedule that sets the momentum begins with; None where the optimizer's own holds."""
    if isinstance(schedule, OneCycleSchedule) and schedule.cycle_momentum:
        return schedule.max_momentum
    return None


def momentum_at_highest(schedule: ScheduleConfig) -> float | None:
    """What a schedule that sets the momentum has at its highest rate; None as highest_momentum."""
    if isinstance(schedule, OneCycleSchedule) and schedule.cycle_momentum:
        return schedule.min_momentum
    return None


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
