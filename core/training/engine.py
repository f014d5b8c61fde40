"""The training loop: epochs, validation, checkpoints, early stopping, the saved model.

Writes everything through the run record and reads requests from it, so it knows nothing
of who started it. What a step is, is the trainer's business.
"""

from __future__ import annotations

import io
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.config import RunConfig
from core.data.pipeline import evaluation_stream, training_stream
from core.models.export import load_model, save_model, to_stock
from core.predict import classify
from core.runs import Run, State, write_atomically
from core.training import checkpoints, control
from core.training.errors import TrainingError, diverging, not_finite
from core.training.prepare import Prepared, prepare
from core.training.recorder import Recorder
from core.training.schedules import learning_rates

CALL_SECONDS = 0.1  # how long one call into the graph should take: requests wait so long
TICK_SECONDS = 0.5  # between metric lines
EVALUATION_BATCH = 256


@dataclass
class Progress:
    """Where a run stands; part of every checkpoint."""

    step: int = 0
    epoch: int = 0
    # sums since the epoch began, for its mean loss and accuracy
    loss: float = 0.0
    hits: float = 0.0
    seen: int = 0
    seconds: float = 0.0
    # the best epoch so far
    best: float | None = None
    best_epoch: int = 0
    stale: int = 0  # epochs since early stopping's measure improved
    stopping_best: float | None = None
    first_loss: float | None = None
    elapsed: float = 0.0  # seconds of training and validation, over every worker it had


@dataclass
class Tick:
    """Sums since the last metric line."""

    loss: float = 0.0
    hits: float = 0.0
    seen: int = 0
    steps: int = 0
    seconds: float = 0.0


def run_training(run: Run, config: RunConfig, recorder: Recorder) -> State:
    """Train to the end, or until asked to stop or pause; the state that it ended in.

    Raises:
        TrainingError, DatasetError, ConfigError, RunError: the run cannot go on.
    """
    return _Engine(run, config, recorder, prepare(run, config, recorder)).execute()


