"""What a variant changes, in words. Knows nothing of where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.notation import learning_rate
from core.studies.study import MOST_VARIANTS, StudyConfig, Variant, leaves_between

_LONGEST = 60  # characters of a value
_SHORT = 40  # characters of a name made of a change
_MOST_FIELDS = 3  # of a network, that are told one by one


def variant_in_words(study: StudyConfig, variant: Variant) -> str:
    """ "batch size 32, dropout 0"; "as it is" of one that changes nothing of the base."""
    base = study.base.model_dump(mode="json")
    words = [_change(base, path, value) for path, value in variant.changes.items()]
    return ", ".join(word for word in words if word) or "as it is"


def new_name(study: StudyConfig, changes: Mapping[str, Any]) -> str:
    """A name for what changes this, that no variant of the study bears."""
    path, value = next(iter(changes.items()))
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    plain = f"{_name(path)} {_value(value)}"[:_SHORT].capitalize() + more
    taken = {variant.name for variant in study.variants}
    names = (plain, *(f"{plain} ({number})" for number in range(2, MOST_VARIANTS + 2)))
    return next(name for name in names if name not in taken)


def _change(base: dict[str, Any], path: str, value: Any) -> str:
    """One field in words; empty where it is what the base has."""
    before: Any = base
    for name in path.split("."):
        before = before.get(name) if isinstance(before, dict) else None
    if before == value:
        return ""
    if path == "architecture":
        return _network(before, value)
    if isinstance(value, dict) and "kind" not in value:
        return f"{_name(path)}: {_value(value)}"
    return f"{_name(path)} {_value(value)}"


def _network(before: Any, after: Any) -> str:
    """Which fields of blocks and layers are others; another network altogether by its name."""
    found = dict(leaves_between(before, after))
    if len(found) > _MOST_FIELDS:
        return f"network {after.get('name', '')}"
    return ", ".join(f"{_name(name)} {', '.join(values)}" for name, values in found.items())


def _name(path: str) -> str:
    """ "training.batch_size" -> "batch size"."""
    return path.rpartition(".")[2].replace("_", " ") if "." in path else path


def _value(value: Any) -> str:
    if isinstance(value, dict):
        if "kind" in value and "learning_rate" in value:
            return _schedule(value)
        if "kind" in value:
            return str(value.get("name") or value["kind"])
        on = {key: item for key, item in value.items() if item and key not in ("fill",)}
        return ", ".join(_name(key) for key in on) or "none"
    if isinstance(value, float):
        return learning_rate(value)
    return str(value)[:_LONGEST]


def _schedule(value: dict[str, Any]) -> str:
    low, high = value["learning_rate"], value.get("max_learning_rate")
    ends = learning_rate(low)
    if high is not None:
        ends = f"{ends} to {learning_rate(high)}"
    return f"{str(value['kind']).replace('_', ' ')}, {ends}"
