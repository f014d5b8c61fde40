"""The cache of decoded images: .npy files that every process maps into memory.

An entry is a folder that appears whole or not at all: written under a hidden name
while a lock is held, synced, then renamed. Knows nothing of archives or image files.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.data.dataset import Images, Indices
from core.data.opened import SPLITS, Stored, open_path
from core.data.sources.fingerprints import digest
from core.data.sources.source import Batch, Progress, Source
from core.data.splits import draw_test
from core.errors import DatasetError, ReadingError, readable
from core.files import exclusive, sync
from core.photos.fit import Fitting
from core.reading import is_file, listed

_VERSION = 1  # of the layout: another number makes every old entry a miss
_HEADER_BYTES = 128
_MOST_CHANNELS = 3
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EACCES: "this account may not write there",
    errno.EPERM: "this account may not write there",
    errno.EROFS: "the disk cannot be written to",
    errno.EEXIST: "there is a file where a folder should be",
    errno.ENOTDIR: "there is a file where a folder should be",
}
# Entries made before there was a choice were made so, and keep their names.
_UNNAMED = ("squash", "bilinear")


@dataclass(frozen=True)
class Entry:
    """Where the images of one source in one fitting lie, whether or not they do yet."""

    cache: Path
    name: str
    fitting: Fitting
    location: str  # of the source, so that its outdated entries can be found
    fingerprint: str

    @property
    def path(self) -> Path:
        of = digest(f"{_VERSION}|{self._stem}|{self.fingerprint}")
        return self.cache / f"{self._stem}-{of[:16]}"

    @property
    def _stem(self) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:40]
        named = digest(f"{self.name}|{self.location}")[:8]
        height, width = self.fitting.size
        fit = (self.fitting.fit, self.fitting.interpolation)
        how = "" if fit == _UNNAMED else f"-{'-'.join(fit)}"
        return f"{slug}-{height}x{width}{how}-{named}"

    def exists(self) -> bool:
        return is_file(self.path / "meta.json")

    def siblings(self) -> list[Path]:
        """Whole entries of the same source in the same fitting, this one among them."""
        try:
            found = listed(self.cache, f"{self._stem}-")
        except ReadingError:
            return []  # a cache that cannot be read has none; writing to it tells
        return [path for path in found if is_file(path / "meta.json")]


def open_or_build(entry: Entry, source: Source, progress: Progress) -> Stored:
    """Map an entry into memory, decoding the source first where there is none yet.

    Raises:
        DatasetError: the source cannot be read, or the cache cannot be written.
    """
    size = entry.fitting.size
    stored = open_path(entry.path, size)
    if stored is not None:
        return stored
    try:
        entry.cache.mkdir(parents=True, exist_ok=True)
        lock = entry.cache / f".{entry.path.name}.lock"
        with exclusive(lock, lambda: progress(None, "Another process is preparing the images")):
            stored = open_path(entry.path, size)
            if stored is None:
                _build(entry, source, progress)
                stored = open_path(entry.path, size)
    except ReadingError as error:
        raise DatasetError(error.message, error.advice) from error
    except OSError as error:
        raise _cannot_write(entry, error) from error
    if stored is None:
        raise DatasetError(f"The images at {entry.path} vanished as they were read.", "Try again.")
    return stored


def _build(entry: Entry, source: Source, progress: Progress) -> None:
    """Write the entry whole. The caller holds its lock."""
    _require_space(entry, source)
    for left_behind in listed(entry.cache, f".new-{entry.path.name}-"):
        _remove(left_behind)  # by a process that was killed
    temporary = entry.cache / f".new-{entry.path.name}-{os.getpid()}"
    try:
        temporary.mkdir()
        _write(temporary, entry, source, progress)
        _remove(entry.path)  # a damaged one, which could not be opened
        temporary.rename(entry.path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    for outdated in entry.siblings():
        if outdated != entry.path:
            shutil.rmtree(outdated, ignore_errors=True)  # processes that map it keep their pages


def _remove(path: Path) -> None:
    """A folder, or whatever has taken its place. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _require_space(entry: Entry, source: Source) -> None:
    height, width = entry.fitting.size
    needed = source.count * height * width * _MOST_CHANNELS
    free = shutil.disk_usage(entry.cache).free
    if needed > free:
        raise DatasetError(
            f"{source.count:,} images of {height}x{width} pixels take up to {needed / 1e9:,.1f} GB "
            f"under {entry.cache}, where only {free / 1e9:,.1f} GB are free.",
            "Choose a smaller image size, make room, or set CONVSCOPE_CACHE to a folder with "
            "more space.",
        )


