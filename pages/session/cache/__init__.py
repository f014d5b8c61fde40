"""st.cache_* around core: what pages read again and again is read once.

Knows how long a result stays true, and nothing of what it means. Keys hold a file's
modification time where the file may change. What each look of a live page asks for is passed
by name: without one, Streamlit asks `inspect` for the function's signature at each call.
"""

from __future__ import annotations

from pages.session.cache.answers import (
    activations,
    model,
    probabilities,
    test_probabilities,
    upload,
    warm_up,
)
from pages.session.cache.images import (
    augmented,
    dataset,
    is_decoded,
    splits,
    stats,
    subset,
    test_images,
)
from pages.session.cache.records import (
    evaluation,
    metrics_log,
    model_file,
    run_config,
)

__all__ = [
    "activations",
    "augmented",
    "dataset",
    "evaluation",
    "is_decoded",
    "metrics_log",
    "model",
    "model_file",
    "probabilities",
    "run_config",
    "splits",
    "stats",
    "subset",
    "test_images",
    "test_probabilities",
    "upload",
    "warm_up",
]
