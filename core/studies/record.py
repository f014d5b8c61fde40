"""A study on disk, runs/.studies/ID: what it asks, and which runs answer.

`study.json` is the StudyConfig; more seeds may be put into it while it goes on. `progress.json`
names the run of each trial, by its key. The rest is as of every series (core.series.record).
Knows nothing of what came out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from core.runs import Run, State, Status
from core.series import (
    SeriesProgress,
    SeriesRecord,
    SeriesState,
    create_series,
    list_series,
    open_series,
)
from core.studies.study import StudyConfig, Trial, parse_study

StudyState = SeriesState
_Id = Annotated[str, Field(max_length=255)]


class Progress(SeriesProgress):
    """How far a study came."""

    # Key of a trial -> id of its run.
    runs: dict[Annotated[str, Field(max_length=30)], _Id] = Field(default_factory=dict)


@dataclass(frozen=True)
class StudyRecord(SeriesRecord[StudyConfig, Progress]):
    """A handle on one study's folder, which reads it anew at each call.

    Where its progress cannot be read, its runs are found again by what they train.
    """

    kind: ClassVar[str] = "study"
    kinds: ClassVar[str] = "studies"
    progress_name: ClassVar[str] = "progress.json"
    progress_type: ClassVar[type[SeriesProgress]] = Progress

    def study(self) -> StudyConfig:
        """Raises ConfigError where study.json is missing or wrong."""
        return self._asked(parse_study)

    def run_of(self, trial: Trial, progress: Progress | None = None) -> Run | None:
        """The run of a trial; None where it has none, or it was deleted."""
        return self.run_named((progress or self.progress()).runs.get(trial.key, ""))

    def state(self) -> StudyState:
        """As the lock and its runs say. Raises ConfigError where study.json cannot be read."""
        study, progress = self.study(), self.progress()
        runs = (self.run_of(trial, progress) for trial in study.trials)
        return self._state(progress.started, lambda: all(map(is_done, runs)))


def is_done(run: Run | None) -> bool:
    """Nothing is left to do for a run: it is finished, or its loss is lost."""
    return run is not None and (is_finished(status := run.status()) or is_lost(status))


def is_finished(status: Status) -> bool:
    return status.state is State.FINISHED


def is_lost(status: Status) -> bool:
    """It ended because its loss was no number any more: again it would only be lost again."""
    return not status.state.alive and status.lost_learning_rate is not None


def create_study(study: StudyConfig, folder: Path | None = None) -> StudyRecord:
    """Write a study that is not started yet. Raises as core.series.create_series."""
    return create_series(StudyRecord, study, folder)


def list_studies(folder: Path | None = None) -> list[StudyRecord]:
    """Every study, newest first; whether it can be read is not asked."""
    return list_series(StudyRecord, folder)


def open_study(study_id: str, folder: Path | None = None) -> StudyRecord:
    """Raises RunError where there is none of that id."""
    return open_series(StudyRecord, study_id, folder)
