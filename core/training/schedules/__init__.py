"""Learning rates as planned: of a step, and of a run in one phase or two. No TensorFlow."""

from core.training.schedules.formulas import (
    Length,
    learning_rate,
    learning_rates,
    momenta,
    planned_curve,
)
from core.training.schedules.phases import (
    TrainingPhase,
    momentum_of_step,
    phase_of_step,
    planned_curve_of_run,
    training_phases,
)

__all__ = [
    "Length",
    "TrainingPhase",
    "learning_rate",
    "learning_rates",
    "momenta",
    "momentum_of_step",
    "phase_of_step",
    "planned_curve",
    "planned_curve_of_run",
    "training_phases",
]
