"""The pictures of class folders, in a folder or a zip, decoded on threads.

Pillow lets go of the interpreter while it decodes. A zip is read member by member in
memory; nothing is unpacked to disk. Knows nothing of the cache.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from core.data.dataset import Images, Indices
from core.data.sources.class_folders import ImageFile, Layout, quoted
from core.data.sources.fingerprints import digest, file_fingerprint
from core.data.sources.scan import layout_of, look
from core.data.sources.source import Batch, Progress
from core.data.sources.zips import Zip
from core.errors import DatasetError, ReadingError, UserError
from core.photos.fit import Fitting, Size
from core.photos.reader import LARGEST_BYTES, read_photo
from core.reading import is_folder, opened

DEFAULT_SIZE: Size = (150, 150)
_BATCH = 64
_MOST_UNREADABLE = 0.05
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class _Files(Protocol):
    """Files that can be listed and read, from a folder or a zip."""

    def read(self, path: str) -> bytes: ...

    def close(self) -> None: ...


class _FolderFiles:
    def __init__(self, location: Path) -> None:
        self._location = location

    def read(self, path: str) -> bytes:
        with opened(self._location / path) as file:
            return file.read(LARGEST_BYTES + 1)

    def close(self) -> None:
        """Nothing stays open between reads."""


class _ZipFiles:
    def __init__(self, location: Path) -> None:
        self._archive = Zip(location)

    def read(self, path: str) -> bytes:
        return self._archive.read(path, LARGEST_BYTES)

    def close(self) -> None:
        self._archive.close()


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
        layout = layout_of(self.location)
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
        """Asks every file for its size and time, which notices one overwritten in place."""
        if not is_folder(self.location):
            return file_fingerprint(self.location)
        paths = sorted(self.location / path for path in look(self.location).paths)
        return digest(file_fingerprint(*paths))

    def batches(self, fitting: Fitting | None, progress: Progress) -> Iterator[Batch]:
        pairs: list[tuple[ImageFile, Images]] = []
        for file, image in self._decoded(fitting or Fitting(DEFAULT_SIZE), progress):
            if pairs and (len(pairs) == _BATCH or pairs[0][0].split != file.split):
                yield _batch(pairs)
                pairs = []
            pairs.append((file, image))
        if pairs:
            yield _batch(pairs)
        self.notes[:] = [*self.layout.notes, *self._left_out()]

    def _decoded(self, fitting: Fitting, progress: Progress) -> Iterator[tuple[ImageFile, Images]]:
        """The images that can be read, (height, width, 3) uint8 each, in the layout's order."""
        files = self.layout.files
        train = np.zeros(len(self.classes), dtype=np.int64)
        self._unreadable.clear()
        with (
            closing(self._open()) as contents,
            closing(_ahead(lambda file: _decode(contents, file.path, fitting), files)) as images,
        ):
            for done, (file, image) in enumerate(zip(files, images, strict=True), start=1):
                if isinstance(image, str):
                    self._refuse_many(file, image)
                else:
                    train[file.label] += file.split == "train"
                    yield file, image
                if done % _BATCH == 0 or done == len(files):
                    progress(done / len(files), f"Decoding {done:,} of {len(files):,} images")
        self._require_images(train)

    def _require_images(self, train: Indices) -> None:
        for label in np.flatnonzero(train == 0):
            raise DatasetError(
                f"{self.name}: none of the images of class {quoted(self.classes[label])} can be "
                f"read: {'; '.join(self._unreadable[:3])}.",
                "Replace them, or take its folder away.",
            )

    def _open(self) -> _Files:
        if is_folder(self.location):
            return _FolderFiles(self.location)
        try:
            return _ZipFiles(self.location)
        except ReadingError as error:
            raise DatasetError(error.message, error.advice) from error

    def _refuse_many(self, file: ImageFile, reason: str) -> None:
        self._unreadable.append(f"{quoted(file.path)} ({reason})")
        allowed = _MOST_UNREADABLE * len(self.layout.files)
        if len(self._unreadable) > allowed:
            raise DatasetError(
                f"{self.name}: too many of its {len(self.layout.files):,} images cannot be read, "
                f"among them {'; '.join(self._unreadable[:3])}.",
                "Replace or delete them, then load it again.",
            )

    def _left_out(self) -> list[str]:
        if not self._unreadable:
            return []
        some = "; ".join(self._unreadable[:3])
        return [f"{len(self._unreadable):,} images cannot be read and are left out: {some}."]


def _decode(contents: _Files, path: str, fitting: Fitting) -> Images | str:
    """(height, width, 3) uint8, or why there is none."""
    try:
        picture = read_photo(contents.read(path), fitting.decoded_side).convert("RGB")
        return np.asarray(fitting.apply(picture), dtype=np.uint8)
    except UserError as error:  # of the file or of the picture in it
        words = error.message.rstrip(".")
        return words[:1].lower() + words[1:]
    except KeyError:
        return "it has been taken away meanwhile"


def _batch(pairs: list[tuple[ImageFile, Images]]) -> Batch:
    labels = np.array([file.label for file, _ in pairs], dtype=np.int64)
    return Batch(pairs[0][0].split, 0, np.stack([image for _, image in pairs]), labels)


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
