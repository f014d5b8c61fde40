"""Tiny sets on disk in the formats of the real ones."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CIFAR10_NAMES = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def cifar_rows(count: int, classes: int, label_bytes: int, seed: int) -> NDArray[np.uint8]:
    """(count, label_bytes + 3072) uint8: labels in turn, pixels at random."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, size=(count, label_bytes + 3072), dtype=np.uint8)
    rows[:, 0] = 0
    rows[:, label_bytes - 1] = np.arange(count) % classes
    return rows


def cifar10_files(per_file: int = 20) -> dict[str, bytes]:
    return {
        name: cifar_rows(per_file, 10, 1, seed).tobytes() for seed, name in enumerate(CIFAR10_NAMES)
    }


def cifar100_files() -> dict[str, bytes]:
    return {
        "train.bin": cifar_rows(200, 100, 2, 0).tobytes(),
        "test.bin": cifar_rows(100, 100, 2, 1).tobytes(),
        "fine_label_names.txt": b"apple\n",
    }


def write_tar(path: Path, folder: str, files: dict[str, bytes], mode: str = "w:gz") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def write_folder(path: Path, files: dict[str, bytes]) -> Path:
    path.mkdir(parents=True)
    for name, data in files.items():
        (path / name).write_bytes(data)
    return path


def idx(array: NDArray[np.uint8]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def idx_files(train: int = 40, test: int = 20, zipped: bool = True) -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    arrays = []
    for count in (train, test):
        arrays.append(rng.integers(0, 256, size=(count, 28, 28), dtype=np.uint8))
        arrays.append((np.arange(count) % 10).astype(np.uint8))
    files = dict(zip(IDX_NAMES, map(idx, arrays), strict=True))
    if zipped:
        return {f"{name}.gz": gzip.compress(data) for name, data in files.items()}
    return files
