"""A network timed on this machine: some steps and some predictions, as a run would take them.

What it has trained is thrown away. How long an epoch takes is for core.jobs.pace to reckon.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np

from core.config import RunConfig
from core.data.dataset import Dataset
from core.data.pipeline import evaluation_stream, training_stream
from core.data.splits import Splits
from core.runs import Phase, Run, State, TimingResult, requests
from core.runs.recorder import Recorder
from core.training.engine import CALL_SECONDS
from core.training.observers import Observers
from core.training.prepare import Prepared, prepare
from core.training.schedules import TrainingPhase, training_phases
from core.training.trainer import Trainer

TRAINING_SECONDS = 4.0  # for how long steps are timed
PREDICTING_SECONDS = 1.0
_FEWEST = 3  # calls, however long they take
_LEARNING_RATE = 1e-5  # of steps that nobody wants


def run_timing(
    run: Run,
    config: RunConfig,
    recorder: Recorder,
    observers: Observers,
    data: tuple[Dataset, Splits],
) -> State:
    """Time the network of the configuration on its images; the state that it ended in."""
    prepared = prepare(run, config, recorder, data)
    recorder.phase(Phase.FIRST_STEP)
    observers.begin(prepared.trainer)

    def unwanted() -> bool:
        return requests.pending(run) is not None

    begun = time.perf_counter()
    phases = training_phases(config, len(prepared.splits.train))
    timed: list[list[float]] = []
    for phase in phases:
        trainer = prepared.trainer
        if phase.fine_tunes:
            trainer = prepared.trainer_of_phase(fine_tunes=True)
        timed.append(_time_steps(prepared, trainer, config, recorder, unwanted))
    images = _time_predictions(prepared, unwanted)
    if not all(timed) or not images:
        return State.STOPPED
    recorder.update(
        step=sum(map(len, timed)),
        result=TimingResult(
            seconds_per_step=_mean([median(steps) for steps in timed], phases),
            seconds_per_image=median(images),
            error=max(_spread(steps) for steps in timed),
            seconds=round(time.perf_counter() - begun, 3),
        ),
    )
    return State.FINISHED


def _mean(seconds: Sequence[float], phases: Sequence[TrainingPhase]) -> float:
    """Over all steps of a run, from a figure for each of its phases."""
    steps = [phase.length.total for phase in phases]
    return float(np.average(seconds, weights=steps))


def _time_steps(
    prepared: Prepared,
    trainer: Trainer,
    config: RunConfig,
    recorder: Recorder,
    unwanted: Callable[[], bool],
) -> list[float]:
    """Seconds of a step, a figure a call; none where a stop was asked for."""
    training = config.training
    stream = trainer.stream(
        training_stream(
            prepared.splits.train,
            num_classes=prepared.num_classes,
            batch_size=training.batch_size,
            augmentation=config.augmentation,
            seed=training.seed,
            first_step=0,
            last_step=10**9,
        )
    )
    found: list[float] = []
    count, until = 1, 0.0
    while len(found) < _FEWEST or time.perf_counter() < until:
        begun = time.perf_counter()
        trainer.train(stream, np.full(count, _LEARNING_RATE, np.float32))
        seconds = (time.perf_counter() - begun) / count
        if unwanted():
            return []
        if not until:  # the first call has compiled the graph
            recorder.phase(Phase.TIMING)
            until = time.perf_counter() + TRAINING_SECONDS
        else:
            found.append(seconds)
            count = int(np.clip(round(CALL_SECONDS / max(seconds, 1e-6)), 1, 256))
    return found


def _time_predictions(prepared: Prepared, unwanted: Callable[[], bool]) -> list[float]:
    """Seconds that validation takes for an image, a figure a batch or more."""
    batches = evaluation_stream(
        prepared.splits.validation,
        num_classes=prepared.num_classes,
        batch_size=prepared.judged_at_once,
        limit_batches=1,
    )
    seen = min(prepared.judged_at_once, len(prepared.splits.validation))
    found: list[float] = []
    until = 0.0
    while len(found) < _FEWEST or time.perf_counter() < until:
        begun = time.perf_counter()
        if prepared.trainer.evaluate(batches, unwanted) is None:
            return []
        if not until:
            until = time.perf_counter() + PREDICTING_SECONDS
        else:
            found.append((time.perf_counter() - begun) / seen)
    return found


def _spread(seconds: list[float]) -> float:
    """Half of the range of the middle eight tenths, as a share of the median."""
    low, middle, high = np.quantile(seconds, (0.1, 0.5, 0.9))
    return float((high - low) / 2 / middle)
