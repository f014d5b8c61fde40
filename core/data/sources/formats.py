"""Decode the record formats of the classic sets from bytes: CIFAR's binary records, IDX.

Pure functions over bytes, never a pickle. Knows nothing of files or folders.
"""

from __future__ import annotations

import math

import numpy as np

from core.data.dataset import Images, Indices
from core.errors import DatasetError

_CIFAR_SHAPE = (3, 32, 32)  # channel, row, column
_CIFAR_PIXELS = math.prod(_CIFAR_SHAPE)
_IDX_UINT8 = 0x08


def cifar_records(
    data: bytes, name: str, label_bytes: int = 1, num_classes: int = 10
) -> tuple[Images, Indices]:
    """Decode CIFAR's binary version (Krizhevsky 2009).

    A record is `label_bytes` labels (CIFAR-100: coarse, then fine), of which the last
    counts, then 3,072 pixel bytes.

    Returns:
        (n, 32, 32, 3) uint8, 0..255, and (n,) int64, 0..num_classes-1.

    Raises:
        DatasetError: not a whole number of records, or a label that is no class.
    """
    record = label_bytes + _CIFAR_PIXELS
    if not data or len(data) % record:
        raise DatasetError(
            f"{name} is damaged: it has {len(data):,} bytes, which is not a whole number of "
            f"records of {record:,} bytes. Fetch it again."
        )
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, record)
    labels = rows[:, label_bytes - 1].astype(np.int64)
    check_labels(labels, num_classes, name)
    planes = rows[:, label_bytes:].reshape(-1, *_CIFAR_SHAPE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels


def idx_array(data: bytes, name: str, dimensions: int) -> Images:
    """Decode an IDX file of bytes (LeCun's MNIST page): images have 3 dimensions, labels 1.

    Returns:
        uint8 of the shape that its header gives.

    Raises:
        DatasetError: not such a file, or one cut short.
    """
    header = 4 + 4 * dimensions
    if len(data) < header or data[:4] != bytes([0, 0, _IDX_UINT8, dimensions]):
        raise DatasetError(
            f"{name} is no IDX file of {dimensions} dimensions: it begins with "
            f"{data[:4].hex(' ')}. Fetch it again."
        )
    shape = [int.from_bytes(data[at : at + 4], "big") for at in range(4, header, 4)]
    if len(data) - header != math.prod(shape):
        raise DatasetError(
            f"{name} is damaged: its header promises {math.prod(shape):,} bytes and "
            f"{len(data) - header:,} follow. Fetch it again."
        )
    return np.frombuffer(data, dtype=np.uint8, offset=header).reshape(shape)


def check_labels(labels: Indices, num_classes: int, name: str) -> None:
    """Raises DatasetError where a label is no class."""
    if len(labels) and labels.max() >= num_classes:
        raise DatasetError(
            f"{name} is damaged: it holds the label {labels.max()}, and labels go from 0 to "
            f"{num_classes - 1}. Fetch it again."
        )