def _write(folder: Path, entry: Entry, source: Source, progress: Progress) -> None:
    labels, splits = _write_images(folder, source.batches(entry.fitting, progress))
    if "train" not in splits:
        raise DatasetError(f"{entry.name} holds no image to train on.", "Put images into it.")
    notes = list(source.notes)
    if "test" not in splits:
        notes.append(_draw_test(splits, labels, source))
    _save(folder / "labels.npy", labels)
    for name, indices in splits.items():
        _save(folder / f"{name}.npy", indices)
    meta = {
        "name": entry.name,
        "location": readable(entry.location),
        "classes": list(source.classes),
        "notes": notes,
        "parts": list(splits),  # its first name, so that entries made before still open
    }
    (folder / "meta.json").write_text(json.dumps(meta, indent=2), encoding="utf-8")


def _write_images(folder: Path, batches: Iterable[Batch]) -> tuple[Indices, dict[str, Indices]]:
    """Append all images to one file.

    Returns:
        The labels, (N,) int64, and each split's positions in the file, in the split's order.
    """
    labels: list[Indices] = []
    ranked: dict[str, list[tuple[int, Indices]]] = {}
    with (folder / "images.npy").open("wb") as file:
        writer = _GrowingArray(file)
        for batch in batches:
            positions = writer.append(batch.images)
            labels.append(batch.labels)
            ranked.setdefault(batch.split, []).append((batch.rank, positions))
        writer.finish()
    splits = {name: _in_rank_order(ranked[name]) for name in SPLITS if name in ranked}
    return np.concatenate([np.empty(0, dtype=np.int64), *labels]), splits


def _in_rank_order(ranked: list[tuple[int, Indices]]) -> Indices:
    return np.concatenate([positions for _, positions in sorted(ranked, key=lambda item: item[0])])


class _GrowingArray:
    """An .npy file written front to back; its length is filled in at the end.

    Appending meets a full disk as an error; a sparse memory map would die of SIGBUS.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._count = 0
        self._shape: tuple[int, ...] = ()
        file.write(b"\0" * _HEADER_BYTES)

    def append(self, images: Images) -> Indices:
        """Write (n, H, W, C) uint8; returns their positions, (n,) int64."""
        self._shape = images.shape[1:]
        self._file.write(np.ascontiguousarray(images, dtype=np.uint8).data)
        start, self._count = self._count, self._count + len(images)
        return np.arange(start, self._count, dtype=np.int64)

    def finish(self) -> None:
        header: dict[str, Any] = {
            "descr": "|u1",
            "fortran_order": False,
            "shape": (self._count, *self._shape),
        }
        self._file.seek(0)
        np.lib.format.write_array_header_1_0(self._file, header)
        if self._file.tell() != _HEADER_BYTES:
            raise ValueError(f"an .npy header of {self._file.tell()} bytes for {header['shape']}")
        sync(self._file)


def _save(path: Path, array: Indices) -> None:
    with path.open("wb") as file:
        np.save(file, array, allow_pickle=False)
        sync(file)


def _draw_test(splits: dict[str, Indices], labels: Indices, source: Source) -> str:
    """Take a fifth of every class out of train as the test split; returns a note on it."""
    train = splits["train"]
    for label in np.flatnonzero(np.bincount(labels[train]) == 1):
        raise DatasetError(
            f"{source.name}: class {source.classes[label]!r} has a single image, which cannot be "
            "in train and in test.",
            "Add images to it, or take its folder away.",
        )
    drawn = draw_test(labels[train])
    splits["test"] = train[drawn]
    splits["train"] = np.delete(train, drawn)
    return (
        f"It brings no test images: {len(drawn):,} of {len(train):,}, a fifth of every class, "
        "always the same ones, were set apart for the test."
    )


def _cannot_write(entry: Entry, error: OSError) -> DatasetError:
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    return DatasetError(
        f"The images of {entry.name} could not be kept under {entry.cache}: {reason}. Nothing "
        "half-made was left.",
        "Make room there, or set CONVSCOPE_CACHE to a folder with space.",
    )
