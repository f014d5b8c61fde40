"""Read the built-in sets from where they lie: scikit-learn's digits, CIFAR, IDX files.

Archives are read member by member, by name; nothing is unpacked to disk and nothing
is unpickled. Knows nothing of the cache or of downloading.
"""

from __future__ import annotations

import gzip
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from core.data.dataset import Images
from core.data.sources.fingerprints import file_fingerprint
from core.data.sources.formats import check_labels, cifar_records, idx_array
from core.data.sources.resize import resized
from core.data.sources.source import Batch, Progress
from core.errors import DatasetError
from core.photos.fit import Fitting
from core.reading import is_file, is_folder

_RECORDS_AT_ONCE = 1000
_MOST_IDX_BYTES = 1 << 28
_DAMAGE = (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, gzip.BadGzipFile)


@dataclass
class DigitsSource:
    """scikit-learn's 8x8 digits (Alpaydin and Kaynak 1998), enlarged with a bicubic filter."""

    name: str
    classes: tuple[str, ...]
    count: int
    notes: list[str] = field(default_factory=list)

    def fingerprint(self) -> str:
        return "scikit-learn digits"

    def batches(self, fitting: Fitting | None, progress: Progress) -> Iterator[Batch]:
        from sklearn.datasets import load_digits  # takes a second: only when not yet cached

        progress(None, "Preparing the digits")
        digits = load_digits()
        images = np.rint(digits.images * (255 / 16)).astype(np.uint8)  # 0..16 -> 0..255
        labels = digits.target.astype(np.int64)
        whole = Batch("train", 0, images[..., None], labels)
        # Pixels of 8x8 have no edges to keep: only a smooth filter shows the digit.
        smooth = replace(fitting, interpolation="bicubic") if fitting else None
        yield from resized([whole], smooth)


@dataclass
class CifarSource:
    """A CIFAR set's binary version: its folder, or the tar archive of that folder."""

    name: str
    classes: tuple[str, ...]
    count: int
    path: Path
    files: dict[str, str]  # file name -> split, in the order of each split
    label_bytes: int
    notes: list[str] = field(default_factory=list)

    def fingerprint(self) -> str:
        if is_folder(self.path):
            return file_fingerprint(*(self.path / name for name in self._present()))
        return file_fingerprint(self.path)

    def _present(self) -> list[str]:
        return [name for name in self.files if is_file(self.path / name)]

    def batches(self, fitting: Fitting | None, progress: Progress) -> Iterator[Batch]:
        return resized(self._records(progress), fitting)

    def _records(self, progress: Progress) -> Iterator[Batch]:
        seen: set[str] = set()
        try:
            for name, length, file in self._members():
                if name in seen:
                    continue
                yield from self._file_records(name, length, file, len(seen), progress)
                seen.add(name)
        except _DAMAGE as error:
            raise DatasetError(
                f"{self.path} is damaged or was not copied whole ({error}). Delete it and "
                "fetch it again."
            ) from error
        except OSError as error:
            raise _cannot_read(self.path, error) from error
        missing = [name for name in self.files if name not in seen]
        if missing:
            raise DatasetError(
                f"{self.path} is not complete: {', '.join(missing)} missing. Fetch it again."
            )

    def _members(self) -> Iterator[tuple[str, int, IO[bytes]]]:
        """Name, length and content of each wanted file, in the order they lie."""
        if is_folder(self.path):
            for name in self._present():
                with (self.path / name).open("rb") as file:
                    yield name, (self.path / name).stat().st_size, file
            return
        with tarfile.open(self.path, mode="r|*") as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                content = archive.extractfile(member) if member.isfile() else None
                if name in self.files and content is not None:
                    yield name, member.size, content

    def _file_records(
        self, name: str, length: int, file: IO[bytes], files_done: int, progress: Progress
    ) -> Iterator[Batch]:
        rank, done = list(self.files).index(name), 0
        block = _RECORDS_AT_ONCE * (self.label_bytes + 3072)
        while data := file.read(block):
            images, labels = cifar_records(
                data, f"{name} in {self.path}", self.label_bytes, len(self.classes)
            )
            yield Batch(self.files[name], rank, images, labels)
            done += len(data)
            progress((files_done + done / length) / len(self.files), f"Reading {self.path.name}")


@dataclass
class IdxSource:
    """A set in four IDX files, gzipped or not: images and labels of train and test."""

    name: str
    classes: tuple[str, ...]
    count: int
    paths: dict[str, tuple[Path, Path]]  # split -> (images, labels)
    notes: list[str] = field(default_factory=list)

    def fingerprint(self) -> str:
        return file_fingerprint(*(path for pair in self.paths.values() for path in pair))

    def batches(self, fitting: Fitting | None, progress: Progress) -> Iterator[Batch]:
        return resized(self._blocks(progress), fitting)

    def _blocks(self, progress: Progress) -> Iterator[Batch]:
        for done, (split, (images_path, labels_path)) in enumerate(self.paths.items()):
            progress(done / len(self.paths), f"Reading {images_path.name}")
            images = idx_array(read_idx(images_path), str(images_path), 3)
            labels = idx_array(read_idx(labels_path), str(labels_path), 1).astype(np.int64)
            check_labels(labels, len(self.classes), str(labels_path))
            if len(images) != len(labels):
                raise DatasetError(
                    f"{images_path} holds {len(images):,} images and {labels_path} "
                    f"{len(labels):,} labels: they do not belong together. Fetch both again."
                )
            for start in range(0, len(images), _RECORDS_AT_ONCE):
                block = slice(start, start + _RECORDS_AT_ONCE)
                yield Batch(split, 0, _with_channel(images[block]), labels[block])


def _with_channel(images: Images) -> Images:
    return images[..., None]


def read_idx(path: Path) -> bytes:
    """The content of an IDX file, gzipped or not.

    Raises:
        DatasetError: damaged, or larger than any such file is.
    """
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if zipped else raw as file:
                data: bytes = file.read(_MOST_IDX_BYTES + 1)
    except _DAMAGE as error:
        raise DatasetError(f"{path} is damaged ({error}). Delete it and fetch it again.") from error
    except OSError as error:
        raise _cannot_read(path, error) from error
    if len(data) > _MOST_IDX_BYTES:
        raise DatasetError(f"{path} is no file of this set: it unpacks to over 256 MB.")
    return data


def _cannot_read(path: Path, error: OSError) -> DatasetError:
    return DatasetError(f"{path} cannot be read: {error.strerror or error}.")
