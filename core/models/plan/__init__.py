"""What a network consists of, worked out on paper: layers, shapes, parameters, cost.

Needs no TensorFlow, so that the Design page answers at once. The builder makes its
Keras layers from this very plan, so the two cannot drift apart; a test compares them.
"""

from core.models.plan.layer import (
    BASE,
    HEAD,
    INPUT,
    WHITENING,
    LayerPlan,
    Shape,
    total_multiply_adds,
    total_parameters,
    total_trainable,
)
from core.models.plan.memory import (
    StepMemory,
    judged_at_once,
    optimizer_slots,
    training_memory,
)
from core.models.plan.misfits import Mend, Misfit, shrinking_no_side
from core.models.plan.network import misfits, plan_layers, sketch_layers
from core.models.plan.sides import smallest_side

__all__ = [
    "BASE",
    "HEAD",
    "INPUT",
    "WHITENING",
    "LayerPlan",
    "Mend",
    "Misfit",
    "Shape",
    "StepMemory",
    "judged_at_once",
    "misfits",
    "optimizer_slots",
    "plan_layers",
    "shrinking_no_side",
    "sketch_layers",
    "smallest_side",
    "total_multiply_adds",
    "total_parameters",
    "total_trainable",
    "training_memory",
]
