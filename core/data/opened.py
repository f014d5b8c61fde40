"""An entry of the cache opened: everything in it looked at before it is used.

Knows nothing of how entries are made or found.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.data.dataset import Images, Indices
from core.errors import ReadingError, readable
from core.photos.fit import Size
from core.reading import MEGABYTE, array_header, opened, read_json

SPLITS = ("train", "validation", "test")
_MOST_META = 64 * MEGABYTE


@dataclass(frozen=True, eq=False)
class Stored:
    """An entry opened: images mapped read-only, the small arrays in memory."""

    classes: tuple[str, ...]
    notes: tuple[str, ...]
    images: Images  # (N, H, W, C) uint8, 0..255, memory-mapped
    labels: Indices  # (N,) int64
    splits: dict[str, Indices]  # (n,) int64 each


def open_path(path: Path, size: Size | None = None) -> Stored | None:
    """Open an entry; None where there is none, or a damaged one, which is then built anew.

    Everything is looked at that is used unseen later: an index beyond the images would read
    elsewhere or end the process.

    Args:
        size: that its images must have, where it is known.
    """
    try:
        classes, notes, names = _meta(path / "meta.json")
        images = _images(path / "images.npy", size)
        labels = _small(path / "labels.npy", len(images), below=len(classes))
        splits = {
            name: _small(path / f"{name}.npy", len(images), below=len(images)) for name in names
        }
        _require(len(labels) == len(images))
        _require(np.bincount(np.concatenate(list(splits.values()))).max() <= 1)
    except (ReadingError, _Damaged):
        return None
    return Stored(classes, notes, images, labels, splits)


class _Damaged(Exception):
    """An entry that is not as it was written."""


def _require(sound: bool) -> None:
    if not sound:
        raise _Damaged


def _meta(path: Path) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Classes, notes and the names of the splits."""
    meta = read_json(path, _MOST_META)
    _require(isinstance(meta, dict))
    classes, notes, names = (_texts(meta.get(key)) for key in ("classes", "notes", "parts"))
    _require(len(set(classes)) == len(classes) >= 2)
    _require(len(set(names)) == len(names) and {"train", "test"} <= set(names) <= set(SPLITS))
    return classes, notes, names


def _texts(value: Any) -> tuple[str, ...]:
    _require(isinstance(value, list))
    _require(all(isinstance(item, str) and readable(item) == item for item in value))
    return tuple(value)


def _images(path: Path, size: Size | None) -> Images:
    """(N, H, W, C) uint8, mapped; a file shorter than its header says would end the process."""
    with opened(path) as file:
        shape, kind = _header(file)
        _require(kind == np.uint8 and len(shape) == 4 and min(shape) > 0 and shape[3] in (1, 3))
        _require(size is None or shape[1:3] == size)
        start = file.tell()
        _require(os.fstat(file.fileno()).st_size == start + math.prod(shape))
        return np.memmap(file, dtype=np.uint8, mode="r", offset=start, shape=shape)


def _small(path: Path, most: int, *, below: int) -> Indices:
    """At least one and at most so many numbers from 0 to `below`, (n,) int64."""
    with opened(path) as file:
        shape, kind = _header(file)
        _require(kind == np.int64 and len(shape) == 1 and 0 < shape[0] <= most)
        data = file.read(kind.itemsize * shape[0] + 1)
    _require(len(data) == kind.itemsize * shape[0])
    array: Indices = np.frombuffer(data, dtype=np.int64)
    _require(array.min() >= 0 and array.max() < below)
    return array


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an .npy file whose rows go first."""
    try:
        shape, columns_first, kind = array_header(file)
    except ValueError as error:
        raise _Damaged from error
    _require(not columns_first)
    return shape, kind
