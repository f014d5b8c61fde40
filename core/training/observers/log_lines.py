"""What a person reads in RUN/log.txt: a few lines at the begin and the end, one an epoch."""

from __future__ import annotations

import time
from typing import Any

from core.config import RunConfig
from core.notation import count, duration, learning_rate, loss, percent
from core.runs import RangeTestResult, State, TrainingResult
from core.runs.recorder import Recorder
from core.training.observers.observer import Observer


class LogLines(Observer):
    """Prints to standard output, which is the run's log."""

    def __init__(self, config: RunConfig, recorder: Recorder) -> None:
        self._config, self._recorder = config, recorder
        self._begun = time.monotonic()

    def begin(self, trainer: Any) -> None:
        status = self._recorder.status
        what = "Range test" if self._config.job == "range-test" else "Training"
        sizes = self._recorder.run.dataset().sizes
        images = ", ".join(f"{count(size)} {split}" for split, size in sizes.items())
        parameters = sum(int(weight.shape.num_elements()) for weight in trainer.weights)
        _say(f"{what}: {self._config.title or self._config.architecture.name}")
        _say(f"Images: {images}. Network: {count(parameters)} parameters.")
        _say(f"Device: {status.device}, {status.precision}.")
        if status.first_step:
            _say(f"Resumed after step {count(status.first_step)} of {count(status.steps)}.")

    def fine_tuning_begun(self, epoch: int, highest: float) -> None:
        lr = learning_rate(highest)
        _say(f"Fine-tuning from epoch {epoch + 1} on: the base trains, too, at up to {lr}.")

    def metric(self, kind: str, values: dict[str, Any]) -> None:
        if kind != "epoch":
            return
        _say(
            f"Epoch {values['epoch']} of {self._recorder.status.epochs}: "
            f"loss {loss(values['loss'])}, accuracy {percent(values['accuracy'])}, "
            f"validation loss {loss(values['val_loss'])}, "
            f"validation accuracy {percent(values['val_accuracy'])}, "
            f"learning rate {learning_rate(values['lr'])}, {values['seconds']:.1f} s"
        )
        if "reduced_lr" in values:
            lr = learning_rate(values["reduced_lr"])
            _say(f"The validation loss has stopped falling: the learning rate is now {lr}.")

    def end(self, state: State) -> None:
        status = self._recorder.status
        result = status.result if state is not State.PAUSED and not status.went_on else None
        took = duration(time.monotonic() - self._begun)
        _say(f"The run is {state} after {took}.")
        if state is State.FAILED:
            return  # the reason follows
        if isinstance(result, TrainingResult):
            _say(f"Test accuracy {result.accuracy_in_words}, loss {loss(result.test_loss)}.")
        elif isinstance(result, RangeTestResult):
            lr = result.suggestion
            _say(f"Recommended learning rate: {learning_rate(lr, 2) if lr else 'none'}.")
            _say(result.reason)
            for rule in result.refused:
                _say(f"{rule.name}: none. {rule.why}")
            for one in result.suggestions:
                _say(f"{one.name}: {one.in_words}.")


def _say(line: str) -> None:
    print(" ".join([time.strftime("%H:%M:%S"), *line.split()]), flush=True)
