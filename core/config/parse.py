"""From JSON to a RunConfig, and single fields changed by their dotted path.

Every error names the field, the value received and what is allowed.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from core.config.architecture import ArchitectureConfig
from core.config.architecture.rows import in_place_of, like_those_before, set_everywhere
from core.config.run import RunConfig
from core.config.training import TrainingConfig
from core.errors import ConfigError, ReadingError
from core.reading import read_json

_MOST_ERRORS = 8  # told at once
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 120  # characters
LARGEST_CONFIG = 1 << 20  # bytes; the largest of ours takes some thousand


def parse_config(data: Any) -> RunConfig:
    """Build a RunConfig from parsed JSON.

    Raises:
        ConfigError: naming each wrong field, the value received and what is allowed.
    """
    _require_plain_text(data)
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigError(describe_errors(error)) from error


def parse_architecture(data: Any) -> ArchitectureConfig:
    """Build an ArchitectureConfig from parsed JSON, its own or that of a whole RunConfig.

    Raises:
        ConfigError: as parse_config.
    """
    if isinstance(data, dict) and "architecture" in data:
        return parse_config(data).architecture
    _require_plain_text(data)
    try:
        return ArchitectureConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigError(describe_errors(error)) from error


def _require_plain_text(data: Any) -> None:
    """Names may become files and are written again: JSON can spell what no file can hold."""
    try:
        text = json.dumps(data, ensure_ascii=False, default=str)
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigError("A text in the configuration holds half a character.") from error
    except (RecursionError, ValueError) as error:
        raise ConfigError("The configuration is nested too deeply to be read.") from error
    if "\\u0000" in text:
        raise ConfigError("A text in the configuration holds a null character.")


def load_config(path: Path) -> RunConfig:
    """Read a RunConfig from a JSON file.

    Raises:
        ConfigError: the file is missing, is not JSON, or holds a wrong value.
    """
    return parse_config(read_config(path))


def read_config(path: Path) -> Any:
    """The JSON of a configuration. Raises ConfigError where there is none to be read."""
    try:
        return read_json(path, LARGEST_CONFIG)
    except ReadingError as error:
        raise ConfigError(error.message, error.advice) from error


def describe_errors(error: ValidationError) -> str:
    """One line a wrong field: `training.epochs: received 0; input should be ...`."""
    found = error.errors()
    lines = [_describe(item) for item in found[:_MOST_ERRORS]]
    if len(found) > _MOST_ERRORS:
        lines.append(f"and {len(found) - _MOST_ERRORS:,} more")
    return "\n".join(lines)


def _describe(item: Any) -> str:
    field = ".".join(str(name)[:80] for name in item["loc"]) or "configuration"
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "missing":
        return f"{field}: is missing; it must be given"
    if item["type"] == "extra_forbidden":
        return f"{field}: received {_SHORT.repr(item['input'])}, but there is no such field"
    if isinstance(item["input"], (dict, list, tuple, BaseModel)):
        return f"{field}: {message}"
    return f"{field}: received {_SHORT.repr(item['input'])}; {message[0].lower()}{message[1:]}"


def apply_overrides(config: RunConfig, assignments: list[str]) -> RunConfig:
    """Set fields by dotted path: `["training.epochs=2", "epochs=2", "dataset.name=digits"]`.

    A path's first part may be left out where it is a field of `training` (`epochs=2`).
    Values are JSON where they parse as JSON, else text.

    Raises:
        ConfigError: an assignment without '=', an unknown field or a wrong value.
    """
    changes = []
    for assignment in assignments:
        path, separator, text = assignment.partition("=")
        if not separator or not path.strip():
            raise ConfigError(f"--set {assignment!r}: write it as field=value")
        changes.append((path.strip(), _json_or_text(text)))
    return apply_changes(config, changes)


def apply_changes(config: RunConfig, changes: Iterable[tuple[str, Any]]) -> RunConfig:
    """Set fields by dotted path, one after the other; see `apply_overrides`.

    A number in a path is a place in a list: ("architecture.blocks.0.filters", 16). What was once
    the whole network's, such as ("architecture.activation", "tanh"), is set in all its rows.

    Raises:
        ConfigError: an unknown field or a wrong value.
    """
    data = config.model_dump(mode="json")
    for path, value in changes:
        _assign(data, path.split("."), value)
        if path == "architecture":  # a preset or a file of before, whose fields may be set next
            data = parse_config(data).model_dump(mode="json")
    return parse_config(data)


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # ValueError: also of a number of thousands of digits
        return text


def _assign(data: dict[str, Any], path: list[str], value: Any) -> None:
    if len(path) == 1 and path[0] not in data and path[0] in TrainingConfig.model_fields:
        path = ["training", *path]
    place: Any = data
    for name in path[:-1]:
        place = _inside(place, name)
        if not isinstance(place, (dict, list)):
            raise ConfigError(f"--set {'.'.join(path)}: {name!r} has no fields to set")
    if isinstance(place, list):
        if not path[-1].isdecimal() or int(path[-1]) >= len(place):
            raise ConfigError(f"--set {'.'.join(path)}: there is no item {path[-1]!r} to set")
        place[int(path[-1])] = in_place_of(place[int(path[-1])], path[-2], value)
        return
    if path[:-1] == ["architecture"]:
        if _sets_everywhere(place, path[-1], value):
            return
        value = like_those_before(place, path[-1], value)
    if path[-1] == "kind" and value != place.get("kind"):
        # Another kind has other fields, so those of the old kind go, save the learning rate.
        kept = {k: v for k, v in place.items() if k == "learning_rate"}
        place.clear()
        place.update(kept)
    place[path[-1]] = value


def _sets_everywhere(architecture: dict[str, Any], name: str, value: Any) -> bool:
    try:
        return set_everywhere(architecture, name, value)
    except ValueError as error:
        raise ConfigError(f"architecture: {error}") from error


def _inside(place: Any, name: str) -> Any:
    """What a field or an item of a list holds; None where there is none of that name."""
    if isinstance(place, dict):
        return place.get(name)
    if isinstance(place, list) and name.isdecimal() and int(name) < len(place):
        return place[int(name)]
    return None