class _Engine:
    def __init__(self, run: Run, config: RunConfig, recorder: Recorder, prepared: Prepared) -> None:
        self.run, self.config, self.recorder, self.prepared = run, config, recorder, prepared
        self.trainer = prepared.trainer
        self.training = config.training
        passes = math.ceil(len(prepared.splits.train) / self.training.batch_size)
        self.epoch_steps = self.training.steps_per_epoch or passes
        self.total = self.epoch_steps * self.training.epochs
        self.progress = Progress()
        self.tick = Tick()
        self.step_seconds: float | None = None
        self.saved = time.monotonic()
        self.ticked = time.monotonic()
        self.begun = time.monotonic()

    def execute(self) -> State:
        self._restore()
        self.recorder.update(
            steps=self.total,
            epochs=self.training.epochs,
            step=self.progress.step,
            first_step=self.progress.step,
            epoch=self.progress.epoch,
        )
        self.recorder.phase("first step")
        state = self._loop()
        if state is State.PAUSED:
            self._checkpoint()
            return state
        self._finish(state)
        return state

    def _loop(self) -> State:
        stream = self.trainer.stream(self._stream())
        self.begun = time.monotonic()
        first = self.progress.step
        while not self._done():
            if self.progress.step == (self.progress.epoch + 1) * self.epoch_steps:
                if self._end_epoch():
                    return State.FINISHED
            else:
                self._advance(stream, warm=self.progress.step > first)
            request = control.pending(self.run)
            if request is control.Request.PAUSE:
                return State.PAUSED
            if request is control.Request.STOP:
                return State.STOPPED
            if time.monotonic() - self.saved > self.training.checkpoint_seconds:
                self._checkpoint()
        return State.FINISHED

    def _done(self) -> bool:
        """All steps taken and the last epoch judged."""
        return self.progress.epoch >= self.training.epochs

    def _stream(self) -> Any:
        augmentation = self.config.augmentation
        return training_stream(
            self.prepared.splits.train,
            classes=self.prepared.classes,
            batch_size=self.training.batch_size,
            augmentation=augmentation,
            seed=self.training.seed,
            first_step=self.progress.step,
            last_step=self.total,
            augment_from_step=augmentation.start_epoch * self.epoch_steps,
        )

    def _advance(self, stream: Any, *, warm: bool) -> None:
        """One call into the graph, and what it tells."""
        done = self.progress.step
        rates = learning_rates(self.config.schedule, done, self._call_steps(), self.total)
        begun = time.perf_counter()
        losses, hits, seen = self.trainer.train(stream, rates)
        seconds = time.perf_counter() - begun
        if not warm:
            self.recorder.update(started=time.time())
            self.recorder.phase("training")
        else:
            self.step_seconds = seconds / len(rates)
        self._check(losses, rates)
        total = float(losses.mean()) * seen
        for sums in (self.progress, self.tick):
            sums.loss += total
            sums.hits += hits
            sums.seen += seen
            sums.seconds += seconds if warm else 0.0
        self.tick.steps += len(rates)
        self.progress.step += len(rates)
        if time.monotonic() - self.ticked >= TICK_SECONDS or not warm:
            self._write_tick(float(rates[-1]), seconds)

    def _call_steps(self) -> int:
        """Steps for the next call: about CALL_SECONDS, never across an epoch's end."""
        left = self.epoch_steps - self.progress.step % self.epoch_steps
        if self.step_seconds is None:
            return 1
        return int(np.clip(round(CALL_SECONDS / max(self.step_seconds, 1e-6)), 1, left))

    def _check(self, losses: np.ndarray, rates: np.ndarray) -> None:
        """Stop a run whose loss is lost, and say at which step."""
        bad = np.flatnonzero(~np.isfinite(losses))
        if bad.size:
            raise not_finite(self.progress.step + int(bad[0]) + 1, float(rates[bad[0]]))
        if self.progress.first_loss is None:
            self.progress.first_loss = float(losses[0])
        bound = 100.0 * max(self.progress.first_loss, math.log(self.prepared.classes))
        if float(losses.mean()) > bound:
            step = self.progress.step + len(losses)
            raise diverging(step, float(losses.mean()), float(rates[-1]))

    def _write_tick(self, rate: float, seconds: float) -> None:
        tick, progress = self.tick, self.progress
        speed = tick.seen / tick.seconds if tick.seconds else tick.seen / max(seconds, 1e-9)
        self.recorder.metric(
            "tick",
            step=progress.step,
            epoch=round(progress.step / self.epoch_steps, 4),
            lr=rate,
            loss=round(tick.loss / tick.seen, 6),
            accuracy=round(tick.hits / tick.seen, 6),
            images_per_second=round(speed, 1),
        )
        self.recorder.update(step=progress.step, images_per_second=round(speed, 1))
        self.tick, self.ticked = Tick(), time.monotonic()

    def _end_epoch(self) -> bool:
        """Validate, record, remember the best; True where early stopping ends the run.

        A request that comes while validating is served at once: the epoch is then not
        counted, and a resumed run begins with validating it.
        """
        progress = self.progress
        rate = float(learning_rates(self.config.schedule, progress.step - 1, 1, self.total)[0])
        # A tick of a step or two would say little, of the speed above all: let it grow.
        if self.tick.seen and time.monotonic() - self.ticked >= TICK_SECONDS / 2:
            self._write_tick(rate, self.tick.seconds)
        self.recorder.phase("validating")
        measured = self._validate()
        if measured is None:
            return False
        progress.epoch += 1
        self._write_epoch(rate, measured)
        progress.loss = progress.hits = progress.seconds = 0.0
        progress.seen = 0
        stop = self._judge(measured)
        self._checkpoint()
        self.recorder.update(epoch=progress.epoch, step=progress.step, early_stopped=stop)
        self.recorder.phase("training")
        return stop

    def _validate(self) -> dict[str, float] | None:
        steps = self.training.validation_steps
        batches = evaluation_stream(
            self.prepared.splits.validation,
            classes=self.prepared.classes,
            batch_size=self.training.batch_size if steps else EVALUATION_BATCH,
            limit_batches=steps,
        )
        result = self.trainer.evaluate(batches, lambda: control.pending(self.run) is not None)
        return None if result is None else {"val_loss": result[0], "val_accuracy": result[1]}

    def _write_epoch(self, rate: float, measured: dict[str, float]) -> None:
        progress = self.progress
        self.recorder.metric(
            "epoch",
            step=progress.step,
            epoch=progress.epoch,
            lr=rate,
            loss=round(progress.loss / max(progress.seen, 1), 6),
            accuracy=round(progress.hits / max(progress.seen, 1), 6),
            val_loss=round(measured["val_loss"], 6),
            val_accuracy=round(measured["val_accuracy"], 6),
            images_per_second=round(progress.seen / max(progress.seconds, 1e-9), 1),
            seconds=round(progress.seconds, 3),
        )

    def _judge(self, measured: dict[str, float]) -> bool:
        """Keep the weights if they are the best; True if patience has run out."""
        progress, stopping = self.progress, self.training.early_stopping
        monitor = self._monitor()
        if monitor and _better(measured[monitor], progress.best, monitor):
            progress.best, progress.best_epoch = measured[monitor], progress.epoch
            with self.recorder.writing():
                checkpoints.write_variables(
                    self._best_path(), self.trainer.weights, {"epoch": progress.epoch}
                )
        if stopping is None:
            return False
        value = measured[stopping.monitor]
        if _better(value, progress.stopping_best, stopping.monitor):
            progress.stopping_best, progress.stale = value, 0
        else:
            progress.stale += 1
        return progress.stale >= stopping.patience

    def _monitor(self) -> str | None:
        """What decides which weights are kept; None where the last are."""
        stopping = self.training.early_stopping
        if stopping and stopping.restore_best:
            return stopping.monitor
        return self.training.monitor if self.training.keep == "best" else None

    def _best_path(self) -> Path:
        folder = self.run.path / "checkpoints"
        folder.mkdir(exist_ok=True)
        return folder / "best.npz"

    def _restore(self) -> None:
        try:
            meta = checkpoints.restore_newest(self.run.path / "checkpoints", self.trainer.state)
        except checkpoints.CheckpointError as error:
            raise TrainingError(str(error), "Start the run anew from its draft.") from error
        if meta is not None:
            self.progress = Progress(**meta["progress"])
            self.recorder.resume_at(self.progress.step)
        elif self.run.metrics_path.exists():
            self.recorder.resume_at(0)

    def _checkpoint(self) -> None:
        now = time.monotonic()
        self.progress.elapsed += now - self.begun
        self.begun = now
        meta = {"progress": asdict(self.progress)}
        folder = self.run.path / "checkpoints"
        with self.recorder.writing():
            checkpoints.save_checkpoint(folder, self.progress.step, self.trainer.state, meta)
        self.saved = time.monotonic()

    def _finish(self, state: State) -> None:
        """Save the model that is kept, and what it says of the test part."""
        self.recorder.phase("saving the model")
        self._checkpoint()
        if self._best_path().exists():
            checkpoints.read_variables(self._best_path(), self.trainer.weights)
        save_model(to_stock(self.trainer.network), self.run.model_path)
        self.recorder.phase("evaluating on the test part")
        result = evaluate_saved(self.run, self.prepared, self.progress)
        self.recorder.update(result={**result, "record_seconds": round(self.recorder.seconds, 3)})


