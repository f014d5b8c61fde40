"""Where a run stands, as every checkpoint keeps it, and sums between two metric lines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from core.runs.legacy import upgrade_progress


@dataclass
class Sums:
    """What was seen of some steps."""

    loss: float = 0.0  # of every image, added up
    correct: float = 0.0  # images classified rightly
    seen: int = 0  # images
    seconds: float = 0.0

    def add(self, loss: float, correct: float, seen: int, seconds: float) -> None:
        self.loss += loss
        self.correct += correct
        self.seen += seen
        self.seconds += seconds

    @property
    def mean_loss(self) -> float:
        return self.loss / max(self.seen, 1)

    @property
    def accuracy(self) -> float:
        return self.correct / max(self.seen, 1)

    @property
    def images_per_second(self) -> float:
        return self.seen / max(self.seconds, 1e-9)


@dataclass
class Progress(Sums):
    """Where a run stands. The sums are those since the epoch began."""

    step: int = 0
    epoch: int = 0
    best: float | None = None  # what is monitored, in the best epoch so far
    best_epoch: int = 0
    stopping_best: float | None = None  # the same for what early stopping monitors
    epochs_without_improvement: int = 0
    first_loss: float | None = None
    elapsed: float = 0.0  # seconds of training and validation, over every worker it had

    def begin_epoch(self) -> None:
        """Set the sums of the epoch to nothing."""
        self.loss = self.correct = self.seconds = 0.0
        self.seen = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Progress:
        return cls(**upgrade_progress(data))
