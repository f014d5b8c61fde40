"""What an epoch's validation decides: which weights are kept, when to go on more slowly, and
when it is enough.

All keep their memory in Progress, so that a resumed run decides as one that never paused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.config import EarlyStoppingConfig, Monitor, PlateauSchedule, ScheduleConfig
from core.reading import is_file
from core.training import checkpoints
from core.training.progress import Progress

Measured = dict[str, float]  # "val_loss" in nats, "val_accuracy" 0..1


class BestWeights:
    """Writes the weights of the best epoch so far beside the checkpoints.

    Each such epoch has a file of its own: until a checkpoint says which is the best now, a run that
    is resumed goes back to one that says it is the one before.
    """

    def __init__(self, monitor: Monitor | None, folder: Path) -> None:
        """Without a monitor nothing is kept: the last weights are the model's."""
        self._monitor = monitor
        self._folder = folder

    def consider(self, progress: Progress, measured: Measured, weights: Sequence[Any]) -> None:
        """Keep the weights if this epoch is the best."""
        if self._monitor is None:
            return
        value = measured[self._monitor]
        if is_better(value, progress.best, self._monitor):
            progress.best, progress.best_epoch = value, progress.epoch
            checkpoints.make_folder(self._folder)
            path = self._path(progress.epoch)
            checkpoints.write_variables(path, weights, {"epoch": progress.epoch})

    def prune(self, progress: Progress) -> None:
        """Keep what the newest two checkpoints speak of, the newer of which is of this progress."""
        newest = self._path(progress.best_epoch)
        checkpoints.prune(newest)
        if is_file(newest) and is_file(self._path_before):
            self._path_before.unlink(missing_ok=True)

    def _path(self, epoch: int) -> Path:
        return self._folder / f"best-{epoch:09d}.npz"

    @property
    def _path_before(self) -> Path:
        """The one file that the versions before had."""
        return self._folder / "best.npz"

    def put_back(self, progress: Progress, weights: Sequence[Any]) -> str:
        """The best epoch's weights into place; where there are none, what was done instead."""
        try:
            self.restore(weights, progress.best_epoch)
        except checkpoints.CheckpointError as error:
            lost = progress.best_epoch
            progress.best_epoch, progress.best = progress.epoch, None
            return f"The weights of epoch {lost}, the best, are lost: {error} The last are kept."
        if self._monitor is not None and progress.epoch and not progress.best_epoch:
            return "No epoch's validation loss was a number, so the last weights are kept."
        return ""

    def restore(self, weights: Sequence[Any], epoch: int) -> None:
        """Put the best weights into place, those of that epoch; 0 where none were kept.

        Raises:
            CheckpointError: they are gone, damaged or of another epoch; nothing was changed.
        """
        if self._monitor is None or not epoch:
            return

        def understand(meta: dict) -> None:
            if meta["epoch"] != epoch:
                raise ValueError(f"it is of epoch {meta['epoch']}, not {epoch}")

        path, before = self._path(epoch), self._path_before
        if is_file(before) and not is_file(path):
            path = before
        checkpoints.read_variables(path, weights, understand)


class EarlyStopping:
    """Counts epochs without improvement (Prechelt 1998, "Early stopping, but when?")."""

    def __init__(self, config: EarlyStoppingConfig | None) -> None:
        self._config = config

    def is_due(self, progress: Progress, measured: Measured) -> bool:
        """True where patience has run out with this epoch."""
        if self._config is None:
            return False
        value = measured[self._config.monitor]
        if is_better(value, progress.stopping_best, self._config.monitor):
            progress.stopping_best, progress.epochs_without_improvement = value, 0
        else:
            progress.epochs_without_improvement += 1
        return progress.epochs_without_improvement >= self._config.patience


class Plateau:
    """Lowers the learning rate where the validation loss no longer falls.

    Counts as Keras's ReduceLROnPlateau. With any other schedule it does nothing.
    """

    def __init__(self, schedule: ScheduleConfig) -> None:
        self._schedule = schedule if isinstance(schedule, PlateauSchedule) else None

    def lowered(self, lrs: np.ndarray, progress: Progress) -> np.ndarray:
        """The learning rates after all reductions so far.  # (count,) float32, both"""
        if self._schedule is None or progress.reduced_lr is None:
            return lrs
        return np.full_like(lrs, progress.reduced_lr)

    def reduce(self, progress: Progress, measured: Measured) -> float | None:
        """The learning rate from this epoch's end on, where it is reduced there."""
        schedule = self._schedule
        if schedule is None:
            return None
        if progress.cooldown_left:
            progress.cooldown_left -= 1
            progress.plateau_epochs = 0
        value = measured["val_loss"]
        if is_better(value + schedule.min_delta, progress.plateau_best, "val_loss"):
            progress.plateau_best, progress.plateau_epochs = value, 0
        elif not progress.cooldown_left:
            progress.plateau_epochs += 1
        before = schedule.learning_rate if progress.reduced_lr is None else progress.reduced_lr
        # In float32, as steps have it: 0.1 times 0.1, five times, is a little above 0.000001.
        lowest = np.float32(before) <= np.float32(schedule.min_learning_rate)
        if progress.plateau_epochs < schedule.patience or lowest:
            return None
        progress.cooldown_left, progress.plateau_epochs = schedule.cooldown, 0
        progress.reduced_lr = max(before * schedule.factor, schedule.min_learning_rate)
        return progress.reduced_lr


def is_better(value: float, best: float | None, monitor: Monitor) -> bool:
    """Accuracy is better when higher, loss when lower; any number beats none.

    What is not finite, in checkpoints made before, too, is none: nothing would ever beat a NaN.
    """
    if not math.isfinite(value):
        return False
    if best is None or not math.isfinite(best):
        return True
    return value > best if monitor == "val_accuracy" else value < best
