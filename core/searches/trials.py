"""The trials of a search as they are written down, and what follows from them.

Knows nothing of where they lie, or of how the next is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from core.searches.dimension import as_text
from core.searches.search import SearchConfig

_Accuracy = Annotated[float, Field(ge=0.0, le=1.0)]
_Seconds = Annotated[float, Field(ge=0.0, le=1e12)]


class TrialState(StrEnum):
    """How a trial ended, or that it has not."""

    OPEN = "open"
    FINISHED = "finished"
    PRUNED = "pruned"  # stopped early, because it was behind
    LOST = "lost"  # its loss was no number any more
    FAILED = "failed"


class SearchTrial(BaseModel):
    """One run of a search: what it trains, and what came out."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    number: int = Field(ge=1, le=10**6)
    values: dict[str, Any]  # of each dimension
    run: str = Field("", max_length=255)  # id; empty before it has one
    state: TrialState = TrialState.OPEN
    behind: bool = False  # it is asked to stop, because it is behind
    epochs: tuple[_Accuracy, ...] = ()  # validation accuracy after each; of a pruned one to there
    accuracy: _Accuracy | None = None  # on validation images: of the weights kept, or the last
    seconds: _Seconds = 0.0  # of training
    error: str = Field("", max_length=10_000)  # why it failed, in sentences

    @property
    def ended(self) -> bool:
        return self.state is not TrialState.OPEN

    @property
    def key(self) -> str:
        """The same for trials that train alike."""
        return as_text(self.values)


def spent(trials: Sequence[SearchTrial]) -> float:
    """Seconds that the trials have trained, together."""
    return sum(trial.seconds for trial in trials)


def best_of(trials: Sequence[SearchTrial]) -> SearchTrial | None:
    """The trial of the highest validation accuracy, the first of several; None before there is one.

    One that was stopped early counts: its network has that accuracy.
    """
    judged = [trial for trial in trials if trial.ended and trial.accuracy is not None]
    return max(judged, key=lambda trial: trial.accuracy or 0.0, default=None)


def is_over(search: SearchConfig, trials: Sequence[SearchTrial]) -> bool:
    """Nothing is left to do: no trial is open, and no other may begin."""
    if not all(trial.ended for trial in trials):
        return False
    different = len({trial.key for trial in trials})
    used_up = spent(trials) >= search.seconds or len(trials) >= search.most_trials
    return used_up or (search.combinations is not None and different >= search.combinations)
