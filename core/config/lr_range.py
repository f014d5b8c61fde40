"""The range of a learning-rate range test, and how it is walked.

Knows its numbers only: what is measured, and what follows from it, is core.training's.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from core.config.base import LearningRate, Section

Spacing = Literal["exponential", "linear"]
MOST_ITERATIONS = 5000
_DIVERGENCE = "stop at so many times the best loss, where that is above the loss of guessing"


class RangeTestConfig(Section):
    """Learning-rate range test (Smith 2015, section 3.3): a batch at each of growing rates.

    Model, optimizer, augmentation, precision and, where none is named here, batch size are the
    run's own, so that the rate that is found is one for that run. A momentum that the schedule
    cycles is the one that the run has at its highest rate, the lowest of the cycle: a higher one
    makes longer steps of the same rate.
    """

    start: LearningRate = 1e-5
    end: LearningRate = 1.0
    spacing: Spacing = Field(
        "exponential",
        description="exponential: the rate grows by a factor an iteration, so that each decade "
        "gets as many; linear: by a summand, as in Smith 2015, section 3.3",
    )
    iterations: int = Field(300, ge=20, le=MOST_ITERATIONS)
    seeds: int = Field(
        1, ge=1, le=5, description="how often it is measured, each time from other weights"
    )
    batch_size: int | None = Field(None, ge=1, le=8192, description="None: the run's own")
    smoothing: float = Field(
        0.95,
        ge=0.0,
        lt=1.0,
        description="what is left of the noise of a batch is that of an exponential average with "
        "this weight of the past; the average itself goes both ways and does not lag",
    )
    divergence: float = Field(4.0, gt=1.0, description=_DIVERGENCE)

    @model_validator(mode="after")
    def _ordered(self) -> RangeTestConfig:
        if self.end <= self.start:
            raise ValueError(f"end is {self.end:g}; it must be above start, {self.start:g}")
        return self
