"""Says in the status how much time a run has left, validation and test included."""

from __future__ import annotations

import time
from typing import Any

from core.runs.live.time_left import Pace
from core.runs.recorder import Recorder
from core.training.observers.observer import Observer


class TimeLeft(Observer):
    """Keeps `remaining` in the status up to date."""

    def __init__(self, recorder: Recorder, pace: Pace) -> None:
        self._recorder, self._pace = recorder, pace

    def steps_taken(self, trainer: Any, step: int) -> None:
        self._pace.stepped(step)
        self._tell(step, self._recorder.status.epoch)

    def fine_tuning_begun(self, epoch: int, highest: float) -> None:
        self._pace.begin_anew()

    def epoch_ended(self, trainer: Any, epoch: int, measured: dict[str, float]) -> None:
        self._pace.judged()
        status = self._recorder.status
        self._tell(round(epoch * status.steps / max(status.epochs, 1)), epoch)

    def _tell(self, step: int, epoch: int) -> None:
        status = self._recorder.status
        left = self._pace.left(max(status.steps - step, 0), max(status.epochs - epoch, 0))
        if left is not None:
            self._recorder.update(remaining=round(left, 2), remaining_at=time.time())
