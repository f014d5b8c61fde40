"""RUN/metrics.jsonl read while it grows, each look only what is new.

Knows nothing of what is measured.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any


class MetricsLog:
    """Reads a growing metrics.jsonl, each call only what is new.

    A line `{"kind": "resume", "step": S}` supersedes the lines before it whose step is
    above S: they were measured after the checkpoint that training went back to. Sessions
    may share one reader.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rows: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def read(self) -> list[dict[str, Any]]:
        """Every row so far, oldest first."""
        with self._lock:
            self._catch_up()
            return list(self._rows)

    def _catch_up(self) -> None:
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < self._offset:
                    self._offset, self._rows = 0, []
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return  # nothing has been measured yet
        whole = data.rfind(b"\n") + 1  # a line still being written waits for the next call
        self._offset += whole
        for line in data[:whole].splitlines():
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            row = json.loads(line)
        except ValueError:
            return  # torn by a crash in the middle of a write
        if not isinstance(row, dict) or "kind" not in row:
            return
        if row["kind"] == "resume":
            step = row.get("step", 0)
            self._rows = [old for old in self._rows if old.get("step", 0) <= step]
        else:
            self._rows.append(row)
