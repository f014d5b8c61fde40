"""One data set loaded: its images in memory maps, decoded once, instant from then on.

Knows nothing of TensorFlow or Streamlit.
"""

from __future__ import annotations

from pathlib import Path

from core.config import DatasetConfig
from core.data.catalog import not_downloaded, own_source, unknown
from core.data.dataset import Dataset, Subset
from core.data.opened import Stored, open_path
from core.data.places import (
    class_folders,
    datasets_folder,
    entry_of_built_in,
    entry_of_folder,
    fitting_for,
    title_of,
)
from core.data.sources.builtin import BUILT_IN, BuiltIn
from core.data.sources.download import download as fetch
from core.data.sources.folders import FolderSource
from core.data.sources.source import Progress, no_progress
from core.data.store import open_or_build
from core.errors import DatasetError
from core.photos.fit import Fitting


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
        fitting = fitting_for(config)
        return load_built_in(spec, fitting, folder, download=download, progress=progress)
    path = class_folders(folder).get(config.name)
    if path is None:
        raise unknown(config.name, folder)
    source = FolderSource(config.name, path)
    entry = entry_of_folder(config.name, path, fitting_for(config), source.fingerprint())
    stored = open_or_build(entry, source, progress)
    return _assemble(config.name, title_of(config.name), stored, source=own_source(path))


def load_built_in(
    spec: BuiltIn, fitting: Fitting, folder: Path, *, download: bool, progress: Progress
) -> Dataset:
    """Load a built-in set from its files, or from the cache where its files are gone.

    Raises:
        DatasetError: as load_dataset.
    """
    found = spec.locate(spec, folder)
    if found is None:
        for kept in reversed(entry_of_built_in(spec, folder, fitting, "").siblings()):
            stored = open_path(kept, fitting.size)
            if stored is not None:
                return _assemble_built_in(spec, stored)
        if not download:
            raise not_downloaded(spec.name, folder)
        for remote in spec.remote:
            fetch(remote, folder / spec.subfolder, progress)
        found = spec.locate(spec, folder)
    if found is None:
        raise DatasetError(f"{spec.title} was downloaded to {folder} but is gone again.")
    entry = entry_of_built_in(spec, folder, fitting, found.source.fingerprint())
    return _assemble_built_in(spec, open_or_build(entry, found.source, progress))


def _assemble_built_in(spec: BuiltIn, stored: Stored) -> Dataset:
    return _assemble(spec.name, spec.title, stored, spec.light_on_dark, spec.source)


def _assemble(
    name: str, title: str, stored: Stored, light_on_dark: bool = False, source: str = ""
) -> Dataset:
    subsets = {
        split: Subset(stored.images, stored.labels, indices)
        for split, indices in stored.splits.items()
    }
    return Dataset(
        name=name,
        title=title,
        classes=stored.classes,
        train=subsets["train"],
        validation=subsets.get("validation"),
        test=subsets["test"],
        light_on_dark=light_on_dark,
        source=source,
        notes=stored.notes,
    )
