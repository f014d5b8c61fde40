"""Variants of a training side by side: curves over their runs, differences, each run's value.

Knows nothing of where runs come from. Plain dicts, as in core/figures/curves.py.
"""

from core.figures.studies.curves import study_curves
from core.figures.studies.rows import study_differences, study_values

__all__ = ["study_curves", "study_differences", "study_values"]
