"""Ticks and epochs as metric lines: sums in, a line and the status out.

Knows nothing of steps but what the run's phases say of them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from core.runs.recorder import Recorder
from core.training.observers.observer import Observers, record_metric
from core.training.progress import Progress, Sums
from core.training.schedules import TrainingPhase, momentum_of_step
from core.training.selection import Measured

TICK_SECONDS = 0.5  # between metric lines


class MetricLines:
    """Writes both kinds of lines, and tells who watches."""

    def __init__(
        self, recorder: Recorder, observers: Observers, phases: Sequence[TrainingPhase]
    ) -> None:
        self._recorder, self._observers = recorder, observers
        self._phases = phases
        self.tick = Sums()  # of the steps since the last line
        self._ticked = time.monotonic()

    def tick_is_due(self) -> bool:
        return time.monotonic() - self._ticked >= TICK_SECONDS

    def worth_a_tick(self) -> bool:
        """A tick of a step or two would say little, of the speed above all: it is to grow."""
        return bool(self.tick.seen) and time.monotonic() - self._ticked >= TICK_SECONDS / 2

    def write_tick(self, step: int, lr: float) -> None:
        """`step` steps are done over the whole run, the last with that learning rate."""
        measured = self.tick.figures()
        epoch = round(step / self._phases[0].length.steps_per_epoch, 4)
        self._write("tick", step=step, epoch=epoch, lr=lr, **self._momentum(step), **measured)
        speed = measured.get("images_per_second", 0.0)
        self._recorder.update(step=step, images_per_second=speed)
        self.tick, self._ticked = Sums(), time.monotonic()

    def write_epoch(
        self, progress: Progress, lr: float, measured: Measured, reduced: float | None
    ) -> None:
        """An epoch that was judged; `reduced` is what a plateau lowered the learning rate to."""
        decided = {} if reduced is None else {"reduced_lr": reduced}
        self._write(
            "epoch",
            step=progress.step,
            epoch=progress.epoch,
            lr=lr,
            **self._momentum(progress.step),
            **progress.figures(),
            val_loss=round(measured["val_loss"], 6),
            val_accuracy=round(measured["val_accuracy"], 6),
            seconds=round(progress.seconds, 3),
            **decided,
        )

    def _momentum(self, step: int) -> dict[str, float]:
        """That of the last of so many steps, where the schedule sets it."""
        found = momentum_of_step(self._phases, step - 1)
        return {} if found is None else {"momentum": round(found, 6)}

    def _write(self, kind: str, **values: float) -> None:
        record_metric(self._recorder, self._observers, kind, **values)
