"""Which image belongs to which split and class, read off the paths of class folders alone.

<split>/<class>/image, or only <class>/image, under whatever folders wrap them all. Knows
nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import PurePosixPath

from core.errors import DatasetError
from core.photos.reader import SUFFIXES

_SPLIT_NAMES = {
    "train": ("train", "training", "training_set", "train_set"),
    "validation": ("val", "valid", "validation", "validation_set", "val_set"),
    "test": ("test", "testing", "test_set"),
}
_SPLIT_OF = {name: split for split, names in _SPLIT_NAMES.items() for name in names}


@dataclass(frozen=True)
class ImageFile:
    """One image of a class-folder set."""

    split: str
    label: int
    path: str  # inside the folder or zip, with forward slashes


@dataclass(frozen=True)
class Layout:
    """What the paths of a class-folder set say."""

    classes: tuple[str, ...]
    files: tuple[ImageFile, ...]  # by split, class and path
    notes: tuple[str, ...]

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Images in each split that it brings."""
        return {split: len(list(files)) for split, files in groupby(self.files, _split_of)}


def _split_of(file: ImageFile) -> str:
    return file.split


def find_layout(name: str, paths: Iterable[str]) -> Layout | None:
    """Read splits and classes off the paths; None where there is no image at all.

    Raises:
        DatasetError: there are images, but not in class folders that can be trained on.
    """
    parsed = [parts for path in paths if (parts := _image_path(path))]
    if not parsed:
        return None
    top = _wrapping_depth(parsed)
    in_classes = [parts for parts in parsed if len(parts) > top + 1]
    # A split folder has class folders inside; a class may itself be called "train".
    in_splits = [
        parts for parts in parsed if len(parts) > top + 2 and parts[top].lower() in _SPLIT_OF
    ]
    if any(_SPLIT_OF[parts[top].lower()] == "train" for parts in in_splits):
        found = [
            (_SPLIT_OF[parts[top].lower()], parts[top + 1], "/".join(parts)) for parts in in_splits
        ]
    else:
        found = [("train", parts[top], "/".join(parts)) for parts in in_classes]
    return _layout(name, found, len(parsed))


def _image_path(path: str) -> tuple[str, ...] | None:
    """The parts of an image's path; None for other files, hidden ones and hostile paths."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "__MACOSX" in parts:
        return None
    if any(name.startswith(".") for name in parts):
        return None
    return parts if PurePosixPath(path).suffix.lower() in SUFFIXES else None


def _wrapping_depth(parsed: list[tuple[str, ...]]) -> int:
    """How many folders wrap everything (cats_vs_dogs/training_set/... has one)."""
    depth = 0
    while True:
        folders = {parts[depth] for parts in parsed if len(parts) > depth + 1}
        has_inner = any(len(parts) > depth + 2 for parts in parsed)
        if len(folders) != 1 or not has_inner or folders.pop().lower() in _SPLIT_OF:
            return depth
        depth += 1


def _layout(name: str, found: list[tuple[str, str, str]], images: int) -> Layout:
    """Check the (split, class, path) found and number the classes by name."""
    classes = tuple(sorted({label for split, label, _ in found if split == "train"}))
    if len(classes) < 2:
        seen = f"only {classes[0]!r}" if classes else "none"
        raise DatasetError(
            f"{name} holds images but needs at least two class folders to train on, and has "
            f"{seen}.",
            "Lay it out as train/<class>/image.jpg, or <class>/image.jpg.",
        )
    for _, label, path in found:
        if label not in classes:
            raise DatasetError(
                f"{name}: {path} is in class {label!r}, which has no images to train on.",
                "Give train, validation and test the same class folders; those of train are "
                f"{', '.join(classes)}.",
            )
    ranks = {split: rank for rank, split in enumerate(_SPLIT_NAMES)}
    numbers = {label: number for number, label in enumerate(classes)}
    files = [ImageFile(split, numbers[label], path) for split, label, path in found]
    files.sort(key=lambda file: (ranks[file.split], file.label, file.path))
    left_out = images - len(files)
    notes = (f"{left_out:,} images lie outside its class folders and are left out.",)
    return Layout(classes, tuple(files), notes if left_out else ())
