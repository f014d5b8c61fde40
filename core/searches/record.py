"""A search on disk, runs/.searches/ID: what it asks, and its trials.

`search.json` is the SearchConfig, `trials.json` holds every trial and is all that a search knows:
what is tried next follows from it. The rest is as of every series (core.series.record). Knows
nothing of how the next trial is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import Field, ValidationError

from core.config import describe_errors
from core.errors import ConfigError, ReadingError
from core.reading import is_file, read_json
from core.runs import Run
from core.searches.search import MOST_TRIALS, SearchConfig, parse_search
from core.searches.trials import SearchTrial, is_over
from core.series import (
    MOST_BYTES,
    SeriesProgress,
    SeriesRecord,
    SeriesState,
    create_series,
    list_series,
    open_series,
)

SearchState = SeriesState


class Progress(SeriesProgress):
    """How far a search came."""

    trials: tuple[SearchTrial, ...] = Field((), max_length=MOST_TRIALS)

    def with_trial(self, trial: SearchTrial) -> tuple[SearchTrial, ...]:
        """All trials with this one in the place of what it was before, or after them."""
        others = [other for other in self.trials if other.number != trial.number]
        return tuple(sorted([*others, trial], key=lambda one: one.number))


@dataclass(frozen=True)
class SearchRecord(SeriesRecord[SearchConfig, Progress]):
    """A handle on one search's folder, which reads it anew at each call."""

    kind: ClassVar[str] = "search"
    kinds: ClassVar[str] = "searches"
    progress_name: ClassVar[str] = "trials.json"
    progress_type: ClassVar[type[SeriesProgress]] = Progress

    def search(self) -> SearchConfig:
        """Raises ConfigError where search.json is missing or wrong."""
        return self._asked(parse_search)

    def progress(self) -> Progress:
        """Raises ConfigError where trials.json is there and cannot be read."""
        if not is_file(self.progress_path):
            return Progress()
        try:
            return Progress.model_validate(read_json(self.progress_path, MOST_BYTES))
        except ReadingError as error:
            raise ConfigError(error.message, error.advice) from error
        except ValidationError as error:
            raise ConfigError(f"{self.progress_name}: {describe_errors(error)}") from error

    def run_of(self, trial: SearchTrial) -> Run | None:
        """The run of a trial; None where it has none, or it was deleted."""
        return self.run_named(trial.run)

    def state(self) -> SearchState:
        """As the lock and its trials say. Raises ConfigError where a file cannot be read."""
        search, progress = self.search(), self.progress()
        return self._state(progress.started, lambda: is_over(search, progress.trials))


def create_search(search: SearchConfig, folder: Path | None = None) -> SearchRecord:
    """Write a search that is not started yet. Raises as core.series.create_series."""
    return create_series(SearchRecord, search, folder)


def list_searches(folder: Path | None = None) -> list[SearchRecord]:
    """Every search, newest first; whether it can be read is not asked."""
    return list_series(SearchRecord, folder)


def open_search(search_id: str, folder: Path | None = None) -> SearchRecord:
    """Raises RunError where there is none of that id."""
    return open_series(SearchRecord, search_id, folder)
