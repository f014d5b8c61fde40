"""Which image belongs to which split and class, read off the paths of class folders alone.

<split>/<class>/image, or only <class>/image, under whatever folders wrap them all. Knows
nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from core.errors import DatasetError, readable
from core.photos.reader import SUFFIXES

_SPLIT_NAMES = {
    "train": ("train", "training", "training_set", "train_set"),
    "validation": ("val", "valid", "validation", "validation_set", "val_set"),
    "test": ("test", "testing", "test_set"),
}
_LONGEST_QUOTE = 80  # characters
_MOST_QUOTED = 10
_SPLIT_OF = {name: split for split, names in _SPLIT_NAMES.items() for name in names}


@dataclass(frozen=True)
class ImageFile:
    """One image of a class-folder set."""

    split: str
    label: int
    path: str  # inside the folder or zip, with forward slashes, as the system names it


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


@dataclass(frozen=True)
class _Image:
    """The path of one image: as it is opened, and its parts as text."""

    path: str
    parts: tuple[str, ...]


def find_layout(name: str, paths: Iterable[str]) -> Layout | None:
    """Read splits and classes off the paths; None where there is no image at all.

    Classes are compared as text: names that only differ in bytes that are none are one class.

    Raises:
        DatasetError: there are images, but not in class folders that can be trained on.
    """
    images = [image for path in paths if (image := _image(path))]
    inside = [image for image in images if not _leads_outside(image)]
    outside = len(images) - len(inside)
    if not inside:
        if outside:
            raise DatasetError(
                f"{name} holds no image that can be used: the paths of {outside:,} lead outside it."
            )
        return None
    notes = [f"{outside:,} files whose paths lead outside it are left out."] if outside else []
    return _layout(name, _found(inside), len(inside), notes)


def _image(path: str) -> _Image | None:
    """None for other files and hidden ones."""
    own_name = path[path.rfind("/") + 1 :]
    if own_name[own_name.rfind(".") :].lower() not in SUFFIXES:
        return None
    root = ("",) if path.startswith("/") else ()
    names = tuple(readable(name) for name in path.split("/") if name not in ("", "."))
    if any(name == "__MACOSX" or (name[0] == "." and name != "..") for name in names):
        return None
    return _Image(path, root + names)


def _leads_outside(image: _Image) -> bool:
    return image.parts[0] == "" or ".." in image.parts


def _found(images: list[_Image]) -> list[tuple[str, str, str]]:
    """(split, class, path) of those that lie in class folders."""
    top = _wrapping_depth([image.parts for image in images])
    # A split folder has class folders inside; a class may itself be called "train".
    in_splits = [
        (_SPLIT_OF[image.parts[top].lower()], image.parts[top + 1], image.path)
        for image in images
        if len(image.parts) > top + 2 and image.parts[top].lower() in _SPLIT_OF
    ]
    if any(split == "train" for split, _, _ in in_splits):
        return in_splits
    return [
        ("train", image.parts[top], image.path) for image in images if len(image.parts) > top + 1
    ]


def _wrapping_depth(parsed: list[tuple[str, ...]]) -> int:
    """How many folders wrap everything (cats_vs_dogs/training_set/... has one)."""
    depth = 0
    while True:
        folders = {parts[depth] for parts in parsed if len(parts) > depth + 1}
        has_inner = any(len(parts) > depth + 2 for parts in parsed)
        if len(folders) != 1 or not has_inner or folders.pop().lower() in _SPLIT_OF:
            return depth
        depth += 1


def _layout(name: str, found: list[tuple[str, str, str]], images: int, notes: list[str]) -> Layout:
    """Check the (split, class, path) found and number the classes by name."""
    numbers = _numbered(label for split, label, _ in found if split == "train")
    classes = tuple(numbers)
    if len(classes) < 2:
        seen = f"only {quoted(classes[0])}" if classes else "none"
        raise DatasetError(
            f"{name} holds images but needs at least two class folders to train on, and has "
            f"{seen}.",
            "Lay it out as train/<class>/image.jpg, or <class>/image.jpg.",
        )
    for _, label, path in found:
        if label not in numbers:
            raise DatasetError(
                f"{name}: {quoted(path)} is in class {quoted(label)}, which has no images to "
                "train on.",
                "Give train, validation and test the same class folders; those of train are "
                f"{_some(classes)}.",
            )
    ranks = {split: rank for rank, split in enumerate(_SPLIT_NAMES)}
    files = [ImageFile(split, numbers[label], path) for split, label, path in found]
    files.sort(key=lambda file: (ranks[file.split], file.label, file.path))
    left_out = images - len(files)
    if left_out:
        notes = [*notes, f"{left_out:,} images lie outside its class folders and are left out."]
    return Layout(classes, tuple(files), tuple(notes))


def _numbered(labels: Iterable[str]) -> dict[str, int]:
    """Class -> number, by name."""
    return {label: number for number, label in enumerate(sorted(set(labels)))}


def quoted(name: str) -> str:
    """A name from the disk inside a sentence: in quotes, on one line, not too long."""
    text = readable(name)
    return repr(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…")


def _some(classes: tuple[str, ...]) -> str:
    """Ten of them at most."""
    named = ", ".join(quoted(name) for name in classes[:_MOST_QUOTED])
    more = len(classes) - _MOST_QUOTED
    return f"{named} and {more:,} more" if more > 0 else named
