"""What the network thought of ten fixed images as it learned: RUN/pinned.npz, snapshots.jsonl.

The images stay the same for a whole run, resumed or not. A line is a snapshot: how far training
was, and of each image the most probable classes. Steps rise; where one does not, training went
back to a checkpoint, and the lines that it passes are superseded. Knows nothing of networks.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ReadingError
from core.files import open_to_append, replacing
from core.reading import parse_json, read_arrays, read_tail
from core.runs.live.lines import LONGEST_LINE, GrowingLines

PINNED = 10  # images
TOP = 3  # classes of each image that are noted
LONGEST_SIDE = 128  # pixels of an image as it is kept to be shown
_MOST_PINNED = 4 * 2**20  # bytes
_MOST_LINES = 8 * 2**20  # bytes: some ten thousand snapshots
_MOST_SNAPSHOTS = 400  # held at once; above, every second goes


@dataclass(frozen=True, eq=False)
class Pinned:
    """The images as they are shown, and what they are."""

    images: np.ndarray  # (n, H, W, C) uint8, n from 1 to PINNED, a side at most LONGEST_SIDE
    labels: np.ndarray  # (n,) int64


@dataclass(frozen=True)
class Snapshot:
    """What the network thought of each pinned image after so many steps."""

    step: int
    epoch: float  # 1.5: in the middle of the second
    classes: tuple[tuple[int, ...], ...]  # of each image the most probable, best first
    probabilities: tuple[tuple[float, ...], ...]  # theirs, 0..1
    own: tuple[float, ...]  # of each image, its true class's, 0..1


def write_pinned(path: Path, pinned: Pinned) -> None:
    """Raises OSError where it cannot be written."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, images=pinned.images, labels=pinned.labels)


def read_pinned(path: Path, num_classes: int) -> Pinned | None:
    """The pinned images; None where there are none, or the file is not what was written."""
    try:
        found = read_arrays(path, ("images", "labels"), most=_MOST_PINNED)
    except ReadingError:
        return None
    images, labels = found["images"], found["labels"]
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] not in (1, 3):
        return None
    if not 0 < len(images) <= PINNED or not min(images.shape[1:3]) > 0:
        return None
    if max(images.shape[1:3]) > LONGEST_SIDE or labels.shape != (len(images),):
        return None
    if labels.dtype != np.int64 or labels.min() < 0 or labels.max() >= num_classes:
        return None
    return Pinned(images, labels)


def append(path: Path, step: int, epoch: float, probabilities: np.ndarray, labels: Any) -> None:
    """Add a snapshot.

    Args:
        probabilities: (n, K) float, of each pinned image.
        labels: (n,) integers, their true classes.

    Raises:
        OSError: it cannot be written.
    """
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :TOP]
    line = {
        "step": step,
        "epoch": round(epoch, 4),
        "classes": best.tolist(),
        "p": _rounded(np.take_along_axis(probabilities, best, axis=1)),
        "own": _rounded(probabilities[np.arange(len(labels)), labels]),
    }
    # The worker that was killed in the middle of a line must not swallow this one.
    start = b"\n" if _ends_torn(path) else b""
    with open_to_append(path) as file:
        file.write(start + json.dumps(line, separators=(",", ":")).encode() + b"\n")


def _rounded(probabilities: np.ndarray) -> Any:
    return np.round(probabilities.astype(np.float64), 4).tolist()


def _ends_torn(path: Path) -> bool:
    try:
        return read_tail(path, 1) not in (b"", b"\n")
    except ReadingError:
        return False


class SnapshotLog:
    """Reads a growing snapshots.jsonl, each call only what is new. Sessions may share one."""

    def __init__(self, path: Path, images: int, num_classes: int) -> None:
        """`images`: how many are pinned. A line that does not fit them is left out."""
        self._lines = GrowingLines(path, _MOST_LINES)
        self._images, self._num_classes = images, num_classes
        self._found: list[Snapshot] = []
        self._lock = threading.Lock()

    def read(self) -> Sequence[Snapshot]:
        """All that hold, oldest first; of a long run with some left out evenly."""
        with self._lock:
            for lines in self._lines.new():
                if lines is None:
                    self._found = []
                    continue
                for line in lines:
                    self._take(line)
            return list(self._found)

    def _take(self, line: bytes) -> None:
        snapshot = _snapshot(line, self._images, self._num_classes)
        if snapshot is None:
            return
        while self._found and self._found[-1].step >= snapshot.step:
            self._found.pop()
        self._found.append(snapshot)
        if len(self._found) > _MOST_SNAPSHOTS:
            self._found = self._found[::2]  # the first one stays


def _snapshot(line: bytes, images: int, num_classes: int) -> Snapshot | None:
    """A line's snapshot; None where it is torn, or is none."""
    if not line or len(line) > LONGEST_LINE:
        return None
    try:
        data = parse_json(line, "a snapshot")
        classes = _table(data["classes"], images, int, num_classes - 1)
        probabilities = _table(data["p"], images, float, 1.0)
        own = _row(data["own"], float, 1.0)
        (step,), (epoch,) = _row([data["step"]], int, 10**15), _row([data["epoch"]], float, 1e9)
    except (ReadingError, ValueError, KeyError, TypeError):
        return None
    if len(own) != images or [len(row) for row in classes] != [len(row) for row in probabilities]:
        return None
    return Snapshot(step, epoch, classes, probabilities, own)


def _table(rows: Any, count: int, kind: type, most: float) -> tuple[tuple[Any, ...], ...]:
    if not isinstance(rows, list) or len(rows) != count:
        raise ValueError("not a row an image")
    table = tuple(_row(row, kind, most) for row in rows)
    if not all(table):
        raise ValueError("an image without a class")
    return table


def _row(values: Any, kind: type, most: float) -> tuple[Any, ...]:
    """Numbers of that kind, from 0 to `most`; ValueError where they are none."""
    if not isinstance(values, list) or len(values) > PINNED:
        raise ValueError("no row of numbers")
    for value in values:
        whole = type(value) is int
        if not (whole or (kind is float and type(value) is float)) or not 0 <= value <= most:
            raise ValueError("no such number")
    return tuple(kind(value) for value in values)
