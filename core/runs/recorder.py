"""Writes a run's record while it is made: status, metric lines, and their cost.

Knows nothing of TensorFlow or of what is trained.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from core.errors import ReadingError
from core.files import open_to_append, sync_folder
from core.machine.resources import ResourceMeter, boot_id
from core.reading import read_tail
from core.runs.live import phase_times
from core.runs.record import Run
from core.runs.status import Phase, State, Status

HEARTBEAT_SECONDS = 1.0
_MOST_WORDS = 5000  # characters of a sentence; a status with more is refused when read


class Recorder:
    """The one writer of a living run's status.json and metrics.jsonl."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.seconds = 0.0  # spent writing, for the benchmark of what record-keeping costs
        self._meter = ResourceMeter()
        self._written = 0.0
        process = psutil.Process()
        self._phase_begun = process.create_time()
        now = time.time()
        self.status: Status = run.status().model_copy(
            update={
                "pid": process.pid,
                "process_started": process.create_time(),
                "heartbeat": now,
                "boot_id": boot_id(),
            }
        )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Count the time inside as spent on the record."""
        begun = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - begun

    def phase(self, phase: Phase) -> None:
        """Say what the worker does now, and remember how long what it did before has lasted."""
        if phase is not self.status.phase:
            self._note_length(self.status.phase)
        self.update(phase=phase, phase_detail="")
        self.flush(durable=False)

    def _note_length(self, phase: Phase) -> None:
        now = time.time()
        phase_times.note(self.run.path.parent, phase, now - self._phase_begun)
        self._phase_begun = now

    def update(self, **changes: Any) -> None:
        """Change the status; it is written about once a second."""
        changes = {key: _shortened(value) for key, value in changes.items()}
        self.status = self.status.model_copy(update={"heartbeat": time.time(), **changes})
        if time.monotonic() - self._written >= HEARTBEAT_SECONDS:
            self.flush(durable=False)

    def flush(self, *, durable: bool = True) -> None:
        with self.writing():
            self.status = self.status.model_copy(update={"resources": self._meter.read()})
            self.run.write_status(self.status, durable=durable)
        self._written = time.monotonic()

    def metric(self, kind: str, **values: Any) -> None:
        """Append one line to metrics.jsonl, in a single write."""
        line = json.dumps({"kind": kind, "time": round(time.time(), 3), **values}) + "\n"
        with self.writing(), open_to_append(self.run.metrics_path) as file:
            if file.write(line.encode()) < len(line):  # json.dumps writes ASCII
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.run.metrics_path))

    def resume_at(self, step: int, epoch: int) -> None:
        """Supersede the lines measured after the checkpoint that training goes back to.

        Args:
            step: steps that it has done.
            epoch: epochs that it has judged; its last step may wait for being judged.
        """
        if self._ends_torn():
            with open_to_append(self.run.metrics_path) as file:  # it must not swallow ours
                file.write(b"\n")
        self.metric("resume", step=step, epoch=epoch)

    def _ends_torn(self) -> bool:
        """The crash came in the middle of a line."""
        try:
            return read_tail(self.run.metrics_path, 1) not in (b"", b"\n")
        except ReadingError:
            return False

    def end(self, state: State, **changes: Any) -> None:
        """Write the last status, from the reserve where the disk is full."""
        self.run.reserve_path.unlink(missing_ok=True)
        phase, now = self.status.phase, time.time()
        last = {"state": state, "phase": Phase.ENDED, "heartbeat": now, "finished": now}
        changes = {key: _shortened(value) for key, value in changes.items()}
        self.status = self.status.model_copy(update={"phase_detail": "", **last, **changes})
        self.flush()
        sync_folder(self.run.path)
        if state is State.FINISHED:  # else the phase was cut short
            self._note_length(phase)


def _shortened(value: Any) -> Any:
    """Sentences that quote a long list, say, cut to what is read back."""
    too_long = isinstance(value, str) and len(value) > _MOST_WORDS
    return f"{value[:_MOST_WORDS]}…" if too_long else value
