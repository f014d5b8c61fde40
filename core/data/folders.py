"""Class folders: a folder or zip with <split>/<class>/ images, or only <class>/ images.

Finds out which image belongs to which part and class, from paths alone, and decodes
on threads (Pillow lets go of the interpreter). A zip is read member by member in
memory; nothing is unpacked to disk. Knows nothing of the cache.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeVar

import numpy as np

from core.data.archives import file_fingerprint
from core.data.dataset import Images, Indices
from core.data.errors import DatasetError
from core.data.images import SUFFIXES, UnreadableImageError, decode_image, prepare_for
from core.data.source import Batch, Progress, Size

DEFAULT_SIZE: Size = (150, 150)
_SPLIT_NAMES = {
    "train": ("train", "training", "training_set", "train_set"),
    "validation": ("val", "valid", "validation", "validation_set", "val_set"),
    "test": ("test", "testing", "test_set"),
}
_PART_OF = {name: part for part, names in _SPLIT_NAMES.items() for name in names}
_BATCH = 64
_MOST_UNREADABLE = 0.05
_MOST_FILE_BYTES = 64 << 20
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class ImageFile:
    """One image of a class-folder set."""

    part: str
    label: int
    path: str  # inside the folder or zip, with forward slashes


@dataclass(frozen=True)
class Layout:
    """What the paths of a class-folder set say."""

    classes: tuple[str, ...]
    files: tuple[ImageFile, ...]  # by part, class and path
    notes: tuple[str, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """Images in each part that it brings."""
        return {part: len(list(files)) for part, files in groupby(self.files, lambda f: f.part)}


def find_layout(name: str, paths: Iterable[str]) -> Layout | None:
    """Read parts and classes off the paths; None where there is no image at all.

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
        parts for parts in parsed if len(parts) > top + 2 and parts[top].lower() in _PART_OF
    ]
    if any(_PART_OF[parts[top].lower()] == "train" for parts in in_splits):
        found = [
            (_PART_OF[parts[top].lower()], parts[top + 1], "/".join(parts)) for parts in in_splits
        ]
    else:
        found = [("train", parts[top], "/".join(parts)) for parts in in_classes]
    return _layout(name, found, len(parsed))


