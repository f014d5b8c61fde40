"""Which data sets there are, where, and how to load one: the entry to core.data.

Knows nothing of TensorFlow or Streamlit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.config import DatasetConfig
from core.data.builtin import BUILT_IN, BuiltIn
from core.data.dataset import Dataset, Part
from core.data.download import download as fetch
from core.data.errors import DatasetError
from core.data.folders import DEFAULT_SIZE, FolderSource, Layout, scan
from core.data.source import Progress, Size, no_progress
from core.data.splits import drawn_test_size
from core.data.store import Entry, Stored, open_or_build, open_path

_EMBEDDED = "embedded"
_ZIP = ".zip"


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set without decoding it."""

    name: str
    title: str
    description: str
    kind: Literal["embedded", "archive", "folder"]
    state: Literal["ready", "found", "downloadable"]
    image_shape: tuple[int, int, int] | None  # at its own size
    class_count: int | None
    sizes: dict[str, int]  # images by part, where known
    location: Path | None
    download_bytes: int | None
    source: str
    light_on_dark: bool
    problem: str = ""  # why it cannot be read, in a sentence; empty where none is known


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


def list_datasets(folder: Path | None = None) -> list[DatasetInfo]:
    """Every data set, the built-in ones first. Cheap: nothing is decoded.

    A class folder or zip that cannot be used is listed with its `problem`.
    """
    folder = datasets_folder(folder)
    built_in = [_describe_built_in(spec, folder) for spec in BUILT_IN.values()]
    described = (_describe_folder(name, path) for name, path in _class_folders(folder).items())
    return built_in + [info for info in described if info is not None]


def find_dataset(name: str, folder: Path | None = None) -> DatasetInfo:
    """The data set of that name.

    Raises:
        DatasetError: there is none; lists those there are and says where to put a folder.
    """
    folder = datasets_folder(folder)
    if name in BUILT_IN:
        return _describe_built_in(BUILT_IN[name], folder)
    path = _class_folders(folder).get(name)
    info = _describe_folder(name, path) if path else None
    if info is None:
        raise _unknown(name, folder)
    return info


def load_dataset(
    config: DatasetConfig,
    folder: Path | None = None,
    *,
    download: bool = False,
    progress: Progress | None = None,
) -> Dataset:
    """Load a data set into memory maps; decoded once, instant from then on.

    Raises:
        DatasetError: it is not here (and `download` is False), or cannot be read.
    """
    folder = datasets_folder(folder)
    progress = progress or no_progress
    if config.name in BUILT_IN:
        spec = BUILT_IN[config.name]
        return load_built_in(spec, config.image_size, folder, download=download, progress=progress)
    path = _class_folders(folder).get(config.name)
    if path is None:
        raise _unknown(config.name, folder)
    size = config.image_size or DEFAULT_SIZE
    try:
        source = FolderSource(config.name, path)
        entry = Entry(_cache(), config.name, size, str(path), source.fingerprint())
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from error
    stored = open_or_build(entry, source, progress)
    return _assemble(
        config.name, _title(config.name), stored, source=f"Your own images, in {path.name}"
    )


def load_built_in(
    spec: BuiltIn, image_size: Size | None, folder: Path, *, download: bool, progress: Progress
) -> Dataset:
    """Load a built-in set from its files, or from the cache where its files are gone.

    Raises:
        DatasetError: as load_dataset.
    """
    size = image_size or spec.size
    found = spec.locate(spec, folder)
    if found is None:
        kept = Entry(_cache(), spec.name, size, str(folder), "").siblings()
        stored = open_path(kept[-1]) if kept else None
        if stored is not None:
            return _assemble_built_in(spec, stored)
        if not download:
            raise DatasetError(_how_to_get(spec, folder))
        for remote in spec.remote:
            fetch(remote, folder / spec.subfolder, progress)
        found = spec.locate(spec, folder)
    if found is None:
        raise DatasetError(f"{spec.title} was downloaded to {folder} but is gone again.")
    entry = Entry(_cache(), spec.name, size, _place(spec, folder), found.source.fingerprint())
    return _assemble_built_in(spec, open_or_build(entry, found.source, progress))


def _cache() -> Path:
    return cache_folder() / "datasets"


