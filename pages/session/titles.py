"""What a person calls things: titles in place of the names that configurations use.

Knows nothing of how a title is shown.
"""

from __future__ import annotations

from core.config import PRESETS, ArchitectureConfig, RunConfig
from core.data.catalog import find_dataset
from core.data.places import title_of
from core.errors import DatasetError, readable


def dataset_title(name: str) -> str:
    """ "cifar10" -> "CIFAR-10"; the folder's name as a heading where there is none here."""
    try:
        return find_dataset(name).title
    except DatasetError:
        return title_of(readable(name))


def network_title(architecture: ArchitectureConfig) -> str:
    """ "vgg-6" -> the preset's title, and whether more than its head was changed.

    The head follows the number of classes: another one makes no other network. A network of
    one's own keeps its name.
    """
    preset = PRESETS.get(architecture.name)
    if preset is None:
        return architecture.name
    same = architecture.model_copy(update={"head": preset.architecture.head})
    return preset.title if same == preset.architecture else f"{preset.title} (changed)"


def config_title(config: RunConfig) -> str:
    """Its own title, else what it trains on what: "Digits · Compact"."""
    own = f"{dataset_title(config.dataset.name)} · {network_title(config.architecture)}"
    return config.title or own
