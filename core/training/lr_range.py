"""The learning-rate range test as a job: growing rates over real batches, each one's loss.

The networks that it trains are thrown away with the worker, so nothing has to be put back.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.config import RunConfig, momentum_at_highest
from core.data.dataset import Dataset
from core.data.pipeline import training_stream
from core.data.splits import Splits
from core.reading import is_file
from core.runs import Phase, Run, State, requests
from core.runs.recorder import Recorder
from core.training.engine import CALL_SECONDS
from core.training.lr_suggestion import (
    Divergence,
    Seed,
    advise,
    loss_of_guessing,
    range_learning_rates,
)
from core.training.observers import Observers, record_metric
from core.training.prepare import Prepared, prepare

_SEEDS = 2**31  # training.seed lies below


def run_range_test(
    run: Run,
    config: RunConfig,
    recorder: Recorder,
    observers: Observers,
    data: tuple[Dataset, Splits],
) -> State:
    """Raise the learning rate until the loss diverges or the range ends, once a seed.

    Each seed begins with weights, order and augmentation of its own. Where the schedule cycles the
    momentum, each rate is tested with the one that the run has at its highest rate. A stop keeps
    the seeds that were done, or of the first what there is.

    Returns: the final state.
    """
    lrs, guessing = range_learning_rates(config.range_test), _guessing(config, data)
    measured: list[_SeedTest] = []
    state = State.FINISHED
    for number in range(config.range_test.seeds):
        if number and requests.pending(run) is not None:
            state = State.STOPPED
            break
        seeded = _with_seed(config, number)
        test = _SeedTest(run, seeded, recorder, observers, number, lrs, guessing)
        measured.append(test)
        state = test.measure(prepare(run, seeded, recorder, data))
        if state is not State.FINISHED:
            break
    done = [test for test in measured if test.done] or measured[:1]
    found = advise(
        [test.losses for test in done],
        config,
        guessing,
        lost=sum(test.diverged for test in done),
    )
    ended = {"seeds": len(done), "stopped_at": recorder.status.step}
    recorder.update(result=found.model_copy(update=ended))
    return state


def _guessing(config: RunConfig, data: tuple[Dataset, Splits]) -> float:
    """The loss, in nats, of answering every training image alike."""
    dataset, splits = data
    counts = np.bincount(splits.train.label_array(), minlength=len(dataset.classes))
    return loss_of_guessing(counts.tolist(), config.training.label_smoothing)


def _with_seed(config: RunConfig, number: int) -> RunConfig:
    seed = (config.training.seed + number) % _SEEDS
    training = config.training.model_copy(update={"seed": seed})
    return config.model_copy(update={"training": training})


@dataclass
class _SeedTest:
    """The test with one seed: the `number`th of all."""

    run: Run
    config: RunConfig
    recorder: Recorder
    observers: Observers
    number: int
    lrs: np.ndarray  # (iterations,) float64
    guessing: float  # the loss, in nats, of answering every image alike
    losses: Seed = field(default_factory=dict)
    step: int = 0  # of this seed
    diverged: bool = False

    @property
    def done(self) -> bool:
        """Not cut short by a request."""
        return self.diverged or self.step == len(self.lrs)

    def measure(self, prepared: Prepared) -> State:
        """Train one batch at each learning rate."""
        self._begin(prepared)
        trainer = prepared.trainer
        stream = trainer.stream(self._stream(prepared))
        divergence = Divergence(self.config.range_test, self.guessing)
        per_call = 1
        while not self.done:
            chunk = self.lrs[self.step : self.step + per_call]
            begun = time.perf_counter()
            own = trainer.train(stream, chunk.astype(np.float32), self._momenta(len(chunk))).losses
            seconds = time.perf_counter() - begun
            if self.step:
                per_call = max(1, round(CALL_SECONDS * len(chunk) / max(seconds, 1e-6)))
            else:
                self._first_step_taken()
            self._take(chunk, own, divergence)
            self.recorder.update(step=self._steps_before + self.step)
            self.observers.steps_taken(trainer, self._steps_before + self.step)
            if not self.done and requests.pending(self.run) is not None:
                return State.STOPPED
        return State.FINISHED

    def _momenta(self, count: int) -> np.ndarray | None:
        """Of so many steps, all alike; None where the optimizer's own holds.  # (count,) float32"""
        momentum = momentum_at_highest(self.config.schedule)
        return None if momentum is None else np.full(count, momentum, np.float32)

    @property
    def _steps_before(self) -> int:
        return self.number * len(self.lrs)

    def _begin(self, prepared: Prepared) -> None:
        if self.number == 0:
            steps = self.config.range_test.seeds * len(self.lrs)
            self.recorder.update(steps=steps, state=State.RUNNING)
            if is_file(self.run.metrics_path):
                self.recorder.resume_at(0, 0)  # it begins anew
            self.observers.begin(prepared.trainer)
        self.recorder.phase(Phase.FIRST_STEP)

    def _first_step_taken(self) -> None:
        if self.number == 0:
            self.recorder.update(started=time.time())
        self.recorder.phase(Phase.RAISING_LEARNING_RATE)

    def _take(self, lrs: np.ndarray, losses: np.ndarray, divergence: Divergence) -> None:
        """Record each batch up to the one at which the loss is lost."""
        for lr, loss in zip(lrs, losses, strict=True):
            self.step += 1
            self._record(float(lr), float(loss))
            if divergence.came(float(loss)):
                self.diverged = True
                return

    def _record(self, lr: float, loss: float) -> None:
        """A loss that is not finite ends the curve; JSON has no word for it."""
        if not math.isfinite(loss):
            return
        self.losses[lr] = loss
        step, seed = self._steps_before + self.step, self.config.training.seed
        values = {"step": step, "seed": seed, "lr": lr, "loss": loss}
        record_metric(self.recorder, self.observers, "range", **values)

    def _stream(self, prepared: Prepared) -> Any:
        """What the run itself would train on, from its first step on."""
        training, augmentation = self.config.training, self.config.augmentation
        train = prepared.splits.train
        return training_stream(
            train,
            num_classes=prepared.num_classes,
            batch_size=self.config.range_test_batch_size,
            augmentation=augmentation,
            seed=training.seed,
            first_step=0,
            last_step=len(self.lrs),
            augment_from_step=augmentation.start_epoch * training.steps_in_epoch(len(train)),
        )
