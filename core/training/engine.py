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

from core.config import RunConfig, highest
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
from core.training.failures import lost_loss
from core.training.observers import Observers
from core.training.observers.metric_lines import MetricLines
from core.training.prepare import Prepared, prepare
from core.training.progress import Progress
from core.training.schedules import TrainingPhase, phase_of_step, training_phases
from core.training.selection import BestWeights, EarlyStopping, Measured, Plateau

CALL_SECONDS = 0.1  # how long one call into the graph should take: requests wait so long


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
        self.phases = training_phases(config, len(prepared.splits.train))
        self.phase = self.phases[0]  # that of the last step taken
        self.epoch_steps = self.phase.length.steps_per_epoch
        self.total = self.phases[-1].end
        self.lines = MetricLines(recorder, observers, self.phases)
        self.validation = Validation(prepared, self.training)
        self.best_weights = BestWeights(self.training.keep_monitor, run.checkpoints_path)
        self.early_stopping = EarlyStopping(self.training.early_stopping)
        self.plateau = Plateau(self.phase.schedule)
        self.progress = Progress()
        self.started = False
        self.compiled = False  # the trainer's first call is behind it, which takes long
        self.step_seconds: float | None = None
        self.saved = self.begun = time.monotonic()

    def execute(self) -> State:
        self._restore()
        self.recorder.update(
            steps=self.total,
            epochs=self.training.epochs,
            step=self.progress.step,
            first_step=self.progress.step,
            epoch=self.progress.epoch,
            early_stopped=self.progress.early_stopped,
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
        while not self._done():
            if self.progress.step == (self.progress.epoch + 1) * self.epoch_steps:
                if self._end_epoch():
                    return State.FINISHED
            else:
                self._begin_phase()
                self._advance(stream)
            request = run_requests.pending(self.run)
            if request is run_requests.Request.PAUSE:
                return State.PAUSED
            if request is run_requests.Request.STOP:
                return State.STOPPED
            if time.monotonic() - self.saved > self.training.checkpoint_seconds:
                self._checkpoint()
        return State.FINISHED

    def _done(self) -> bool:
        """All steps taken and the last epoch judged, or stopped early."""
        return self.progress.early_stopped or self.progress.epoch >= self.training.epochs

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

    def _begin_phase(self) -> None:
        """Go on to the phase of the next step, where that is another one.

        Only now, right before that step: what was saved at the end of a phase is all of it, and
        a run that goes on from there begins the next as one that was never interrupted.
        """
        phase = phase_of_step(self.phases, self.progress.step)
        if phase is self.phase:
            return
        self._enter(phase)
        self.progress.begin_phase()
        self._say_that_it_trains()
        self.observers.fine_tuning_begun(self.progress.epoch, highest(phase.schedule))

    def _enter(self, phase: TrainingPhase) -> None:
        """Train as a phase does, with an optimizer and averages of its own."""
        self.phase = phase
        self.plateau = Plateau(phase.schedule)
        self.trainer = self.prepared.trainer_of_phase(fine_tunes=phase.fine_tunes)
        self.compiled, self.step_seconds = False, None

    def _advance(self, stream: Any) -> None:
        """One call into the graph, and what it tells."""
        done, warm = self.progress.step, self.compiled
        lrs = self._learning_rates(done, self._call_steps())
        momenta = self.phase.momenta(done, len(lrs))
        begun = time.perf_counter()
        losses, loss, correct, seen = self.trainer.train(stream, lrs, momenta)
        seconds = time.perf_counter() - begun
        if warm:
            self.step_seconds = seconds / len(lrs)
        else:
            self._first_step_taken()
        self._check(losses, lrs)
        for sums in (self.progress, self.lines.tick):
            sums.add(loss, correct, seen, seconds if warm else None)
        self.progress.step += len(lrs)
        self.observers.steps_taken(self.trainer, self.progress.step)
        if self.lines.tick_is_due() or not warm:
            self.lines.write_tick(self.progress.step, float(lrs[-1]))

    def _first_step_taken(self) -> None:
        self.compiled = True
        if not self.started:
            self.started = True
            self.recorder.update(started=time.time())
        self._say_that_it_trains()

    def _say_that_it_trains(self) -> None:
        self.recorder.phase(Phase.FINE_TUNING if self.phase.fine_tunes else Phase.TRAINING)

    def _learning_rates(self, first: int, count: int) -> np.ndarray:
        """Those of `count` steps of the phase from `first` on.  # (count,) float32"""
        return self.plateau.lowered(self.phase.learning_rates(first, count), self.progress)

    def _call_steps(self) -> int:
        """Steps for the next call: about CALL_SECONDS, never across an epoch's end."""
        left = self.epoch_steps - self.progress.step % self.epoch_steps
        if self.step_seconds is None:
            return 1
        return int(np.clip(round(CALL_SECONDS / max(self.step_seconds, 1e-6)), 1, left))

    def _check(self, losses: np.ndarray, lrs: np.ndarray) -> None:
        """Stop a run whose loss is lost, and say at which step."""
        if self.progress.first_loss is None:
            self.progress.first_loss = float(losses[0])
        usual = max(self.progress.first_loss, math.log(self.prepared.num_classes))
        tunes = self.phase.fine_tunes
        lost = lost_loss(losses, lrs, self.progress.step, usual, fine_tunes=tunes)
        if lost is not None:
            lr, error = lost
            self.recorder.update(lost_learning_rate=lr)
            raise error

    def _end_epoch(self) -> bool:
        """Validate, record, remember the best; True where early stopping ends the run.

        A request that comes while validating is served at once: the epoch is then not
        counted, and a resumed run begins with validating it.
        """
        progress = self.progress
        lr = float(self._learning_rates(progress.step - 1, 1)[0])
        if self.lines.worth_a_tick():
            self.lines.write_tick(progress.step, lr)
        self.recorder.phase(Phase.VALIDATING)
        measured = self.validation.measure(self.trainer, self._is_asked)
        if measured is None:
            return False
        progress.epoch += 1
        self.lines.write_epoch(progress, lr, measured, self.plateau.reduce(progress, measured))
        progress.begin_epoch()
        stop = progress.early_stopped = self._judge(measured)
        self._checkpoint()
        self.recorder.update(epoch=progress.epoch, step=progress.step, early_stopped=stop)
        self._say_that_it_trains()
        return stop

    def _is_asked(self) -> bool:
        """A request waits to be served."""
        return run_requests.pending(self.run) is not None

    def _judge(self, measured: Measured) -> bool:
        """Keep the weights if they are the best; True where patience has run out."""
        with self.recorder.writing(), self.trainer.averaged():
            self.best_weights.consider(self.progress, measured, self.trainer.weights)
            self.observers.epoch_ended(self.trainer, self.progress.epoch, measured)
        due = self.early_stopping.is_due(self.progress, measured)
        return due and self.phase is self.phases[-1]  # no run ends before it is fine-tuned

    def _restore(self) -> None:
        folder = self.run.checkpoints_path
        try:
            progress = checkpoints.restore_newest(folder, self._state_at, self._progress_of)
        except checkpoints.CheckpointError as error:
            raise TrainingError(str(error), "Start the run anew from its draft.") from error
        if progress is not None:
            self.progress = progress
            self.recorder.resume_at(progress.step, progress.epoch)
        elif is_file(self.run.metrics_path):
            self.recorder.resume_at(0, 0)

    def _state_at(self, progress: Progress) -> list[Any]:
        """The variables of a run that stood there: those of its last step's phase."""
        phase = phase_of_step(self.phases, max(progress.step - 1, 0))
        if phase is not self.phase:
            self._enter(phase)
        return self.trainer.state

    def _progress_of(self, meta: dict[str, Any]) -> Progress:
        """Where a checkpoint stood. Raises ValueError where this run cannot stand there."""
        progress = Progress.from_dict(meta["progress"])
        first = progress.epoch * self.epoch_steps
        if not first <= progress.step <= first + self.epoch_steps:
            raise ValueError(f"step {progress.step:,} does not lie in epoch {progress.epoch + 1:,}")
        return progress

    def _checkpoint(self) -> None:
        self.recorder.update(step=self.progress.step)  # a pause or a stop comes between two ticks
        now = time.monotonic()
        self.progress.elapsed += now - self.begun
        self.begun = now
        meta = {"progress": self.progress.to_dict()}
        folder = self.run.checkpoints_path
        with self.recorder.writing():
            checkpoints.save_checkpoint(folder, self.progress.step, self.trainer.state, meta)
            self.best_weights.prune(self.progress)
        self.saved = time.monotonic()

    def _finish(self) -> None:
        """Save the model that is kept, and what it says of the test images."""
        self.recorder.phase(Phase.SAVING_MODEL)
        self._checkpoint()
        self.trainer.keep_average()
        note = self.best_weights.put_back(self.progress, self.trainer.weights)
        save_model(to_stock(self.trainer.network), self.run.model_path)
        self.recorder.phase(Phase.EVALUATING)
        views = self.config.test_views
        result = evaluate_saved(self.run, self.prepared, self.progress, views)
        spent = {"record_seconds": round(self.recorder.seconds, 3)}
        self.recorder.update(result=result.model_copy(update={**spent, "note": note}))
