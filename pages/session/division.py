"""How the draft's images are divided, where that is known without long work."""

from __future__ import annotations

from core.config import RunConfig
from core.data.catalog import find_dataset
from core.data.splits import Splits
from core.errors import DatasetError
from pages.session import cache


def divided(draft: RunConfig) -> Splits | None:
    """The division as a run would have it; None where the data set must first be read.

    Which images go where does not hang on their size: where they are in the cache in their own
    size alone, those are divided.

    Raises:
        ConfigError: they cannot be divided so.
    """
    own_size = draft.dataset.model_copy(update={"image_size": None})
    try:
        small = find_dataset(draft.dataset.name).kind == "embedded"
        if cache.is_decoded(draft.dataset):
            return cache.splits(draft)
        if not small and not cache.is_decoded(own_size):
            return None
        return cache.splits(draft.model_copy(update={"dataset": own_size}))
    except DatasetError:
        return None  # what is wrong with the set stands on top of Design: see preflight
