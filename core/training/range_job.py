"""The learning-rate range test as a job: growing rates over real batches, each one's loss.

The network that it trains is thrown away with the worker, so nothing has to be put back.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from core.config import RunConfig
from core.data.pipeline import training_stream
from core.runs import Run, State
from core.training import control
from core.training.engine import CALL_SECONDS
from core.training.prepare import Prepared, prepare
from core.training.range_test import diverged, range_rates, suggest
from core.training.recorder import Recorder


def run_range_test(run: Run, config: RunConfig, recorder: Recorder) -> State:
    """Raise the rate until the loss diverges or the range ends; the state it ended in."""
    prepared = prepare(run, config, recorder)
    rates = range_rates(config.range_test)
    recorder.update(steps=len(rates), state=State.RUNNING)
    recorder.phase("first step")
    losses, state = _measure(run, config, recorder, prepared, rates)
    suggestion = suggest(rates.tolist(), losses, config.range_test.smoothing)
    recorder.update(
        result={
            "suggestion": suggestion.learning_rate,
            "index": suggestion.index,
            "reason": suggestion.reason,
            "stopped_at": len(losses),
            "diverged": diverged(losses, config.range_test),
        }
    )
    return state


def _measure(
    run: Run, config: RunConfig, recorder: Recorder, prepared: Prepared, rates: np.ndarray
) -> tuple[list[float], State]:
    stream = prepared.trainer.stream(_stream(config, prepared, len(rates)))
    losses: list[float] = []
    per_call = 1
    while len(losses) < len(rates):
        chunk = rates[len(losses) : len(losses) + per_call]
        begun = time.perf_counter()
        own, _, _ = prepared.trainer.train(stream, chunk.astype(np.float32))
        seconds = time.perf_counter() - begun
        if not losses:
            recorder.update(started=time.time())
            recorder.phase("raising the learning rate")
        else:
            per_call = max(1, round(CALL_SECONDS * len(chunk) / max(seconds, 1e-6)))
        for rate, loss in zip(chunk, own, strict=True):
            losses.append(float(loss))
            _record(recorder, len(losses), float(rate), float(loss))
            if diverged(losses, config.range_test):
                return losses, State.FINISHED
        recorder.update(step=len(losses))
        if control.pending(run) is not None:
            return losses, State.STOPPED
    return losses, State.FINISHED


def _record(recorder: Recorder, step: int, rate: float, loss: float) -> None:
    """A loss that is not finite ends the curve; JSON has no word for it."""
    if math.isfinite(loss):
        recorder.metric("range", step=step, lr=rate, loss=loss)


def _stream(config: RunConfig, prepared: Prepared, steps: int) -> Any:
    return training_stream(
        prepared.splits.train,
        classes=prepared.classes,
        batch_size=config.range_test.batch_size or config.training.batch_size,
        augmentation=config.augmentation,
        seed=config.training.seed,
        first_step=0,
        last_step=steps,
    )
