"""A series on disk, runs/.KIND/ID: what is asked, how far it came, whether a process sees to it.

| file | content |
| --- | --- |
| `study.json`, `search.json` | what is asked; more may be put into it while it goes on |
| `progress.json`, `trials.json` | how far it came, and why it ended early, in a sentence |
| `lock` | held by the living conductor |
| `request-stop` | an empty file, there while the conductor is asked to stop |
| `log.txt` | what the conductor says |

State is derived, never trusted: a free lock means that nobody sees to it. The runs themselves are
records like any others. Knows nothing of what is asked, or of what came out.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import ConfigError, ReadingError, RunError
from core.files import is_locked, lock_exclusively, open_to_append, write_atomically
from core.reading import is_file, listed, read_json
from core.runs import Run, runs_folder

MOST = 100  # of a kind that are listed; no more are made
MOST_BYTES = 1 << 21  # of a file; the largest takes some thousand
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
_Words = Annotated[str, Field(max_length=10_000)]


class SeriesState(StrEnum):
    """How a series stands, for as long as anybody looks."""

    PLANNED = "planned"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"

    @property
    def alive(self) -> bool:
        """A conductor sees to it."""
        return self in (SeriesState.RUNNING, SeriesState.STOPPING)


class SeriesProgress(BaseModel):
    """How far a series came; each kind says more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    started: bool = False  # somebody has started it once
    error: _Words = ""  # why it ended early, in sentences; empty where it did not
    advice: _Words = ""


Progress = TypeVar("Progress", bound=SeriesProgress)
Asked = TypeVar("Asked", bound=BaseModel)


@dataclass(frozen=True)
class SeriesRecord(Generic[Asked, Progress]):
    """A handle on one series' folder, which reads it anew at each call."""

    path: Path

    kind: ClassVar[str]  # what it is called: "study"
    kinds: ClassVar[str]  # several of them, as their folder is named
    progress_name: ClassVar[str]
    progress_type: ClassVar[type[SeriesProgress]]

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def runs(self) -> Path:
        """The folder in which its runs lie."""
        return self.path.parent.parent

    @property
    def asked_path(self) -> Path:
        return self.path / f"{self.kind}.json"

    @property
    def progress_path(self) -> Path:
        return self.path / self.progress_name

    @property
    def lock_path(self) -> Path:
        """Held by the living conductor."""
        return self.path / "lock"

    @property
    def stop_path(self) -> Path:
        """There while the conductor is asked to stop."""
        return self.path / "request-stop"

    @property
    def log_path(self) -> Path:
        return self.path / "log.txt"

    def _asked(self, parse: Callable[[Any], Asked]) -> Asked:
        """Raises ConfigError where the file is missing or wrong."""
        try:
            return parse(read_json(self.asked_path, MOST_BYTES))
        except ReadingError as error:
            raise ConfigError(error.message, error.advice) from error

    def write_asked(self, asked: Asked) -> None:
        write_atomically(self.asked_path, (asked.model_dump_json(indent=2) + "\n").encode())

    def progress(self) -> Progress:
        """None of it where the file cannot be read."""
        try:
            found = self.progress_type.model_validate(read_json(self.progress_path, MOST_BYTES))
        except (ReadingError, ValidationError):
            found = self.progress_type()
        return found  # type: ignore[return-value]  # each kind names the two together

    def write_progress(self, progress: SeriesProgress) -> None:
        write_atomically(self.progress_path, progress.model_dump_json(indent=2).encode())

    def run_named(self, run_id: str) -> Run | None:
        """One of its runs; None where there is no id, or the run was deleted."""
        if not run_id or "/" in run_id or run_id.startswith("."):
            return None
        run = Run(self.runs / run_id)
        return run if is_file(run.config_path) else None

    def alive(self) -> bool:
        """A conductor sees to it."""
        return is_locked(self.lock_path)

    def _state(self, started: bool, is_over: Callable[[], bool]) -> SeriesState:
        """As the lock says, and where nobody holds it, whether there is nothing left to do."""
        if self.alive():
            return SeriesState.STOPPING if is_file(self.stop_path) else SeriesState.RUNNING
        if is_over():
            return SeriesState.FINISHED
        return SeriesState.STOPPED if started else SeriesState.PLANNED


Record = TypeVar("Record", bound=SeriesRecord[Any, Any])


def create_series(of: type[Record], asked: BaseModel, folder: Path | None = None) -> Record:
    """Write a series that is not started yet.

    Raises:
        ConfigError: there are as many as are listed.
        OSError: it could not be written; nothing is left of it.
    """
    if len(list_series(of, folder)) >= MOST:
        words = f"There are {MOST} {of.kinds} already, as many as are shown."
        raise ConfigError(words, "Delete one.")
    record = of(_home(of, folder) / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}")
    record.path.mkdir(parents=True)
    try:
        record.write_progress(of.progress_type())
        record.write_asked(asked)  # last: without it this is no series
    except BaseException:
        shutil.rmtree(record.path, ignore_errors=True)
        raise
    return record


def list_series(of: type[Record], folder: Path | None = None) -> list[Record]:
    """Every one of a kind, newest first; whether it can be read is not asked."""
    try:
        paths = [path for path in listed(_home(of, folder)) if _ID.fullmatch(path.name)]
    except ReadingError:
        return []
    found = [of(path) for path in reversed(paths)]
    return [record for record in found if is_file(record.asked_path)][:MOST]


def open_series(of: type[Record], series_id: str, folder: Path | None = None) -> Record:
    """Raises RunError where there is none of that id."""
    record = of(_home(of, folder) / series_id)
    # An id comes from the address bar: never let it name another path.
    if not _ID.fullmatch(series_id) or not is_file(record.asked_path):
        raise RunError(f"There is no {of.kind} {series_id[:80]!r}.")
    return record


def delete_series(record: SeriesRecord[Any, Any]) -> None:
    """Remove a series; its runs stay.

    Raises:
        RunError: a conductor sees to it, or not all of it can be removed.
    """
    try:
        lock = lock_exclusively(record.lock_path)
    except FileNotFoundError:
        return  # somebody else has deleted it
    if lock is None:
        raise RunError(f"The {record.kind} is still at work.", "Stop it first, then delete it.")
    with lock:
        record.asked_path.unlink(missing_ok=True)  # first: half a series is none
        shutil.rmtree(record.path, ignore_errors=True)


def request_stop(record: SeriesRecord[Any, Any]) -> None:
    """Ask its conductor to stop: the run at work writes a checkpoint and gives the device back.

    Raises:
        RunError: nobody sees to it.
    """
    if not record.alive():
        raise RunError(f"The {record.kind} is not at work; there is nothing to stop.")
    open_to_append(record.stop_path).close()


def clear_request(record: SeriesRecord[Any, Any]) -> None:
    with suppress(OSError):
        record.stop_path.unlink(missing_ok=True)


def _home(of: type[SeriesRecord[Any, Any]], folder: Path | None) -> Path:
    return (folder or runs_folder()) / f".{of.kinds}"
