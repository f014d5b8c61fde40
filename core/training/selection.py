"""What an epoch's validation decides: which weights are kept, and when it is enough.

Both keep their memory in Progress, so that a resumed run decides as one that never paused.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.config import EarlyStoppingConfig, Monitor
from core.training import checkpoints
from core.training.progress import Progress

Measured = dict[str, float]  # "val_loss" in nats, "val_accuracy" 0..1


class BestWeights:
    """Writes the weights of the best epoch so far beside the checkpoints."""

    def __init__(self, monitor: Monitor | None, folder: Path) -> None:
        """Without a monitor nothing is kept: the last weights are the model's."""
        self._monitor = monitor
        self._path = folder / "best.npz"

    def consider(self, progress: Progress, measured: Measured, weights: Sequence[Any]) -> None:
        """Keep the weights if this epoch is the best."""
        if self._monitor is None:
            return
        value = measured[self._monitor]
        if is_better(value, progress.best, self._monitor):
            progress.best, progress.best_epoch = value, progress.epoch
            checkpoints.make_folder(self._path.parent)
            checkpoints.write_variables(self._path, weights, {"epoch": progress.epoch})

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

        checkpoints.read_variables(self._path, weights, understand)


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


def is_better(value: float, best: float | None, monitor: Monitor) -> bool:
    """Accuracy is better when higher, loss when lower; anything beats nothing."""
    if best is None:
        return True
    return value > best if monitor == "val_accuracy" else value < best
