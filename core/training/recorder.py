"""Writes a run's record while it is made: status, metric lines, and their cost.

Knows nothing of TensorFlow or of what is trained.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any, Protocol

import psutil

from core.runs import Run, State, Status, sync_folder
from core.training.resources import ResourceMeter

HEARTBEAT_SECONDS = 1.0
RESERVE_BYTES = 64 * 1024


class Mirror(Protocol):
    """Gets each metric line too, in another format."""

    def write(self, kind: str, values: dict[str, Any]) -> None: ...

    def close(self) -> None: ...


class Recorder:
    """The one writer of a living run's status.json and metrics.jsonl."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.seconds = 0.0  # spent writing, for the benchmark of what record-keeping costs
        self.mirrors: list[Mirror] = []
        self._meter = ResourceMeter()
        self._reserve = run.path / ".reserve"
        self._written = 0.0
        process = psutil.Process()
        now = time.time()
        self.status: Status = replace(
            run.status(),
            pid=process.pid,
            process_started=process.create_time(),
            heartbeat=now,
        )
        # Space held back, so that a full disk still has room for the last status.
        self._reserve.write_bytes(b"\0" * RESERVE_BYTES)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Count the time inside as spent on the record."""
        begun = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - begun

    def phase(self, words: str) -> None:
        """Say what the worker does now."""
        self.update(phase=words)
        self.flush(durable=False)

    def update(self, **changes: Any) -> None:
        """Change the status; it is written about once a second."""
        self.status = replace(self.status, heartbeat=time.time(), **changes)
        if time.monotonic() - self._written >= HEARTBEAT_SECONDS:
            self.flush(durable=False)

    def flush(self, *, durable: bool = True) -> None:
        with self.writing():
            self.status = replace(self.status, resources=asdict(self._meter.read()))
            self.run.write_status(self.status, durable=durable)
        self._written = time.monotonic()

    def metric(self, kind: str, **values: Any) -> None:
        """Append one line to metrics.jsonl, in a single write."""
        line = json.dumps({"kind": kind, "time": round(time.time(), 3), **values}) + "\n"
        with self.writing():
            with self.run.metrics_path.open("ab", buffering=0) as file:
                file.write(line.encode())
            for mirror in self.mirrors:
                mirror.write(kind, values)

    def resume_at(self, step: int) -> None:
        """Supersede the lines measured after the checkpoint that training goes back to."""
        path = self.run.metrics_path
        if path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            with path.open("ab") as file:  # a line torn by the crash must not swallow ours
                file.write(b"\n")
        self.metric("resume", step=step)

    def end(self, state: State, **changes: Any) -> None:
        """Write the last status, from the reserve where the disk is full."""
        self._reserve.unlink(missing_ok=True)
        self._close_mirrors()
        now = time.time()
        self.status = replace(
            self.status, state=state, phase=str(state), heartbeat=now, finished=now, **changes
        )
        self.flush()
        sync_folder(self.run.path)

    def _close_mirrors(self) -> None:
        for mirror in self.mirrors:
            try:
                mirror.close()
            except Exception as error:  # a mirror's trouble must not cost the run its last status
                print(f"The copy of the metrics could not be closed: {error}", flush=True)
