"""The arithmetic of a learning-rate range test: rates, smoothing, when to stop, suggestions.

Pure functions over numbers. No TensorFlow, and nothing of how the losses were measured.
"""

from core.training.lr_suggestion.adoption import adopt, is_adopted
from core.training.lr_suggestion.advice import advise
from core.training.lr_suggestion.curve import (
    Curve,
    Divergence,
    Seed,
    curve_of,
    judged,
    range_learning_rates,
    seeds_of,
)
from core.training.lr_suggestion.descent import loss_of_guessing
from core.training.lr_suggestion.smoothing import smooth

__all__ = [
    "Curve",
    "Divergence",
    "Seed",
    "adopt",
    "advise",
    "curve_of",
    "is_adopted",
    "judged",
    "loss_of_guessing",
    "range_learning_rates",
    "seeds_of",
    "smooth",
]
