"""A value of a dimension put into a configuration, and what dimensions are called.

A dimension is a field by its dotted path, or one of a few that are no single field: the
network's width, the strength of the augmentation. Knows nothing of which values are tried.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from core.config import AugmentationConfig, RunConfig, apply_changes
from core.errors import ConfigError
from core.studies.questions import FACTORS

WIDTH: Final = "width"
AUGMENTATION_STRENGTH: Final = "augmentation_strength"
WIDEST, STRONGEST = 16.0, 2.0
# What grows with the strength; flips are on or off, and how often an image is erased is a chance.
_RANGES = (
    *("width_shift", "height_shift", "rotation", "shear", "zoom", "brightness", "contrast"),
    *("crop_padding", "erasing", "mixup", "cutmix"),
)
_TITLES: Final = {
    **{factor.path: factor.title for factor in FACTORS},
    WIDTH: "Width",
    AUGMENTATION_STRENGTH: "Augmentation strength",
}
_ROWS = {"blocks": "block", "dense": "dense"}


def with_values(base: RunConfig, values: Mapping[str, Any]) -> RunConfig:
    """A configuration with a value for each dimension, one after the other.

    Raises:
        ConfigError: a field that there is not, or that cannot have its value.
    """
    config = base
    for name, value in values.items():
        config = with_value(config, name, value)
    return config


def with_value(config: RunConfig, name: str, value: Any) -> RunConfig:
    """The same for one dimension."""
    derived = _DERIVED.get(name)
    if derived is None:
        return apply_changes(config, [(name, value)])
    (change, most) = derived
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigError(f"{name}: received {value!r}; it must be a number")
    if not 0.0 <= value <= most:
        raise ConfigError(f"{name}: received {value:g}; it must be from 0 to {most:g}")
    return change(config, float(value))


def _widened(config: RunConfig, factor: float) -> RunConfig:
    """All filters and dense units so many times as many, and one at least."""
    network = config.architecture
    if not network.blocks and not network.dense:
        raise ConfigError("width: the network has neither blocks nor dense layers to widen")
    rows = {f"blocks.{i}.filters": block.filters for i, block in enumerate(network.blocks)}
    rows |= {f"dense.{i}.units": dense.units for i, dense in enumerate(network.dense)}
    wider = {name: max(math.floor(factor * number + 0.5), 1) for name, number in rows.items()}
    return apply_changes(config, [(f"architecture.{name}", new) for name, new in wider.items()])


def _strengthened(config: RunConfig, factor: float) -> RunConfig:
    """All ranges so many times as wide, as far as the fields allow."""
    ranges = {name: getattr(config.augmentation, name) for name in _RANGES}
    if not any(ranges.values()):
        raise ConfigError(
            "augmentation_strength: the base changes no image by an amount that could be another",
            "Give it a rotation, shifts or the like.",
        )
    scaled = {name: _allowed(name, factor * old) for name, old in ranges.items() if old}
    return apply_changes(config, [(f"augmentation.{name}", new) for name, new in scaled.items()])


def _allowed(name: str, value: float) -> float:
    """The value, or the highest below it that the field can have."""
    field = AugmentationConfig.model_fields[name]
    bounds = [getattr(rule, "le", None) for rule in field.metadata]
    below = [getattr(rule, "lt", None) for rule in field.metadata]
    most = min([bound for bound in bounds if bound is not None], default=math.inf)
    least_above = min([bound for bound in below if bound is not None], default=math.inf)
    value = min(value, most, 0.99 * least_above)
    return math.floor(value + 0.5) if field.annotation is int else float(f"{value:.12g}")


_DERIVED: Final[dict[str, tuple[Callable[[RunConfig, float], RunConfig], float]]] = {
    WIDTH: (_widened, WIDEST),
    AUGMENTATION_STRENGTH: (_strengthened, STRONGEST),
}


def titles(names: Iterable[str]) -> dict[str, str]:
    """What each dimension is called: "schedule.learning_rate" -> "Learning rate"."""
    names = list(names)
    short = {name: _TITLES.get(name) or _spelled(name.split(".")) for name in names}
    often = Counter(short.values())
    # Two of one name are told apart by where they stand: "Fine tuning learning rate".
    return {
        name: title if often[title] == 1 else _spelled(name.split("."), 2)
        for name, title in short.items()
    }


def _spelled(path: list[str], parts: int = 1) -> str:
    """The end of a path in words; a row by its number: "Block 1 filters"."""
    kept = path[-parts:]
    if len(path) >= 3 and path[-2].isdecimal():
        row = _ROWS.get(path[-3], path[-3])
        kept = [f"{row} {int(path[-2]) + 1}", path[-1]]
    words = " ".join(kept).replace("_", " ")
    return words[:1].upper() + words[1:]
