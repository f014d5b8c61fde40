"""Networks of one's own: an architecture under a name, a small JSON file each in runs/.networks.

A file may be put there by hand as well: its name is the network's. Knows nothing of pages.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from core.config import PRESETS, ArchitectureConfig, parse_architecture
from core.errors import ConfigError, ReadingError
from core.files import remove_left_over, write_atomically
from core.reading import is_file, listed, name_of, one_line, parse_json, read_bytes, version
from core.runs.store import runs_folder

MOST_LETTERS = 40
MOST = 100  # that are listed; no more are saved
_MOST_BYTES = 1 << 20  # of a file; the largest of ours takes some thousand
_LEFT_OVER_SECONDS = 600.0
_SUFFIX = ".json"


def save_network(name: str, architecture: ArchitectureConfig, folder: Path | None = None) -> str:
    """Write it under its name, in place of one that bears the same.

    Returns: the name, without what is no letter at its ends.

    Raises:
        ConfigError: quoting a name that cannot be one, or there are as many as are listed.
    """
    name = _proper(name)
    path, replaced = _path(name, folder), _bearing(name, folder)
    if len(_paths(folder)) - len(replaced) >= MOST:
        raise _too_many()
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_left_over(path.parent, _LEFT_OVER_SECONDS)
    write_atomically(path, network_json(architecture.model_copy(update={"name": name})))
    for other in replaced:
        if other != path:  # put there by hand: of two that bear a name one alone is listed
            other.unlink(missing_ok=True)
    return name


def list_networks(folder: Path | None = None) -> dict[str, ArchitectureConfig]:
    """Those that can be read, by name; of very many the first."""
    found = {}
    for path in _paths(folder)[:MOST]:
        with suppress(ConfigError):
            name = _name(path)
            architecture = read_network(_content(path), name_of(path))
            found[name] = architecture.model_copy(update={"name": name})
    return found


def networks_version(folder: Path | None = None) -> str:
    """Changes where `list_networks` may have another answer. Reads no file."""
    return ascii([(str(path), version(path)) for path in _paths(folder)[:MOST]])


def delete_network(name: str, folder: Path | None = None) -> None:
    """Nothing happens where it is gone already. Raises OSError where it may not be deleted."""
    for path in _bearing(_proper(name, bounds=False), folder):
        path.unlink(missing_ok=True)


def network_json(architecture: ArchitectureConfig) -> bytes:
    """As it is saved and exported: JSON that a person can read and change."""
    return architecture.model_dump_json(indent=2).encode() + b"\n"


def read_network(data: bytes, name: str) -> ArchitectureConfig:
    """What network_json wrote, or a whole configuration of a run, whose network is meant.

    Args:
        data: a file of unknown origin.
        name: what to call it where it is none.

    Raises:
        ConfigError: naming each wrong field, the value received and what is allowed.
    """
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{name} is larger than 1 MB, the most that a network takes.")
    try:
        parsed = parse_json(data, name)
    except ReadingError as error:
        raise ConfigError(error.message, error.advice) from error
    return parse_architecture(parsed)


def _paths(folder: Path | None) -> list[Path]:
    try:
        return [path for path in listed(_folder(folder)) if _is_network(path)]
    except ReadingError:
        return []


def _bearing(name: str, folder: Path | None) -> list[Path]:
    """The files of that name: a hand may have spelled it otherwise than `_path`."""
    return [path for path in _paths(folder) if _bears(path, name)]


def _bears(path: Path, name: str) -> bool:
    try:
        return _name(path) == name and is_file(path)
    except ConfigError:
        return False


def _too_many() -> ConfigError:
    return ConfigError(
        f"There are {MOST} saved networks already, as many as are shown.",
        "Delete one first: choose its card, then Delete in Save. Or give this one the name of one "
        "that it may replace.",
    )


def _content(path: Path) -> bytes:
    try:
        return read_bytes(path, _MOST_BYTES)
    except ReadingError as error:
        raise ConfigError(error.message) from error


def _proper(name: str, *, bounds: bool = True) -> str:
    """A name as one line without spaces at its ends. Raises ConfigError where it cannot be one."""
    proper = one_line(name).strip()
    if not proper:
        raise ConfigError("A network needs a name.")
    if bounds and len(proper) > MOST_LETTERS:
        raise ConfigError(
            f"The name has {len(proper)} characters.", f"Take {MOST_LETTERS} at most."
        )
    if bounds and proper in PRESETS:
        raise ConfigError(
            f"{proper!r} is the name of a network that ships.", "Choose another name."
        )
    return proper


def _path(name: str, folder: Path | None) -> Path:
    """A file for any name: what would lead elsewhere, or hide it, is spelled out."""
    spelled = name.replace("%", "%25").replace("/", "%2F")
    if spelled.startswith("."):
        spelled = f"%2E{spelled[1:]}"
    return _folder(folder) / f"{spelled}{_SUFFIX}"


def _name(path: Path) -> str:
    return _proper(unquote(path.name.removesuffix(_SUFFIX)), bounds=False)


def _is_network(path: Path) -> bool:
    return path.name.endswith(_SUFFIX) and not path.name.startswith(".")


def _folder(folder: Path | None) -> Path:
    return (folder or runs_folder()) / ".networks"
