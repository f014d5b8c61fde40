"""Which data sets there are and what is known of them: the door to core.data.

Knows nothing of TensorFlow or Streamlit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.config import DatasetConfig
from core.data.places import (
    class_folders,
    datasets_folder,
    entry_of_built_in,
    entry_of_folder,
    fitting_for,
    own_fitting,
    title_of,
)
from core.data.sources.builtin import BUILT_IN, BuiltIn
from core.data.sources.class_folders import Layout, quoted
from core.data.sources.fingerprints import digest
from core.data.sources.folders import DEFAULT_SIZE, FolderSource
from core.data.sources.scan import look
from core.data.splits import drawn_test_size
from core.errors import DatasetError
from core.photos.fit import Fitting
from core.reading import name_of


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set without decoding it."""

    name: str
    title: str
    description: str
    kind: Literal["embedded", "archive", "folder"]
    state: Literal["ready", "found", "downloadable"]
    image_shape: tuple[int, int, int]  # at its own size
    num_classes: int | None  # None where there is a problem
    sizes: dict[str, int]  # images by split, where known
    location: Path | None
    download_bytes: int | None
    source: str
    light_on_dark: bool
    version: str  # changes whenever files were added, removed or renamed
    classes: tuple[str, ...] = ()  # empty where there is a problem
    problem: str = ""  # why it cannot be read, in a sentence; empty where none is known


def list_datasets(folder: Path | None = None) -> list[DatasetInfo]:
    """Every data set, the built-in ones first. Cheap: nothing is decoded.

    A class folder or zip that cannot be used is listed with its `problem`. Where the folder
    itself cannot be looked into, `folder_problem` says why.
    """
    folder = datasets_folder(folder)
    built_in = [_describe_built_in(spec, folder) for spec in BUILT_IN.values()]
    try:
        own = class_folders(folder)
    except DatasetError:
        own = {}
    described = (_describe_folder(name, path) for name, path in own.items())
    return built_in + [info for info in described if info is not None]


def folder_problem(folder: Path | None = None) -> str:
    """Why the datasets folder cannot be looked into, in a sentence; empty where it can."""
    try:
        class_folders(datasets_folder(folder))
    except DatasetError as error:
        return str(error)
    return ""


def find_dataset(name: str, folder: Path | None = None) -> DatasetInfo:
    """The data set of that name.

    Raises:
        DatasetError: there is none; lists those there are and says where to put a folder.
    """
    folder = datasets_folder(folder)
    if name in BUILT_IN:
        return _describe_built_in(BUILT_IN[name], folder)
    path = class_folders(folder).get(name)
    info = _describe_folder(name, path) if path else None
    if info is None:
        raise unknown(name, folder)
    return info


def is_decoded(config: DatasetConfig, folder: Path | None = None) -> bool:
    """Whether its images as they are now, at the size it asks for, are in the cache: then a load
    takes no time. Asks every file of a class folder for its size and time.
    """
    folder = datasets_folder(folder)
    if config.name in BUILT_IN:
        spec = BUILT_IN[config.name]
        found = spec.locate(spec, folder)
        fingerprint = found.source.fingerprint() if found else ""
        entry = entry_of_built_in(spec, folder, fitting_for(config), fingerprint)
        return entry.exists() if found else bool(entry.siblings())
    path = class_folders(folder).get(config.name)
    if path is None:
        return False
    try:
        fingerprint = FolderSource(config.name, path).fingerprint()
    except OSError:  # a file went while it was asked
        return False
    return entry_of_folder(config.name, path, fitting_for(config), fingerprint).exists()


def fingerprint(name: str, folder: Path | None = None) -> str:
    """Changes with any of the files behind a data set, one written over in place, too, which
    `DatasetInfo.version` does not see. Asks every file of a class folder; empty where none is."""
    folder = datasets_folder(folder)
    if name in BUILT_IN:
        found = BUILT_IN[name].locate(BUILT_IN[name], folder)
        return digest(found.source.fingerprint()) if found else ""
    path = class_folders(folder).get(name)
    try:
        return digest(FolderSource(name, path).fingerprint()) if path else ""
    except OSError:  # a file went while it was asked
        return ""


def _describe_built_in(spec: BuiltIn, folder: Path) -> DatasetInfo:
    found = spec.locate(spec, folder)
    fingerprint = found.source.fingerprint() if found else ""
    entry = entry_of_built_in(spec, folder, own_fitting(spec), fingerprint)
    cached = entry.exists() if found else bool(entry.siblings())
    here: Literal["found", "downloadable"] = "found" if found else "downloadable"
    return DatasetInfo(
        name=spec.name,
        title=spec.title,
        description=spec.description,
        kind="archive" if spec.remote else "embedded",
        state="ready" if cached or not spec.remote else here,
        image_shape=spec.image_shape,
        num_classes=len(spec.classes),
        sizes=dict(spec.sizes),
        location=found.location if found else None,
        download_bytes=sum(remote.size for remote in spec.remote) or None,
        source=spec.source,
        light_on_dark=spec.light_on_dark,
        version=digest(fingerprint) if found else "",
        classes=spec.classes,
    )


def _describe_folder(name: str, path: Path) -> DatasetInfo | None:
    """None where it holds no images: then it is no data set."""
    scan = look(path)
    layout, problem = scan.layout, str(scan.problem or "")
    if layout is None and not problem:
        return None
    cached = bool(entry_of_folder(name, path, Fitting(DEFAULT_SIZE), "").siblings())
    return DatasetInfo(
        name=name,
        title=title_of(name),
        description=f"{len(layout.classes)} classes of photos" if layout else problem,
        kind="folder",
        state="ready" if cached and layout else "found",
        image_shape=(*DEFAULT_SIZE, 3),
        num_classes=len(layout.classes) if layout else None,
        sizes=_sizes(layout) if layout else {},
        location=path,
        download_bytes=None,
        source=own_source(path),
        light_on_dark=False,
        version=scan.version,
        classes=layout.classes if layout else (),
        problem=problem,
    )


def own_source(path: Path) -> str:
    """Whom to cite for a class folder or zip."""
    return f"Your own images, in {name_of(path)}"


def _sizes(layout: Layout) -> dict[str, int]:
    sizes = dict(layout.sizes)
    if "test" not in sizes:
        sizes["test"] = drawn_test_size(sizes["train"], len(layout.classes))
        sizes["train"] -= sizes["test"]
    return sizes


def unknown(name: str, folder: Path) -> DatasetError:
    """That there is no such set, which there are, and how to bring one."""
    names = ", ".join(info.name for info in list_datasets(folder))
    return DatasetError(
        f"There is no data set {quoted(name)}. There are: {names}.",
        "To bring your own, put a folder or zip with train/<class>/ and test/<class>/ images, or "
        f"just <class>/ images, into {folder}.",
    )


def not_downloaded(name: str, folder: Path | None = None) -> DatasetError:
    """That a built-in set's files are not here, and both ways to get them."""
    spec = BUILT_IN[name]
    target = datasets_folder(folder) / spec.subfolder
    addresses = " ".join(remote.url for remote in spec.remote)
    files = ", ".join(str(target / remote.filename) for remote in spec.remote)
    size = sum(remote.size for remote in spec.remote) / 1e6
    return DatasetError(
        f"{spec.title} is not on this machine yet.",
        f"Download it on the Browse page ({size:,.0f} MB), or fetch {addresses} by hand and put "
        f"it at {files}.",
    )
