"""What RUN/status.json holds: state, phase, progress, result. Written by the worker alone.

Every number has the range that it can have, so that what was read can be shown and reckoned
with. Knows nothing of files; whether a state can be believed is for the record to say.
"""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.config import RangeTestConfig
from core.machine.resources import Resources
from core.notation import learning_rate, percent

_Count = Annotated[int, Field(ge=0, le=10**15)]
_Moment = Annotated[float, Field(ge=0.0, le=2e11, allow_inf_nan=False)]  # s since the epoch
_Amount = Annotated[float, Field(ge=0.0, le=1e15, allow_inf_nan=False)]
_Rate = Annotated[float, Field(gt=0.0, le=1e6, allow_inf_nan=False)]
_Words = Annotated[str, Field(max_length=10_000)]
_Name = Annotated[str, Field(max_length=100)]


_LEAST_LEFT = 0.5  # seconds; less would be shown as none, and something is left


class State(StrEnum):
    """How a run stands, for as long as anybody looks."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CRASHED = "crashed"

    @property
    def alive(self) -> bool:
        """A worker process stands behind it."""
        return self in (State.QUEUED, State.RUNNING)

    @property
    def resumable(self) -> bool:
        return self in (State.PAUSED, State.STOPPED, State.CRASHED, State.FAILED)


class Phase(StrEnum):
    """What a living worker does now; the values are the words for it."""

    WAITING = "waiting for the device"
    PREPARING_DATA = "preparing data"
    LOADING_TENSORFLOW = "loading TensorFlow"
    BUILDING_NETWORK = "building the network"
    FIRST_STEP = "first step"
    TRAINING = "training"
    FINE_TUNING = "fine-tuning"
    VALIDATING = "validating"
    RAISING_LEARNING_RATE = "raising the learning rate"
    TIMING = "timing steps"
    SAVING_MODEL = "saving the model"
    EVALUATING = "evaluating on the test images"
    ENDED = "ended"


# Phases of every worker before its first step, in order.
STARTING_PHASES = (
    Phase.WAITING,
    Phase.PREPARING_DATA,  # TensorFlow is imported beside it
    Phase.LOADING_TENSORFLOW,
    Phase.BUILDING_NETWORK,
    Phase.FIRST_STEP,
)


_ENDING = (Phase.SAVING_MODEL, Phase.EVALUATING)


class _Recorded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants")


class TrainingResult(_Recorded):
    """What a training run came to."""

    test_accuracy: Annotated[float, Field(ge=0.0, le=1.0)]
    one_view_accuracy: Annotated[float, Field(ge=0.0, le=1.0)] | None = None  # None: as above
    test_loss: float  # mean cross-entropy, nats; infinite or NaN where the network is lost
    step: _Count = 0  # after which it was judged; 0 in records of the versions before
    best_epoch: _Count = 0  # whose weights model.keras has, from 1
    best: float | None = None  # what the monitored figure was then
    parameters: _Count = 0
    seconds: _Amount = 0.0  # of training and validation, over every worker it had
    record_seconds: _Amount = 0.0  # of them, spent on the record
    note: _Words = ""  # what a person must know to read it, in sentences

    @property
    def accuracy_in_words(self) -> str:
        """E.g. "94.12 %", with what one look comes to where test images were looked at from more
        sides."""
        if self.one_view_accuracy is None:
            return percent(self.test_accuracy, 2)
        return (
            f"{percent(self.test_accuracy, 2)} ({percent(self.one_view_accuracy, 2)} at one look)"
        )


class RateSuggestion(_Recorded):
    """What one rule reads from a range test's curve."""

    name: _Name
    learning_rate: _Rate
    max_learning_rate: _Rate | None = None  # of a cycle, whose lower end the other is
    why: _Words = ""  # a sentence

    @property
    def in_words(self) -> str:
        """In words, to the two digits that a test knows: "0.0054", "0.0001 to 0.006"."""
        ends = (self.learning_rate, self.max_learning_rate)
        return " to ".join(learning_rate(lr, 2) for lr in ends if lr is not None)


class RefusedRule(_Recorded):
    """A rule that reads no rate from a range test's curve."""

    name: _Name
    why: _Words  # a sentence


class RangeTestResult(_Recorded):
    """What a learning-rate range test came to.

    Records of the versions before have no `suggestions`, `recommended`, `good` and `refused`.
    """

    suggestion: _Rate | None = None  # the recommended rate; None where none stands out
    recommended: _Name = ""  # the name of the suggestion whose rate it is
    reason: _Words
    instead: RangeTestConfig | None = None  # a test that may find a rate where this found none
    suggestions: Annotated[tuple[RateSuggestion, ...], Field(max_length=20)] = ()
    refused: Annotated[tuple[RefusedRule, ...], Field(max_length=20)] = ()
    good: tuple[_Rate, _Rate] | None = None  # the lowest and the highest rate that is good to use
    seeds: Annotated[int, Field(ge=1, le=100)] = 1  # that were judged
    stopped_at: _Count = 0  # iterations, of all seeds
    diverged: bool = False  # every seed


