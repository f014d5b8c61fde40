"""What RUN/status.json holds: state, phase, progress, result. Written by the worker alone.

Every number has the range that it can have, so that what was read can be shown and reckoned
with. Knows nothing of files; whether a state can be believed is for the record to say.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.machine.resources import Resources

_Count = Annotated[int, Field(ge=0, le=10**15)]
_Moment = Annotated[float, Field(ge=0.0, le=2e11, allow_inf_nan=False)]  # s since the epoch
_Amount = Annotated[float, Field(ge=0.0, le=1e15, allow_inf_nan=False)]
_Rate = Annotated[float, Field(gt=0.0, le=1e6, allow_inf_nan=False)]
_Words = Annotated[str, Field(max_length=10_000)]


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
    VALIDATING = "validating"
    RAISING_LEARNING_RATE = "raising the learning rate"
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


class _Recorded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants")


class TrainingResult(_Recorded):
    """What a training run came to."""

    test_accuracy: Annotated[float, Field(ge=0.0, le=1.0)]
    test_loss: float  # mean cross-entropy, nats; infinite or NaN where the network is lost
    best_epoch: _Count = 0  # whose weights model.keras has, from 1
    best: float | None = None  # what the monitored figure was then
    parameters: _Count = 0
    seconds: _Amount = 0.0  # of training and validation, over every worker it had
    record_seconds: _Amount = 0.0  # of them, spent on the record
    note: _Words = ""  # what a person must know to read it, in sentences


class RangeTestResult(_Recorded):
    """What a learning-rate range test came to."""

    suggestion: _Rate | None = None  # a learning rate; None where none stands out
    index: _Count | None = None  # of the iteration whose rate it is
    reason: _Words
    stopped_at: _Count = 0  # iterations
    diverged: bool = False


class Status(_Recorded):
    """One state of a run. Times are seconds since the epoch."""

    state: State = State.QUEUED
    phase: Phase = Phase.WAITING
    phase_detail: _Words = ""  # how far a long phase is, in words
    error: _Words = ""  # sentences, empty unless failed or stopped by the engine
    advice: _Words = ""  # what to do about the error
    epoch: _Count = 0  # epochs completed
    epochs: _Count = 0
    step: _Count = 0  # steps completed over the whole run
    steps: _Count = 0  # steps planned over the whole run
    first_step: _Count = 0  # where this worker began: above 0 in a resumed run
    images_per_second: _Amount = 0.0
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
    result: TrainingResult | RangeTestResult | None = None

    @property
    def doing(self) -> str:
        """What the worker does now, in words: "preparing data: reading x.zip 40%"."""
        return f"{self.phase}: {self.phase_detail}" if self.phase_detail else str(self.phase)

    @property
    def training_result(self) -> TrainingResult | None:
        return self.result if isinstance(self.result, TrainingResult) else None

    @property
    def range_result(self) -> RangeTestResult | None:
        return self.result if isinstance(self.result, RangeTestResult) else None

    @property
    def fraction_done(self) -> float:
        """Steps done over steps planned, 0 to 1."""
        return min(self.step / self.steps, 1.0) if self.steps else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far; None before there is a pace."""
        done = self.step - self.first_step
        if self.state is not State.RUNNING or done <= 0 or not self.started or not self.steps:
            return None
        elapsed = max(self.heartbeat - self.started, 1e-6)
        return max(self.steps - self.step, 0) * elapsed / done
