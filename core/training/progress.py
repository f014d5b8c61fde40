"""Where a run stands, as every checkpoint keeps it, and sums between two metric lines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from core.runs.legacy import upgrade_progress

_Count = Annotated[int, Field(ge=0, le=10**15)]
_Rate = Annotated[float, Field(gt=0.0, le=100.0)]
_Amount = Annotated[float, Field(allow_inf_nan=False)]


@dataclass
class Sums:
    """What was seen of some steps."""

    loss: _Amount = 0.0  # of every image, added up
    correct: _Amount = 0.0  # images classified rightly
    seen: _Count = 0  # images
    seconds: _Amount = 0.0
    timed: _Count = 0  # images that the seconds were spent on

    def add(self, loss: float, correct: float, seen: int, seconds: float | None) -> None:
        """Add some steps; `seconds` is None where their time says nothing of the speed."""
        self.loss += loss
        self.correct += correct
        self.seen += seen
        if seconds is not None:
            self.seconds += seconds
            self.timed += seen

    @property
    def mean_loss(self) -> float:
        return self.loss / max(self.seen, 1)

    @property
    def accuracy(self) -> float:
        return self.correct / max(self.seen, 1)

    @property
    def images_per_second(self) -> float | None:
        """None where no step was timed."""
        return self.timed / max(self.seconds, 1e-9) if self.timed else None

    def figures(self) -> dict[str, float]:
        """As a metric line has them; no speed where no step was timed."""
        found = {"loss": round(self.mean_loss, 6), "accuracy": round(self.accuracy, 6)}
        speed = self.images_per_second
        return found if speed is None else {**found, "images_per_second": round(speed, 1)}


@dataclass
class Progress(Sums):
    """Where a run stands. The sums are those since the epoch began."""

    step: _Count = 0
    epoch: _Count = 0
    best: float | None = None  # what is monitored, in the best epoch so far
    best_epoch: _Count = 0
    stopping_best: float | None = None  # the same for what early stopping monitors
    epochs_without_improvement: _Count = 0
    early_stopped: bool = False  # patience has run out: no epoch is to come
    reduced_lr: _Rate | None = None  # what a plateau's schedule has come down to
    plateau_best: float | None = None  # the lowest validation loss, as such a schedule counts
    plateau_epochs: _Count = 0  # without improvement
    cooldown_left: _Count = 0  # epochs in which it counts nothing
    first_loss: float | None = None
    elapsed: _Amount = 0.0  # seconds of training and validation, over every worker it had

    def begin_epoch(self) -> None:
        """Set the sums of the epoch to nothing."""
        self.loss = self.correct = self.seconds = 0.0
        self.seen = self.timed = 0

    def begin_phase(self) -> None:
        """Forget what a plateau's schedule has come down to, and why; patience is whole again."""
        self.epochs_without_improvement = 0
        self.reduced_lr = self.plateau_best = None
        self.plateau_epochs = self.cooldown_left = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Progress:
        """As to_dict gave it. Raises ValueError or TypeError where it is no such thing."""
        if not isinstance(data, dict):
            raise TypeError(f"{type(data).__name__} is no progress")
        return TypeAdapter(cls).validate_python(upgrade_progress(data))