class TimingResult(_Recorded):
    """How long a network takes on the machine that timed it."""

    seconds_per_step: Annotated[float, Field(gt=0.0, le=1e6)]  # of training, its images with it
    seconds_per_image: Annotated[float, Field(gt=0.0, le=1e6)]  # of validation
    error: _Amount = 0.0  # how far a step is from the median, as a share of it
    seconds: _Amount = 0.0  # that the timing took


class Status(_Recorded):
    """One state of a run. Times are seconds since the epoch."""

    state: State = State.QUEUED
    phase: Phase = Phase.WAITING
    phase_detail: _Words = ""  # how far a long phase is, in words
    error: _Words = ""  # sentences, empty unless failed or stopped by the engine
    advice: _Words = ""  # what to do about the error
    epoch: _Count = 0  # epochs completed
    epochs: _Count = 0  # planned; 0 in a range test, which has iterations
    step: _Count = 0  # steps completed over the whole run
    steps: _Count = 0  # steps planned over the whole run
    first_step: _Count = 0  # where this worker began: above 0 in a resumed run
    images_per_second: _Amount = 0.0
    remaining: _Amount | None = None  # seconds left, reckoned at the next moment
    remaining_at: _Moment = 0.0
    lost_learning_rate: _Rate | None = None  # at which the loss was lost, where it was
    pid: _Count = 0
    process_started: _Moment = 0.0
    created: _Moment = 0.0
    started: _Moment = 0.0  # when training proper began
    finished: _Moment = 0.0
    heartbeat: _Moment = 0.0
    boot_id: _Words = ""  # of the machine's start that the worker lived in; empty where unknown
    precision: _Words = ""
    device: _Words = ""
    early_stopped: bool = False
    resources: Resources | None = None  # the worker's last reading
    result: TrainingResult | RangeTestResult | TimingResult | None = None

    @property
    def doing(self) -> str:
        """What the worker does now, in words: "preparing data: reading x.zip 40 %"."""
        return f"{self.phase}: {self.phase_detail}" if self.phase_detail else str(self.phase)

    @property
    def training_result(self) -> TrainingResult | None:
        return self.result if isinstance(self.result, TrainingResult) else None

    @property
    def went_on(self) -> bool:
        """It has taken steps since it was judged: what is saved of it is of where it stopped."""
        result = self.training_result
        return result is not None and 0 < result.step < self.step

    @property
    def outcome(self) -> TrainingResult | None:
        """What a run has come to that ended; None of one that goes on, or may, or went on."""
        ended = self.state in (State.FINISHED, State.STOPPED)
        return self.training_result if ended and not self.went_on else None

    @property
    def range_result(self) -> RangeTestResult | None:
        return self.result if isinstance(self.result, RangeTestResult) else None

    @property
    def timing_result(self) -> TimingResult | None:
        return self.result if isinstance(self.result, TimingResult) else None

    @property
    def fraction_done(self) -> float:
        """Steps done over steps planned, 0 to 1."""
        return min(self.step / self.steps, 1.0) if self.steps else 0.0

    @property
    def epoch_now(self) -> int:
        """The epoch that a living run is in, from 1, the validation after it included; never
        beyond the last. Of others, how many epochs are done."""
        return min(self.epoch + 1, self.epochs) if self.state.alive else self.epoch

    @property
    def place(self) -> str:
        """Where it is, in words: "Epoch 3 of 20", or of a range test "Iteration 120 of 300"."""
        if not self.epochs or self._raises_learning_rate:
            return f"Iteration {self.step:,} of {self.steps:,}"
        return f"Epoch {self.epoch_now:,} of {self.epochs:,}"

    @property
    def _raises_learning_rate(self) -> bool:
        """A record of the versions before counts epochs in a range test too."""
        return self.phase is Phase.RAISING_LEARNING_RATE or self.range_result is not None

    @property
    def seconds_left(self) -> float | None:
        """Time left until the run has ended, the test included; see `seconds_left_at`."""
        return self.seconds_left_at(time.time())

    def seconds_left_at(self, now: float) -> float | None:
        """Time left as of that moment, s since the epoch.

        It goes on falling while a long validation tells nothing. None before there is a pace,
        where it has run out though the run goes on, and where a stop has cut the run short.
        """
        cut_short = self.phase in _ENDING and self.step < self.steps
        if self.state is not State.RUNNING or not self.steps or cut_short:
            return None
        left = self._by_steps() if self.remaining is None else self.remaining
        if left is None:
            return None
        if self.remaining is not None:
            left -= max(now - self.remaining_at, 0.0)
        return left if left >= _LEAST_LEFT else None

    def _by_steps(self) -> float | None:
        """At the pace of the steps so far: records of the version before say no more."""
        done = self.step - self.first_step
        if done <= 0 or not self.started:
            return None
        elapsed = max(self.heartbeat - self.started, 1e-6)
        return max(self.steps - self.step, 0) * elapsed / done
