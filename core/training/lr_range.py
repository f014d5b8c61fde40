"""The learning-rate range test as a job: growing rates over real batches, each one's loss.

The network that it trains is thrown away with the worker, so nothing has to be put back.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.config import RunConfig
from core.data.dataset import Dataset
from core.data.pipeline import training_stream
from core.data.splits import Splits
from core.reading import is_file
from core.runs import Phase, RangeTestResult, Run, State, requests
from core.runs.recorder import Recorder
from core.training.engine import CALL_SECONDS
from core.training.lr_suggestion import diverged, range_learning_rates, suggest
from core.training.observers import Observers, record_metric
from core.training.prepare import Prepared, prepare


def run_range_test(
    run: Run,
    config: RunConfig,
    recorder: Recorder,
    observers: Observers,
    data: tuple[Dataset, Splits],
) -> State:
    """Raise the learning rate until the loss diverges or the range ends; the final state."""
    prepared = prepare(run, config, recorder, data)
    lrs = range_learning_rates(config.range_test)
    recorder.update(steps=len(lrs), state=State.RUNNING)
    if is_file(run.metrics_path):
        recorder.resume_at(0, 0)  # it begins anew
    recorder.phase(Phase.FIRST_STEP)
    observers.begin(prepared.trainer)
    test = _RangeTest(run, config, recorder, observers, prepared)
    state = test.measure(lrs)
    suggestion = suggest(lrs.tolist(), test.losses, config.range_test.smoothing)
    recorder.update(
        result=RangeTestResult(
            suggestion=suggestion.learning_rate,
            index=suggestion.index,
            reason=suggestion.reason,
            stopped_at=len(test.losses),
            diverged=diverged(test.losses, config.range_test),
        )
    )
    return state


@dataclass
class _RangeTest:
    run: Run
    config: RunConfig
    recorder: Recorder
    observers: Observers
    prepared: Prepared
    losses: list[float] = field(default_factory=list)  # each batch's own

    def measure(self, lrs: np.ndarray) -> State:
        """Train one batch at each learning rate.  # lrs (iterations,) float64"""
        trainer = self.prepared.trainer
        stream = trainer.stream(self._stream(len(lrs)))
        per_call = 1
        while len(self.losses) < len(lrs):
            chunk = lrs[len(self.losses) : len(self.losses) + per_call]
            begun = time.perf_counter()
            own = trainer.train(stream, chunk.astype(np.float32)).losses
            seconds = time.perf_counter() - begun
            if not self.losses:
                self.recorder.update(started=time.time())
                self.recorder.phase(Phase.RAISING_LEARNING_RATE)
            else:
                per_call = max(1, round(CALL_SECONDS * len(chunk) / max(seconds, 1e-6)))
            if self._take(chunk, own):
                return State.FINISHED
            self.recorder.update(step=len(self.losses))
            self.observers.steps_taken(trainer, len(self.losses))
            if requests.pending(self.run) is not None:
                return State.STOPPED
        return State.FINISHED

    def _take(self, lrs: np.ndarray, losses: np.ndarray) -> bool:
        """Record each batch; True where the loss has diverged."""
        for lr, loss in zip(lrs, losses, strict=True):
            self.losses.append(float(loss))
            self._record(float(lr), float(loss))
            if diverged(self.losses, self.config.range_test):
                return True
        return False

    def _record(self, lr: float, loss: float) -> None:
        """A loss that is not finite ends the curve; JSON has no word for it."""
        if not math.isfinite(loss):
            return
        step = len(self.losses)
        record_metric(self.recorder, self.observers, "range", step=step, lr=lr, loss=loss)

    def _stream(self, steps: int) -> Any:
        return training_stream(
            self.prepared.splits.train,
            num_classes=self.prepared.num_classes,
            batch_size=self.config.range_test.batch_size or self.config.training.batch_size,
            augmentation=self.config.augmentation,
            seed=self.config.training.seed,
            first_step=0,
            last_step=steps,
        )
