"""Metric lines as TensorBoard event files, written beside the run record.

Only where the tensorboard package is installed: without it nobody could open them.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import tensorflow as tf

from core.runs import Run, State
from core.training.observers.observer import Observer

FOLDER = "tensorboard"
_TRAIN = {
    "loss": "loss",
    "accuracy": "accuracy",
    "lr": "learning_rate",
    "momentum": "momentum",
}
_VALIDATION = {"val_loss": "epoch_loss", "val_accuracy": "epoch_accuracy"}
_EPOCH = {"loss": "epoch_loss", "accuracy": "epoch_accuracy"}


class EventFiles(Observer):
    """Two curves a chart, `train` and `validation`, as TensorBoard expects them."""

    def __init__(self, run: Run) -> None:
        self._folder = run.path / FOLDER
        self._train: Any = None
        self._validation: Any = None

    def begin(self, trainer: Any) -> None:
        """Opened only now: a writer starts TensorFlow up, whose devices are set before."""
        if self._folder.is_symlink():
            raise OSError(f"{FOLDER} is a link, and what lies behind it may be another run's")
        self._train = tf.summary.create_file_writer(str(self._folder / "train"))
        self._validation = tf.summary.create_file_writer(str(self._folder / "validation"))

    def metric(self, kind: str, values: dict[str, Any]) -> None:
        step = values.get("step", 0)
        if kind == "epoch":
            _scalars(self._train, _EPOCH, values, step)
            _scalars(self._validation, _VALIDATION, values, step)
            self._validation.flush()
            self._train.flush()
        elif kind in ("tick", "range"):
            _scalars(self._train, _TRAIN, values, step)

    def end(self, state: State) -> None:
        for writer in (self._train, self._validation):
            if writer is not None:
                writer.close()


def available() -> bool:
    return find_spec("tensorboard") is not None


def _scalars(writer: Any, names: dict[str, str], values: dict[str, Any], step: int) -> None:
    with writer.as_default(step=step):
        for key, name in names.items():
            if key in values:
                tf.summary.scalar(name, values[key])
