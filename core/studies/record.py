"""A study on disk, runs/.studies/ID: what it asks, which runs answer, whether one sees to it.

| file | content |
| --- | --- |
| `study.json` | the StudyConfig; more seeds may be put into it while it goes on |
| `progress.json` | the run of each trial, by its key, and why it ended early, in a sentence |
| `lock` | held by the living conductor (core.studies.conductor) |
| `request-stop` | an empty file, there while the conductor is asked to stop |
| `log.txt` | what the conductor says |

State is derived, never trusted: a free lock means that nobody sees to it. The runs themselves are
records like any others. Knows nothing of what came out.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import ConfigError, ReadingError, RunError
from core.files import is_locked, lock_exclusively, open_to_append, write_atomically
from core.reading import is_file, listed, read_json
from core.runs import Run, State, Status, runs_folder
from core.studies.study import StudyConfig, Trial, parse_study

MOST = 100  # that are listed; no more are made
_MOST_BYTES = 1 << 21  # of a file; the largest takes some thousand
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
_Id = Annotated[str, Field(max_length=255)]
_Words = Annotated[str, Field(max_length=10_000)]


class StudyState(StrEnum):
    """How a study stands, for as long as anybody looks."""

    PLANNED = "planned"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"

    @property
    def alive(self) -> bool:
        """A conductor sees to it."""
        return self in (StudyState.RUNNING, StudyState.STOPPING)


class Progress(BaseModel):
    """How far a study came."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    runs: dict[Annotated[str, Field(max_length=30)], _Id] = {}  # key of a trial -> id of its run
    started: bool = False  # somebody has started it once
    error: _Words = ""  # why it ended early, in sentences; empty where it did not
    advice: _Words = ""


@dataclass(frozen=True)
class StudyRecord:
    """A handle on one study's folder, which reads it anew at each call."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def runs(self) -> Path:
        """The folder in which its runs lie."""
        return self.path.parent.parent

    @property
    def study_path(self) -> Path:
        return self.path / "study.json"

    @property
    def progress_path(self) -> Path:
        return self.path / "progress.json"

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

    def study(self) -> StudyConfig:
        """Raises ConfigError where study.json is missing or wrong."""
        try:
            return parse_study(read_json(self.study_path, _MOST_BYTES))
        except ReadingError as error:
            raise ConfigError(error.message, error.advice) from error

    def write_study(self, study: StudyConfig) -> None:
        write_atomically(self.study_path, (study.to_json() + "\n").encode())

    def progress(self) -> Progress:
        """None of it where the file cannot be read: its runs are found again by what they train."""
        try:
            return Progress.model_validate(read_json(self.progress_path, _MOST_BYTES))
        except (ReadingError, ValidationError):
            return Progress()

    def write_progress(self, progress: Progress) -> None:
        write_atomically(self.progress_path, progress.model_dump_json(indent=2).encode())

    def run_of(self, trial: Trial, progress: Progress | None = None) -> Run | None:
        """The run of a trial; None where it has none, or it was deleted."""
        run_id = (progress or self.progress()).runs.get(trial.key, "")
        if not run_id or "/" in run_id or run_id.startswith("."):
            return None
        run = Run(self.runs / run_id)
        return run if is_file(run.config_path) else None

    def alive(self) -> bool:
        """A conductor sees to it."""
        return is_locked(self.lock_path)

    def state(self) -> StudyState:
        """As the lock and its runs say. Raises ConfigError where study.json cannot be read."""
        study, progress = self.study(), self.progress()
        if self.alive():
            return StudyState.STOPPING if is_file(self.stop_path) else StudyState.RUNNING
        if all(is_done(self.run_of(trial, progress)) for trial in study.trials):
            return StudyState.FINISHED
        return StudyState.STOPPED if progress.started else StudyState.PLANNED


def is_done(run: Run | None) -> bool:
    """Nothing is left to do for a run: it is finished, or its loss is lost."""
    return run is not None and (is_finished(status := run.status()) or is_lost(status))


def is_finished(status: Status) -> bool:
    return status.state is State.FINISHED


def is_lost(status: Status) -> bool:
    """It ended because its loss was no number any more: again it would only be lost again."""
    return not status.state.alive and status.lost_learning_rate is not None


def create_study(study: StudyConfig, folder: Path | None = None) -> StudyRecord:
    """Write a study that is not started yet.

    Raises:
        ConfigError: there are as many as are listed.
        OSError: it could not be written; nothing is left of it.
    """
    home = _home(folder)
    if len(list_studies(folder)) >= MOST:
        raise ConfigError(f"There are {MOST} studies already, as many as are shown.", "Delete one.")
    record = StudyRecord(home / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}")
    record.path.mkdir(parents=True)
    try:
        record.write_progress(Progress())
        record.write_study(study)  # last: without it this is no study
    except BaseException:
        shutil.rmtree(record.path, ignore_errors=True)
        raise
    return record


def list_studies(folder: Path | None = None) -> list[StudyRecord]:
    """Every study whose study.json is there, newest first; whether it can be read is not asked."""
    try:
        paths = [path for path in listed(_home(folder)) if _ID.fullmatch(path.name)]
    except ReadingError:
        return []
    found = [StudyRecord(path) for path in reversed(paths)]
    return [record for record in found if is_file(record.study_path)][:MOST]


def open_study(study_id: str, folder: Path | None = None) -> StudyRecord:
    """Raises RunError where there is none of that id."""
    record = StudyRecord(_home(folder) / study_id)
    # An id comes from the address bar: never let it name another path.
    if not _ID.fullmatch(study_id) or not is_file(record.study_path):
        raise RunError(f"There is no study {study_id[:80]!r}.")
    return record


def delete_study(record: StudyRecord) -> None:
    """Remove a study; its runs stay.

    Raises:
        RunError: a conductor sees to it, or not all of it can be removed.
    """
    try:
        lock = lock_exclusively(record.lock_path)
    except FileNotFoundError:
        return  # somebody else has deleted it
    if lock is None:
        raise RunError("The study is still at work.", "Stop it first, then delete it.")
    with lock:
        record.study_path.unlink(missing_ok=True)  # first: half a study is none
        shutil.rmtree(record.path, ignore_errors=True)


def request_stop(record: StudyRecord) -> None:
    """Ask its conductor to stop: the run at work writes a checkpoint and gives the device back.

    Raises:
        RunError: nobody sees to it.
    """
    if not record.alive():
        raise RunError("The study is not at work; there is nothing to stop.")
    open_to_append(record.stop_path).close()


def clear_request(record: StudyRecord) -> None:
    with suppress(OSError):
        record.stop_path.unlink(missing_ok=True)


def _home(folder: Path | None) -> Path:
    return (folder or runs_folder()) / ".studies"
