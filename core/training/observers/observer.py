"""What watches a run while it trains: called at named moments, never able to end it.

Knows nothing of what a given observer does.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from core.runs import State
from core.runs.recorder import Recorder


class Observer:
    """Override the moments that matter; each is called in the worker, between steps."""

    def begin(self, trainer: Any) -> None:
        """Training is about to start, or to go on: weights are in place."""

    def steps_taken(self, trainer: Any, step: int) -> None:
        """A call into the graph is back; `step` steps are done over the whole run."""

    def fine_tuning_begun(self, epoch: int, highest: float) -> None:
        """After `epoch` epochs the base trains, too, at learning rates up to `highest`."""

    def metric(self, kind: str, values: dict[str, Any]) -> None:
        """A line was written to metrics.jsonl; `kind` is "tick", "epoch" or "range"."""

    def epoch_ended(self, trainer: Any, epoch: int, measured: dict[str, float]) -> None:
        """`epoch` epochs are done and validated: {"val_loss", "val_accuracy"}."""

    def end(self, state: State) -> None:
        """The run ends in this state; close what is open."""


class Observers:
    """Passes each moment on to all. One that fails is logged once and left out from then on."""

    def __init__(self, observers: Iterable[Observer] = ()) -> None:
        self._observers = list(observers)

    def begin(self, trainer: Any) -> None:
        self._tell("begin", trainer)

    def steps_taken(self, trainer: Any, step: int) -> None:
        self._tell("steps_taken", trainer, step)

    def fine_tuning_begun(self, epoch: int, highest: float) -> None:
        self._tell("fine_tuning_begun", epoch, highest)

    def metric(self, kind: str, values: dict[str, Any]) -> None:
        self._tell("metric", kind, values)

    def epoch_ended(self, trainer: Any, epoch: int, measured: dict[str, float]) -> None:
        self._tell("epoch_ended", trainer, epoch, measured)

    def end(self, state: State) -> None:
        self._tell("end", state)

    def _tell(self, moment: str, *arguments: Any) -> None:
        for observer in list(self._observers):
            try:
                getattr(observer, moment)(*arguments)
            except Exception:  # whatever it is, the run is worth more
                self._observers.remove(observer)
                _log(type(observer).__name__, moment)


def _log(name: str, moment: str) -> None:
    with suppress(OSError):  # the disk is full: no reason to end the run from here
        print(f"{name} failed at {moment!r} and is left out:", flush=True)
        traceback.print_exc()


def record_metric(recorder: Recorder, observers: Observers, kind: str, **values: Any) -> None:
    """Write one metric line and tell those who watch; its cost counts as record-keeping."""
    recorder.metric(kind, **values)
    with recorder.writing():
        observers.metric(kind, values)
