"""What a search tried, how the best came about, and what mattered.

Knows nothing of where trials come from. Plain dicts, as in core/figures/curves.py.
"""

from core.figures.searches.coordinates import search_coordinates
from core.figures.searches.importance import search_importance
from core.figures.searches.steps import search_steps

__all__ = ["search_coordinates", "search_importance", "search_steps"]