def evaluate_saved(run: Run, prepared: Prepared, progress: Progress) -> dict:
    """Predict the test part with the model as saved; write predictions.npz; the result."""
    model = load_model(run.model_path)
    test = prepared.splits.test
    rows, labels = [], []
    for start in range(0, len(test), EVALUATION_BATCH):
        stop = min(start + EVALUATION_BATCH, len(test))
        images, batch_labels = test.gather(np.arange(start, stop))
        rows.append(classify(model, images, prepared.dataset.classes))
        labels.append(batch_labels)
    probabilities = np.concatenate(rows).astype(np.float32)  # (N, K)
    truth = np.concatenate(labels).astype(np.int64)  # (N,)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, probabilities=probabilities, labels=truth)
    write_atomically(run.predictions_path, buffer.getvalue())
    chosen = np.clip(probabilities[np.arange(len(truth)), truth], 1e-7, 1.0)
    return {
        "test_accuracy": float((probabilities.argmax(axis=1) == truth).mean()),
        "test_loss": float(-np.log(chosen).mean()),
        "best_epoch": progress.best_epoch or progress.epoch,
        "best": progress.best,
        "parameters": int(model.count_params()),
        "seconds": round(progress.elapsed, 1),
    }


def _better(value: float, best: float | None, monitor: str) -> bool:
    if best is None:
        return True
    return value > best if monitor == "val_accuracy" else value < best
