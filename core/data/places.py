"""Where data sets lie, where their decoded images are kept, and under which name.

Knows nothing of what is in them.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from itertools import count
from pathlib import Path

from core.config import DatasetConfig
from core.data.sources.builtin import BUILT_IN, BuiltIn
from core.data.sources.folders import DEFAULT_SIZE
from core.data.sources.scan import layout_of
from core.data.store import Entry
from core.errors import DatasetError, ReadingError, describe_os_error, readable
from core.photos.fit import Fitting
from core.reading import is_folder, listed

_EMBEDDED = "embedded"
_ZIP = ".zip"


def datasets_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Where data sets lie: the folder given, else CONVSCOPE_DATASETS, else `datasets`."""
    return Path(given or os.environ.get("CONVSCOPE_DATASETS") or "datasets").expanduser().absolute()


def cache_folder() -> Path:
    """Where decoded arrays are kept: CONVSCOPE_CACHE, else the user's cache folder."""
    given = os.environ.get("CONVSCOPE_CACHE")
    if given:
        return Path(given).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / "convscope"


def own_fitting(spec: BuiltIn) -> Fitting:
    """A built-in set at its own size, where nothing is to be chosen."""
    return Fitting(spec.size, "squash")


def fitting_for(config: DatasetConfig) -> Fitting:
    """How the set's images are brought to the size that the configuration wants.

    One name for one result: in the same proportions crop, pad and squash are the same, and
    a set that is enlarged by a filter of its own asks for none.
    """
    spec = BUILT_IN.get(config.name)
    if spec is None:
        return Fitting(config.image_size or DEFAULT_SIZE, config.fit, config.interpolation)
    height, width = config.image_size or spec.size
    if (height, width) == spec.size:
        return own_fitting(spec)
    same = height * spec.size[1] == width * spec.size[0]
    interpolation = "bilinear" if spec.own_filter else config.interpolation
    return Fitting((height, width), "squash" if same else config.fit, interpolation)


def entry_of_built_in(spec: BuiltIn, folder: Path, fitting: Fitting, fingerprint: str) -> Entry:
    """The cache's entry of a built-in set whose files lie under that folder."""
    place = str(folder) if spec.remote else _EMBEDDED
    return Entry(_cache(), spec.name, fitting, place, fingerprint)


def entry_of_folder(name: str, path: Path, fitting: Fitting, fingerprint: str) -> Entry:
    """The cache's entry of a class folder or zip."""
    return Entry(_cache(), name, fitting, str(path), fingerprint)


def _cache() -> Path:
    return cache_folder() / "datasets"


def class_folders(folder: Path) -> dict[str, Path]:
    """Folders and zips that may hold class folders, by name.

    A folder goes before its zip. Others whose names read alike are told apart by a number;
    who bears a name as it is keeps it.

    Raises:
        DatasetError: the folder is there and cannot be looked into.
    """
    found: dict[str, Path] = {}
    unpacked: dict[str, str] = {}  # a folder's name on disk -> its name here
    for path in sorted(_entries(folder), key=lambda path: (_name(path) != _stem(path), path)):
        whole = None if is_folder(path) else unpacked.get(_stem(path))
        if whole is not None:
            if not _has_images(found[whole]):
                found[whole] = path
            continue
        name = _unused(_name(path), found)
        found[name] = path
        if is_folder(path):
            unpacked[path.name] = name
    return dict(sorted(found.items()))


def _entries(folder: Path) -> list[Path]:
    try:
        there = listed(folder)
        if there:
            os.stat(os.path.join(folder, "."))  # a folder may be listed and yet not be entered
    except (ReadingError, OSError) as error:
        words = describe_os_error(error, folder) if isinstance(error, OSError) else error.message
        raise DatasetError(
            f"The datasets folder cannot be read: {words}",
            "Set CONVSCOPE_DATASETS to another folder, or change who may read it.",
        ) from error
    return [path for path in there if not path.name.startswith(".") and _may_be_a_set(path)]


def _may_be_a_set(path: Path) -> bool:
    return path.suffix.lower() == _ZIP or is_folder(path)


def _stem(path: Path) -> str:
    """Its name on disk, a zip's without the suffix."""
    return path.name if is_folder(path) else path.stem


def _name(path: Path) -> str:
    """What it is called here, before it is told apart from others."""
    name = readable(_stem(path))
    return f"{name}-folder" if name in BUILT_IN else name


def _unused(name: str, taken: Collection[str]) -> str:
    numbered = (f"{name} ({number})" for number in count(2))
    return name if name not in taken else next(other for other in numbered if other not in taken)


def _has_images(path: Path) -> bool:
    try:
        return layout_of(path) is not None
    except DatasetError:
        return True  # images, but badly laid out: it is told when it is loaded


def title_of(name: str) -> str:
    """A folder's name as a heading: "cats-and-dogs" -> "Cats and dogs"."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or name
