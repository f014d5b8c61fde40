"""Where data sets lie, where their decoded images are kept, and under which name.

Knows nothing of what is in them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.config import DatasetConfig
from core.data.sources.builtin import BUILT_IN, BuiltIn
from core.data.sources.folders import DEFAULT_SIZE
from core.data.sources.scan import layout_of
from core.data.store import Entry
from core.errors import DatasetError
from core.photos.fit import Fitting

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
    """Folders and zips that may hold class folders, by name. A folder goes before its zip."""
    found: dict[str, Path] = {}
    for path in _entries(folder):
        name = path.name if path.is_dir() else path.stem
        if name in BUILT_IN:
            name = f"{name}-folder"
        if name not in found or not _has_images(found[name]):
            found[name] = path
    return found


def _entries(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise DatasetError(
            f"The datasets folder {folder} cannot be read: {error.strerror}.",
            "Set CONVSCOPE_DATASETS to another folder, or change who may read it.",
        ) from error
    for path in paths:
        if not path.name.startswith(".") and (path.is_dir() or path.suffix.lower() == _ZIP):
            yield path


def _has_images(path: Path) -> bool:
    try:
        return layout_of(path) is not None
    except DatasetError:
        return True  # images, but badly laid out: it is told when it is loaded


def title_of(name: str) -> str:
    """A folder's name as a heading: "cats-and-dogs" -> "Cats and dogs"."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