def _place(spec: BuiltIn, folder: Path) -> str:
    return str(folder) if spec.remote else _EMBEDDED


def _assemble_built_in(spec: BuiltIn, stored: Stored) -> Dataset:
    return _assemble(spec.name, spec.title, stored, spec.light_on_dark, spec.source)


def _assemble(
    name: str, title: str, stored: Stored, light_on_dark: bool = False, source: str = ""
) -> Dataset:
    parts = {
        part: Part(stored.images, stored.labels, indices) for part, indices in stored.parts.items()
    }
    return Dataset(
        name=name,
        title=title,
        classes=stored.classes,
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts["test"],
        light_on_dark=light_on_dark,
        source=source,
        notes=stored.notes,
    )


def _describe_built_in(spec: BuiltIn, folder: Path) -> DatasetInfo:
    found = spec.locate(spec, folder)
    fingerprint = found.source.fingerprint() if found else ""
    entry = Entry(_cache(), spec.name, spec.size, _place(spec, folder), fingerprint)
    cached = entry.exists() if found else bool(entry.siblings())
    here: Literal["found", "downloadable"] = "found" if found else "downloadable"
    return DatasetInfo(
        name=spec.name,
        title=spec.title,
        description=spec.description,
        kind="archive" if spec.remote else "embedded",
        state="ready" if cached or not spec.remote else here,
        image_shape=spec.image_shape,
        class_count=len(spec.classes),
        sizes=dict(spec.sizes),
        location=found.location if found else None,
        download_bytes=sum(remote.size for remote in spec.remote) or None,
        source=spec.source,
        light_on_dark=spec.light_on_dark,
    )


def _describe_folder(name: str, path: Path) -> DatasetInfo | None:
    """None where it holds no images: then it is no data set."""
    problem, layout = "", None
    try:
        layout = scan(path)
    except DatasetError as error:
        problem = str(error)
    if layout is None and not problem:
        return None
    cached = bool(Entry(_cache(), name, DEFAULT_SIZE, str(path), "").siblings())
    return DatasetInfo(
        name=name,
        title=_title(name),
        description=f"{len(layout.classes)} classes of photos" if layout else problem,
        kind="folder",
        state="ready" if cached and layout else "found",
        image_shape=(*DEFAULT_SIZE, 3),
        class_count=len(layout.classes) if layout else None,
        sizes=_sizes(layout) if layout else {},
        location=path,
        download_bytes=None,
        source=f"Your own images, in {path.name}",
        light_on_dark=False,
        problem=problem,
    )


def _sizes(layout: Layout) -> dict[str, int]:
    sizes = layout.sizes
    if "test" not in sizes:
        sizes["test"] = drawn_test_size(sizes["train"], len(layout.classes))
        sizes["train"] -= sizes["test"]
    return sizes


def _class_folders(folder: Path) -> dict[str, Path]:
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
            f"The datasets folder {folder} cannot be read: {error.strerror}. Set "
            "CONVSCOPE_DATASETS to another folder, or change who may read it."
        ) from error
    for path in paths:
        if not path.name.startswith(".") and (path.is_dir() or path.suffix.lower() == _ZIP):
            yield path


def _has_images(path: Path) -> bool:
    try:
        return scan(path) is not None
    except DatasetError:
        return True  # images, but badly laid out: it is told when it is loaded


def _title(name: str) -> str:
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _unknown(name: str, folder: Path) -> DatasetError:
    names = ", ".join(info.name for info in list_datasets(folder))
    return DatasetError(
        f"There is no data set {name!r}. There are: {names}. To bring your own, put a folder or "
        f"zip with train/<class>/ and test/<class>/ images, or just <class>/ images, into {folder}."
    )


def _how_to_get(spec: BuiltIn, folder: Path) -> str:
    target = folder / spec.subfolder
    addresses = " ".join(remote.url for remote in spec.remote)
    files = ", ".join(str(target / remote.filename) for remote in spec.remote)
    size = sum(remote.size for remote in spec.remote) / 1e6
    return (
        f"{spec.title} is not here yet. Download it on the Browse page ({size:,.0f} MB), or fetch "
        f"{addresses} by hand and put it at {files}."
    )
