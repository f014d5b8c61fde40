"""Searches: the best values of a few fields, looked for by training one trial after the other.

No TensorFlow, and no Optuna before it is asked for.
"""

from core.searches.dimension import MOST_CHOICES, Dimension, in_words, range_in_words
from core.searches.findings import (
    Coordinates,
    SearchFindings,
    Step,
    coordinates,
    findings,
    study_of_best,
)
from core.searches.importance import LEAST_TRIALS, Importance, importance
from core.searches.launch import check, extend, start
from core.searches.record import (
    SearchRecord,
    SearchState,
    create_search,
    list_searches,
    open_search,
)
from core.searches.search import (
    MOST_DIMENSIONS,
    MOST_TRIALS,
    SearchConfig,
    parse_search,
)
from core.searches.space import AUGMENTATION_STRENGTH, STRONGEST, WIDEST, WIDTH, titles
from core.searches.suggestions import suggestions
from core.searches.trials import SearchTrial, TrialState, best_of, is_over, spent
from core.series import delete_series as delete_search
from core.series import request_stop

__all__ = [
    "AUGMENTATION_STRENGTH",
    "LEAST_TRIALS",
    "MOST_CHOICES",
    "MOST_DIMENSIONS",
    "MOST_TRIALS",
    "STRONGEST",
    "WIDEST",
    "WIDTH",
    "Coordinates",
    "Dimension",
    "Importance",
    "SearchConfig",
    "SearchFindings",
    "SearchRecord",
    "SearchState",
    "SearchTrial",
    "Step",
    "TrialState",
    "best_of",
    "check",
    "coordinates",
    "create_search",
    "delete_search",
    "extend",
    "findings",
    "importance",
    "in_words",
    "is_over",
    "list_searches",
    "open_search",
    "parse_search",
    "range_in_words",
    "request_stop",
    "spent",
    "start",
    "study_of_best",
    "suggestions",
    "titles",
]
