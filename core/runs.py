"""The run record on disk: create, list, read, delete.

A run is a directory that a person can read and any tool can too. State is derived,
never trusted: the living worker holds an exclusive flock on RUN/lock, so a record
that says it is running beside a free lock has crashed. Knows nothing of TensorFlow
and nothing of how a run is trained.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from core.config import RunConfig, load_config
from core.crashes import crash_reason


class RunError(Exception):
    """Something about a run record that the person can be told in a sentence."""


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CRASHED = "crashed"

    @property
    def alive(self) -> bool:
        """A worker process stands behind it."""
        return self in (State.QUEUED, State.RUNNING)

    @property
    def resumable(self) -> bool:
        return self in (State.PAUSED, State.STOPPED, State.CRASHED, State.FAILED)


@dataclass(frozen=True)
class Status:
    """What RUN/status.json holds. Times are seconds since the epoch."""

    state: State = State.QUEUED
    phase: str = "waiting"  # what the worker does now, in words for the page
    error: str = ""  # one sentence, empty unless failed or stopped by the engine
    advice: str = ""  # what to do about the error
    epoch: int = 0  # epochs completed
    epochs: int = 0
    step: int = 0  # steps completed over the whole run
    steps: int = 0  # steps planned over the whole run
    first_step: int = 0  # where this worker began: above 0 in a resumed run
    images_per_second: float = 0.0
    pid: int = 0
    process_started: float = 0.0
    created: float = 0.0
    started: float = 0.0  # when training proper began
    finished: float = 0.0
    heartbeat: float = 0.0
    precision: str = ""
    device: str = ""
    early_stopped: bool = False
    resources: dict[str, Any] = field(default_factory=dict)  # the worker's last reading
    result: dict[str, Any] = field(default_factory=dict)  # test_accuracy, lr_suggestion, ...

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far; None before there is a pace."""
        done = self.step - self.first_step
        if self.state is not State.RUNNING or done <= 0 or not self.started or not self.steps:
            return None
        elapsed = max(self.heartbeat - self.started, 1e-6)
        return max(self.steps - self.step, 0) * elapsed / done


@dataclass(frozen=True)
class Run:
    """A handle on one run directory; reading it anew at each call."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def model_path(self) -> Path:
        return self.path / "model.keras"

    @property
    def predictions_path(self) -> Path:
        return self.path / "predictions.npz"

    @property
    def log_path(self) -> Path:
        return self.path / "log.txt"

    @property
    def metrics_path(self) -> Path:
        return self.path / "metrics.jsonl"

    def config(self) -> RunConfig:
        """Raises ConfigError where config.json is missing or wrong."""
        return load_config(self.path / "config.json")

    def status(self) -> Status:
        """The recorded status with its state derived from the lock."""
        recorded = _read_status(self.path / "status.json")
        if recorded.state.alive and not is_locked(self.path / "lock"):
            # Read again: the worker may have finished between the two looks.
            recorded = _read_status(self.path / "status.json")
            if recorded.state.alive:
                return _crashed(self.path, recorded)
        return recorded

    def write_status(self, status: Status, *, durable: bool = True) -> None:
        """Replace status.json. A heartbeat need not be durable: the next one follows."""
        data = json.dumps(asdict(status), indent=2).encode()
        write_atomically(self.path / "status.json", data, durable=durable)

    def facts(self) -> dict[str, Any]:
        """What classes.json says of the data; empty until the worker has loaded them."""
        try:
            facts = json.loads((self.path / "classes.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def metrics(self) -> list[dict[str, Any]]:
        """All metric lines, torn and superseded ones left out."""
        return MetricsLog(self.metrics_path).read()

    def log_tail(self, lines: int = 200) -> str:
        try:
            text = self.log_path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


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


def runs_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Where runs live: the folder given, else CONVSCOPE_RUNS, else `runs`."""
    return Path(given or os.environ.get("CONVSCOPE_RUNS") or "runs").expanduser().absolute()


def create_run(config: RunConfig, folder: Path | None = None) -> Run:
    """Make a run directory with its configuration and a status of `queued`."""
    folder = folder or runs_folder()
    stamp = time.strftime("%Y%m%d-%H%M%S")
    label = _slug(f"{config.dataset.name}-{config.architecture.name}")
    if config.job == "range-test":
        label = f"range-{label}"
    path = folder / f"{stamp}-{label}-{secrets.token_hex(2)}"
    # Filled under a hidden name first, so that a list never meets half a record.
    draft = folder / f".new-{path.name}"
    draft.mkdir(parents=True)
    (draft / "config.json").write_text(config.to_json() + "\n", encoding="utf-8")
    now = time.time()
    Run(draft).write_status(Status(created=now, heartbeat=now, epochs=config.training.epochs))
    (draft / "lock").touch()
    draft.rename(path)
    return Run(path)


def open_run(run_id: str, folder: Path | None = None) -> Run:
    """The run of that id, or at that path.

    Raises:
        RunError: there is none.
    """
    folder = folder or runs_folder()
    for path in (folder / run_id, Path(run_id)):
        if run_id and path.name and (path / "config.json").is_file():
            return Run(path.absolute())
    raise RunError(f"There is no run {run_id!r} under {folder}.")


def list_runs(folder: Path | None = None) -> list[Run]:
    """Every whole run record, newest first."""
    folder = folder or runs_folder()
    return sorted(_records(folder), key=lambda run: run.id, reverse=True)


def _records(folder: Path) -> Iterator[Run]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if not path.name.startswith(".") and (path / "config.json").is_file():
            yield Run(path)


def delete_run(run: Run) -> None:
    """Remove a run for good.

    Raises:
        RunError: its worker is alive.
    """
    if run.status().state.alive:
        raise RunError(f"Run {run.id} is still at work. Stop it first, then delete it.")
    # Renamed first, so that a removal cut short never leaves half a record in the list.
    hidden = run.path.with_name(f".deleted-{run.id}")
    run.path.rename(hidden)
    shutil.rmtree(hidden)


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file whole or not at all: temporary name, fsync where durable, rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(path: Path) -> None:
    """Make renames in a folder outlive a machine that goes down."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lock_exclusively(path: Path, wait_seconds: float = 0.0) -> IO[bytes] | None:
    """Take an exclusive flock; the open file holds it. None where another keeps it."""
    file = path.open("ab")
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(0.02)


def is_locked(path: Path) -> bool:
    """True where some process holds the file's exclusive lock."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _crashed(path: Path, recorded: Status) -> Status:
    reason = crash_reason(path, recorded.pid, recorded.heartbeat, recorded.resources)
    advice = "Resume it: at most the steps since its last checkpoint are lost."
    return replace(recorded, state=State.CRASHED, error=reason, advice=advice)


def _read_status(path: Path) -> Status:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        known = {item.name for item in fields(Status)}
        data = {key: value for key, value in data.items() if key in known}
        return Status(**{**data, "state": State(data["state"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Status(state=State.CRASHED, error="Its status.json cannot be read.")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
