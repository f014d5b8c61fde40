"""RUN/metrics.jsonl read while it grows, each look only what is new.

A line is believed only where it has the numbers that its kind has: the file may have been cut
short, edited or replaced. Memory is bounded however long a run goes on. Knows nothing of what
the numbers mean.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO, Any

from core.errors import ReadingError
from core.reading import opened, parse_json
from core.runs.live.lines import LONGEST_LINE, GrowingLines

Row = dict[str, Any]

# What a row of each kind must have; what else it may have follows below.
_NEEDED = {
    "tick": ("step", "epoch"),
    "epoch": ("step", "epoch"),
    "range": ("step", "lr", "loss"),
    "resume": ("step",),
}
_FIGURES = ("lr", "momentum", "loss", "accuracy", "val_loss", "val_accuracy", "images_per_second")
_NUMBERS = frozenset((*_FIGURES, "step", "epoch", "seed", "seconds", "reduced_lr", "time"))
_LARGEST = 1e30  # of any number; what is larger, infinite or NaN counts as not measured
# Of what is new at one look only so much, the newest, is read: five days of training at two
# lines a second fit, and a file of gigabytes costs seconds.
_MOST_BYTES = 128 * 1024 * 1024
_MOST_SKIMMED = 1 << 18  # bytes
_SKIMMED_PIECES = 64
_MOST_ROWS = 40_000  # held at once; above, every second line between epochs goes


class MetricsLog:
    """Reads a growing metrics.jsonl, each call only what is new.

    A line `{"kind": "resume", "step": S, "epoch": E}` supersedes the lines before it whose
    step is above S and the epochs above E: they were measured after the checkpoint that
    training went back to. Sessions may share one reader.
    """

    def __init__(self, path: Path) -> None:
        self._lines = GrowingLines(path, _MOST_BYTES)
        self._rows: list[Row] = []
        self._lock = threading.Lock()

    def read(self) -> list[Row]:
        """Every row so far, oldest first; of very long runs with ticks left out evenly.

        Of a file above 128 MiB, some five days of training, the first look passes over the
        beginning.

        A row has its `kind` ("tick", "epoch" or "range") and finite numbers.
        """
        with self._lock:
            for lines in self._lines.new():
                if lines is None:
                    self._rows = []
                    continue
                for line in lines:
                    self._take(line)
                self._thin()
            return list(self._rows)

    def _take(self, line: bytes) -> None:
        row = _row(line)
        if row is None:
            return
        if row["kind"] == "resume":
            # Steps only rise between two of these, so what is superseded stands at the end.
            while self._rows and _supersedes(row, self._rows[-1]):
                self._rows.pop()
        else:
            self._rows.append(row)

    def _thin(self) -> None:
        while len(self._rows) > _MOST_ROWS:
            rows = self._rows
            kept = [row for i, row in enumerate(rows) if i % 2 or row["kind"] == "epoch"]
            self._rows = kept if len(kept) < 0.9 * len(rows) else rows[1::2]


def skim(path: Path) -> list[Row]:
    """Rows of a metrics.jsonl from its whole length, at most some hundred kilobytes of it.

    For a small picture of many runs; superseded lines may be among them. None where the file is
    not there.
    """
    try:
        with opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            starts = [0] if size <= _MOST_SKIMMED else range(0, size, size // _SKIMMED_PIECES)
            most = _MOST_SKIMMED // len(starts)
            pieces = [_piece(file, start, most) for start in starts]
    except ReadingError:
        return []
    rows = [_row(line) for piece in pieces for line in piece.split(b"\n")]
    return [row for row in rows if row is not None and row["kind"] != "resume"]


def _piece(file: IO[bytes], start: int, most: int) -> bytes:
    """From a place in the file on; the torn lines at its ends are no rows."""
    file.seek(start)
    return file.read(most)


def _supersedes(resume: Row, old: Row) -> bool:
    # Records of the versions before did not say the epoch.
    judged = old["kind"] != "epoch" or old["epoch"] <= resume.get("epoch", old["epoch"])
    return bool(old["step"] > resume["step"] or not judged)


def _row(line: bytes) -> Row | None:
    """A line's row; None where it is torn, or is no row."""
    if not line or len(line) > LONGEST_LINE:
        return None
    try:
        found = parse_json(line, "a metric line")
    except ReadingError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("kind"), str):
        return None
    needed = _NEEDED.get(found["kind"])
    if needed is None:  # of another version
        return None
    row = {key: value for key, value in found.items() if key in _NUMBERS and _is_number(value)}
    if any(key not in row for key in needed) or row["step"] < 0 or row.get("lr", 1.0) <= 0:
        return None
    return {"kind": found["kind"], **row}


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and -_LARGEST < value < _LARGEST  # type: ignore[operator]
