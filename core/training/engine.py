"""The training loop: epochs, validation, checkpoints, the saved model.

Writes everything through the run record and reads requests from it, so it knows nothing
of who started it. What a step is, is the trainer's business; what an epoch's validation
decides, that of core.training.selection.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from core.config import RunConfig
from core.data.dataset import Dataset
from core.data.pipeline import training_stream
from core.data.splits import Splits
from core.errors import TrainingError
from core.models.export import save_model, to_stock
from core.reading import is_file
from core.runs import Phase, Run, State
from core.runs import requests as run_requests
from core.runs.recorder import Recorder
from core.training import checkpoints
from core.training.evaluate import Validation, evaluate_saved
from core.training.failures import diverging, not_finite
from core.training.observers import Observers, record_metric
from core.training.prepare import Prepared, prepare
from core.training.progress import Progress, Sums
from core.training.schedules import Length, learning_rates, momenta
from core.training.selection import BestWeights, EarlyStopping, Measured, Plateau

CALL_SECONDS = 0.1  # how long one call into the graph should take: requests wait so long
TICK_SECONDS = 0.5  # between metric lines


def run_training(
    run: Run,
    config: RunConfig,
    recorder: Recorder,
    observers: Observers,
    data: tuple[Dataset, Splits],
) -> State:
    """Train to the end, or until asked to stop or pause; the state that it ended in.

    Args:
        data: what the configuration asks for, loaded.

    Raises:
        UserError: the run cannot go on.
    """
    prepared = prepare(run, config, recorder, data)
    return _Engine(run, config, recorder, observers, prepared).execute()


class _Engine:
    def __init__(
        self,
        run: Run,
        config: RunConfig,
        recorder: Recorder,
        observers: Observers,
        prepared: Prepared,
    ) -> None:
        self.run, self.config, self.prepared = run, config, prepared
        self.recorder, self.observers = recorder, observers
        self.trainer = prepared.trainer
        self.training = config.training
        self.epoch_steps = self.training.steps_in_epoch(len(prepared.splits.train))
        self.total = self.training.total_steps(len(prepared.splits.train))
        self.length = Length(self.total, self.epoch_steps)
        self.validation = Validation(prepared, self.training)
        self.best_weights = BestWeights(self.training.keep_monitor, run.checkpoints_path)
        self.early_stopping = EarlyStopping(self.training.early_stopping)
        self.plateau = Plateau(config.schedule)
        self.progress = Progress()
        self.tick = Sums()
        self.step_seconds: float | None = None
        self.saved = self.ticked = self.begun = time.monotonic()

    def execute(self) -> State:
        self._restore()
        self.recorder.update(
            steps=self.total,
            epochs=self.training.epochs,
            step=self.progress.step,
            first_step=self.progress.step,
            epoch=self.progress.epoch,
        )
        self.recorder.phase(Phase.FIRST_STEP)
        self.observers.begin(self.trainer)
        state = self._loop()
        if state is State.PAUSED:
            self._checkpoint()
        else:
            self._finish()
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
            request = run_requests.pending(self.run)
            if request is run_requests.Request.PAUSE:
                return State.PAUSED
            if request is run_requests.Request.STOP:
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
            num_classes=self.prepared.num_classes,
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
        lrs = self._learning_rates(done, self._call_steps())
        own = momenta(self.config.schedule, done, len(lrs), self.length)
        begun = time.perf_counter()
        losses, loss, correct, seen = self.trainer.train(stream, lrs, own)
        seconds = time.perf_counter() - begun
        if not warm:
            self.recorder.update(started=time.time())
            self.recorder.phase(Phase.TRAINING)
        else:
            self.step_seconds = seconds / len(lrs)
        self._check(losses, lrs)
        for sums in (self.progress, self.tick):
            sums.add(loss, correct, seen, seconds if warm else None)
        self.progress.step += len(lrs)
        self.observers.steps_taken(self.trainer, self.progress.step)
        if time.monotonic() - self.ticked >= TICK_SECONDS or not warm:
            self._write_tick(float(lrs[-1]))

    def _learning_rates(self, first: int, count: int) -> np.ndarray:
        """Those of `count` steps from `first` on.  # (count,) float32"""
        lrs = learning_rates(self.config.schedule, first, count, self.length)
        return self.plateau.lowered(lrs, self.progress)

    def _call_steps(self) -> int:
        """Steps for the next call: about CALL_SECONDS, never across an epoch's end."""
        left = self.epoch_steps - self.progress.step % self.epoch_steps
        if self.step_seconds is None:
            return 1
        return int(np.clip(round(CALL_SECONDS / max(self.step_seconds, 1e-6)), 1, left))

    def _check(self, losses: np.ndarray, lrs: np.ndarray) -> None:
        """Stop a run whose loss is lost, and say at which step."""
        bad = np.flatnonzero(~np.isfinite(losses))
        if bad.size:
            lr = float(lrs[bad[0]])
            self.recorder.update(lost_learning_rate=lr)
            raise not_finite(self.progress.step + int(bad[0]) + 1, lr)
        if self.progress.first_loss is None:
            self.progress.first_loss = float(losses[0])
        bound = 100.0 * max(self.progress.first_loss, math.log(self.prepared.num_classes))
        if float(losses.mean()) > bound:
            step = self.progress.step + len(losses)
            lr = float(lrs[-1])
            self.recorder.update(lost_learning_rate=lr)
            raise diverging(step, float(losses.mean()), lr)

    def _write_tick(self, lr: float) -> None:
        progress, measured = self.progress, self.tick.figures()
        record_metric(
            self.recorder,
            self.observers,
            "tick",
            step=progress.step,
            epoch=round(progress.step / self.epoch_steps, 4),
            lr=lr,
            **measured,
        )
        speed = measured.get("images_per_second", 0.0)
        self.recorder.update(step=progress.step, images_per_second=speed)
        self.tick, self.ticked = Sums(), time.monotonic()

    def _end_epoch(self) -> bool:
        """Validate, record, remember the best; True where early stopping ends the run.

        A request that comes while validating is served at once: the epoch is then not
        counted, and a resumed run begins with validating it.
        """
        progress = self.progress
        lr = float(self._learning_rates(progress.step - 1, 1)[0])
        # A tick of a step or two would say little, of the speed above all: let it grow.
        if self.tick.seen and time.monotonic() - self.ticked >= TICK_SECONDS / 2:
            self._write_tick(lr)
        self.recorder.phase(Phase.VALIDATING)
        measured = self.validation.measure(lambda: run_requests.pending(self.run) is not None)
        if measured is None:
            return False
        progress.epoch += 1
        self._write_epoch(lr, measured, self.plateau.reduce(progress, measured))
        progress.begin_epoch()
        stop = self._judge(measured)
        self._checkpoint()
        self.recorder.update(epoch=progress.epoch, step=progress.step, early_stopped=stop)
        self.recorder.phase(Phase.TRAINING)
        return stop

    def _judge(self, measured: Measured) -> bool:
        """Keep the weights if they are the best; True where patience has run out."""
        with self.recorder.writing(), self.trainer.averaged():
            self.best_weights.consider(self.progress, measured, self.trainer.weights)
            self.observers.epoch_ended(self.trainer, self.progress.epoch, measured)
        return self.early_stopping.is_due(self.progress, measured)

    def _write_epoch(self, lr: float, measured: Measured, reduced: float | None) -> None:
        progress = self.progress
        decided = {} if reduced is None else {"reduced_lr": reduced}
        record_metric(
            self.recorder,
            self.observers,
            "epoch",
            step=progress.step,
            epoch=progress.epoch,
            lr=lr,
            **progress.figures(),
            val_loss=round(measured["val_loss"], 6),
            val_accuracy=round(measured["val_accuracy"], 6),
            seconds=round(progress.seconds, 3),
            **decided,
        )

    def _restore(self) -> None:
        folder, state = self.run.checkpoints_path, self.trainer.state
        try:
            progress = checkpoints.restore_newest(folder, state, self._progress_of)
        except checkpoints.CheckpointError as error:
            raise TrainingError(str(error), "Start the run anew from its draft.") from error
        if progress is not None:
            self.progress = progress
            self.recorder.resume_at(progress.step, progress.epoch)
        elif is_file(self.run.metrics_path):
            self.recorder.resume_at(0, 0)

    def _progress_of(self, meta: dict[str, Any]) -> Progress:
        """Where a checkpoint stood. Raises ValueError where this run cannot stand there."""
        progress = Progress.from_dict(meta["progress"])
        first = progress.epoch * self.epoch_steps
        if not first <= progress.step <= first + self.epoch_steps:
            raise ValueError(f"step {progress.step:,} does not lie in epoch {progress.epoch + 1:,}")
        return progress

    def _checkpoint(self) -> None:
        now = time.monotonic()
        self.progress.elapsed += now - self.begun
        self.begun = now
        meta = {"progress": self.progress.to_dict()}
        folder = self.run.checkpoints_path
        with self.recorder.writing():
            checkpoints.save_checkpoint(folder, self.progress.step, self.trainer.state, meta)
        self.saved = time.monotonic()

    def _finish(self) -> None:
        """Save the model that is kept, and what it says of the test images."""
        self.recorder.phase(Phase.SAVING_MODEL)
        self._checkpoint()
        self.trainer.keep_average()
        note = self._put_back_best()
        save_model(to_stock(self.trainer.network), self.run.model_path)
        self.recorder.phase(Phase.EVALUATING)
        result = evaluate_saved(self.run, self.prepared, self.progress)
        spent = {"record_seconds": round(self.recorder.seconds, 3)}
        self.recorder.update(result=result.model_copy(update={**spent, "note": note}))

    def _put_back_best(self) -> str:
        """The kept epoch's weights into the network; where they are lost, what was done."""
        try:
            self.best_weights.restore(self.trainer.weights, self.progress.best_epoch)
        except checkpoints.CheckpointError as error:
            lost = self.progress.best_epoch
            self.progress.best_epoch, self.progress.best = self.progress.epoch, None
            return f"The weights of epoch {lost}, the best, are lost: {error} The last are kept."
        return ""