def _image_path(path: str) -> tuple[str, ...] | None:
    """The parts of an image's path; None for other files, hidden ones and hostile paths."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "__MACOSX" in parts:
        return None
    if any(part.startswith(".") for part in parts):
        return None
    return parts if PurePosixPath(path).suffix.lower() in SUFFIXES else None


def _wrapping_depth(parsed: list[tuple[str, ...]]) -> int:
    """How many folders wrap everything (cats_vs_dogs/training_set/... has one)."""
    depth = 0
    while True:
        folders = {parts[depth] for parts in parsed if len(parts) > depth + 1}
        has_inner = any(len(parts) > depth + 2 for parts in parsed)
        if len(folders) != 1 or not has_inner or folders.pop().lower() in _PART_OF:
            return depth
        depth += 1


def _layout(name: str, found: list[tuple[str, str, str]], images: int) -> Layout:
    """Check the (part, class, path) found and number the classes by name."""
    classes = tuple(sorted({label for part, label, _ in found if part == "train"}))
    if len(classes) < 2:
        seen = f"only {classes[0]!r}" if classes else "none"
        raise DatasetError(
            f"{name} holds images but needs at least two class folders to train on, and has "
            f"{seen}. Lay it out as train/<class>/image.jpg, or <class>/image.jpg."
        )
    for _, label, path in found:
        if label not in classes:
            raise DatasetError(
                f"{name}: {path} is in class {label!r}, which has no images to train on. Give "
                f"every part the same class folders; those of train are {', '.join(classes)}."
            )
    ranks = {part: rank for rank, part in enumerate(_SPLIT_NAMES)}
    files = [ImageFile(part, classes.index(label), path) for part, label, path in found]
    files.sort(key=lambda file: (ranks[file.part], file.label, file.path))
    left_out = images - len(files)
    notes = (f"{left_out:,} images lie outside its class folders and are left out.",)
    return Layout(classes, tuple(files), notes if left_out else ())


class _Files(Protocol):
    """Files that can be listed and read, from a folder or a zip."""

    def read(self, path: str) -> bytes: ...

    def close(self) -> None: ...


class _FolderFiles:
    def __init__(self, location: Path) -> None:
        self._location = location

    def read(self, path: str) -> bytes:
        with (self._location / path).open("rb") as file:
            return file.read(_MOST_FILE_BYTES + 1)

    def close(self) -> None:
        """Nothing stays open between reads."""


class _ZipFiles:
    def __init__(self, location: Path) -> None:
        self._archive = zipfile.ZipFile(location)
        self._members = {_plain_name(info): info for info in self._archive.infolist()}

    def read(self, path: str) -> bytes:
        # Bounded, whatever size the member claims: a zip bomb is an unreadable image.
        with self._archive.open(self._members[path]) as file:
            return file.read(_MOST_FILE_BYTES + 1)

    def close(self) -> None:
        self._archive.close()


def scan(location: Path) -> Layout | None:
    """The layout of a folder or zip; None where it holds no image.

    Raises:
        DatasetError: it cannot be opened, or is not laid out in class folders.
    """
    try:
        return find_layout(location.name, list_files(location))
    except OSError as error:
        raise DatasetError(f"{location} cannot be read: {error.strerror or error}.") from error


def list_files(location: Path) -> tuple[str, ...]:
    """Paths of all files inside, with forward slashes."""
    if location.is_dir():
        return tuple(_walk(location))
    state = location.stat()
    return _zip_names(location, state.st_size, state.st_mtime_ns)


def _walk(location: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(location):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside = Path(folder).relative_to(location).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        yield from (prefix + name for name in names)


@lru_cache(maxsize=64)
def _zip_names(location: Path, size: int, modified: int) -> tuple[str, ...]:
    """Names in a zip; remembered until its size or time of change differ."""
    try:
        with zipfile.ZipFile(location) as archive:
            return tuple(_plain_name(info) for info in archive.infolist() if not info.is_dir())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise DatasetError(
            f"{location} cannot be opened as a zip ({error}). It may have been copied in part: "
            "copy it again, or unpack it into a folder beside it."
        ) from error


def _plain_name(member: zipfile.ZipInfo) -> str:
    """Its path with single forward slashes; some Windows tools write backslashes."""
    return PurePosixPath(member.filename.replace("\\", "/")).as_posix()


@dataclass
class FolderSource:
    """A class-folder set, as a folder or a zip."""

    name: str
    location: Path
    notes: list[str] = field(default_factory=list)
    _unreadable: list[str] = field(default_factory=list)

    @cached_property
    def layout(self) -> Layout:
        """Raises DatasetError where there is none to train on."""
        layout = scan(self.location)
        if layout is None:
            raise DatasetError(f"{self.location} holds no images.")
        return layout

    @property
    def classes(self) -> tuple[str, ...]:
        return self.layout.classes

    @property
    def count(self) -> int:
        return len(self.layout.files)

    def fingerprint(self) -> str:
        """Looks at files, not at their layout: that is for the first load only."""
        if not self.location.is_dir():
            return file_fingerprint(self.location)
        paths = sorted(self.location / path for path in list_files(self.location))
        there = [path for path in paths if path.is_file()]  # a dangling link is not
        return hashlib.sha256(file_fingerprint(*there).encode()).hexdigest()

    def batches(self, size: Size | None, progress: Progress) -> Iterator[Batch]:
        pairs: list[tuple[ImageFile, Images]] = []
        for file, image in self._decoded(size or DEFAULT_SIZE, progress):
            if pairs and (len(pairs) == _BATCH or pairs[0][0].part != file.part):
                yield _batch(pairs)
                pairs = []
            pairs.append((file, image))
        if pairs:
            yield _batch(pairs)
        self.notes[:] = [*self.layout.notes, *self._told()]

    def _decoded(self, size: Size, progress: Progress) -> Iterator[tuple[ImageFile, Images]]:
        """The images that can be read, (height, width, 3) uint8 each, in the layout's order."""
        files = self.layout.files
        train = np.zeros(len(self.classes), dtype=np.int64)
        self._unreadable.clear()
        prepare_for({PurePosixPath(file.path).suffix.lower() for file in files})
        with (
            closing(self._open()) as contents,
            closing(_ahead(lambda file: _decode(contents, file.path, size), files)) as images,
        ):
            for done, (file, image) in enumerate(zip(files, images, strict=True), start=1):
                if isinstance(image, str):
                    self._refuse_many(file, image)
                else:
                    train[file.label] += file.part == "train"
                    yield file, image
                if done % _BATCH == 0 or done == len(files):
                    progress(done / len(files), f"Decoding {done:,} of {len(files):,} images")
        self._require_images(train)

    def _require_images(self, train: Indices) -> None:
        for label in np.flatnonzero(train == 0):
            raise DatasetError(
                f"{self.name}: none of the images of class {self.classes[label]!r} can be read: "
                f"{'; '.join(self._unreadable[:3])}. Replace them, or take its folder away."
            )

    def _open(self) -> _Files:
        try:
            if self.location.is_dir():
                return _FolderFiles(self.location)
            return _ZipFiles(self.location)
        except (OSError, zipfile.BadZipFile) as error:
            raise DatasetError(f"{self.location} cannot be opened: {error}.") from error

    def _refuse_many(self, file: ImageFile, reason: str) -> None:
        self._unreadable.append(f"{file.path} ({reason})")
        allowed = _MOST_UNREADABLE * len(self.layout.files)
        if len(self._unreadable) > allowed:
            raise DatasetError(
                f"{self.name}: too many of its {len(self.layout.files):,} images cannot be read, "
                f"among them {'; '.join(self._unreadable[:3])}. Replace or delete them, then "
                "load it again."
            )

    def _told(self) -> list[str]:
        if not self._unreadable:
            return []
        some = "; ".join(self._unreadable[:3])
        return [f"{len(self._unreadable):,} images cannot be read and are left out: {some}."]


def _decode(contents: _Files, path: str, size: Size) -> Images | str:
    """(height, width, 3) uint8, or why there is none."""
    try:
        data = contents.read(path)
        if len(data) > _MOST_FILE_BYTES:
            return f"larger than {_MOST_FILE_BYTES >> 20} MB"
        return decode_image(data, size)
    except UnreadableImageError as error:
        return str(error)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        # RuntimeError and its child NotImplementedError: an encrypted member, a rare compression.
        return str(error)


def _batch(pairs: list[tuple[ImageFile, Images]]) -> Batch:
    labels = np.array([file.label for file, _ in pairs], dtype=np.int64)
    return Batch(pairs[0][0].part, 0, np.stack([image for _, image in pairs]), labels)


def _ahead(
    function: Callable[[_Item], _Result], items: Iterable[_Item], depth: int = 2 * _BATCH
) -> Generator[_Result, None, None]:
    """Map on threads, in order, never more than `depth` results ahead of the reader."""
    pending: deque[Future[_Result]] = deque()
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) >= depth:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
