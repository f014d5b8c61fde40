"""What a person calls things: titles in place of the names that configurations use.

Knows nothing of how a title is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.config import (
    LONGEST_TITLE,
    PRESETS,
    ArchitectureConfig,
    CyclicalSchedule,
    RunConfig,
    ScheduleConfig,
    highest,
)
from core.data.catalog import find_dataset
from core.data.places import title_of
from core.errors import DatasetError, readable
from core.figures.labels import shortened
from core.notation import learning_rate
from core.recipes import Recipe


def dataset_title(name: str) -> str:
    """ "cifar10" -> "CIFAR-10"; the folder's name as a heading where there is none here."""
    try:
        return find_dataset(name).title
    except DatasetError:
        return title_of(readable(name))


def recipe_images(recipe: Recipe, draft: RunConfig | None) -> str:
    """Which images a recipe trains on: "CIFAR-10", and whether they are those of the draft.

    Args:
        draft: None where there is none yet.
    """
    images = dataset_title(recipe.for_draft(draft).dataset.name)
    if not recipe.any_images:
        return images
    return f"{images} (or any others)" if draft is None else f"{images} (your draft's)"


def network_title(
    architecture: ArchitectureConfig, own: Mapping[str, ArchitectureConfig] | None = None
) -> str:
    """ "vgg-6" -> the preset's title, and whether more than its head was changed.

    The head follows the number of classes: another one makes no other network.

    Args:
        own: networks of one's own, by name, where it may be one that was changed since. Of a run
            it is not asked: what bears the name today may be another network than it trained.
    """
    preset = PRESETS.get(architecture.name)
    title = preset.title if preset else architecture.name
    begun = preset.architecture if preset else (own or {}).get(architecture.name)
    same = begun is None or architecture.model_copy(update={"head": begun.head}) == begun
    return title if same else f"{title} (changed)"


def config_title(config: RunConfig) -> str:
    """Its own title, else what it trains on what: "Digits · Compact", as long as a title may be."""
    made = f"{dataset_title(config.dataset.name)} · {network_title(config.architecture)}"
    return config.title or shortened(made, LONGEST_TITLE)


def learning_rates(schedule: ScheduleConfig) -> str:
    """The learning rate that a schedule comes to, of a cycle both: "0.0001 to 0.006"."""
    if isinstance(schedule, CyclicalSchedule):
        return f"{learning_rate(schedule.learning_rate)} to {learning_rate(highest(schedule))}"
    return learning_rate(highest(schedule))
