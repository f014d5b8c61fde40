"""Observers are told every moment, and none of them can end a run."""

from __future__ import annotations

from typing import Any

import pytest

from core.config import RunConfig, apply_overrides
from core.errors import UserError
from core.jobs.loading import load
from core.recipes import find_recipe
from core.runs import Run, State, create_run
from core.runs.recorder import Recorder
from core.training.engine import run_training
from core.training.lr_range import run_range_test
from core.training.observers import Observer, Observers

TINY = ('architecture.blocks=[{"filters": 4}]', "architecture.dense=[]", "precision=float32")


class Diary(Observer):
    """Writes down every moment, with what tells it from others of its kind."""

    def __init__(self) -> None:
        self.moments: list[tuple[str, Any]] = []

    def begin(self, trainer: Any) -> None:
        self.moments.append(("begin", len(trainer.weights)))

    def steps_taken(self, trainer: Any, step: int) -> None:
        self.moments.append(("steps_taken", step))

    def metric(self, kind: str, values: dict[str, Any]) -> None:
        self.moments.append(("metric", (kind, values["step"])))

    def epoch_ended(self, trainer: Any, epoch: int, measured: dict[str, float]) -> None:
        self.moments.append(("epoch_ended", (epoch, sorted(measured))))

    def end(self, state: State) -> None:
        self.moments.append(("end", state))

    def of(self, moment: str) -> list[Any]:
        return [value for name, value in self.moments if name == moment]


class Clumsy(Observer):
    """Fails at the first thing that it is told of."""

    def __init__(self) -> None:
        self.told = 0

    def steps_taken(self, trainer: Any, step: int) -> None:
        self.told += 1
        raise RuntimeError("I fell over")


def config(*changes: str):
    small = ["dataset.limit=200", "epochs=2", "batch_size=32", *TINY]
    return apply_overrides(find_recipe("digits-quick").config, [*small, *changes])


def train(run: Run, wanted: RunConfig, observers: Observers) -> State:
    recorder = Recorder(run)
    return run_training(run, wanted, recorder, observers, load(run, wanted, recorder))


def test_every_moment_of_a_run_is_told(tmp_path):
    diary, wanted = Diary(), config()
    run = create_run(wanted, tmp_path)
    assert train(run, wanted, Observers([diary])) is State.FINISHED
    steps = wanted.training.total_steps(200)
    assert diary.moments[0] == ("begin", 8)  # a convolution 2, a normalization 4, a dense layer 2
    assert diary.of("steps_taken")[-1] == steps == 14
    assert diary.of("epoch_ended") == [(n, ["val_accuracy", "val_loss"]) for n in (1, 2)]
    recorded = [(row["kind"], row["step"]) for row in run.metrics()]
    assert diary.of("metric") == recorded


def test_one_that_fails_is_logged_once_and_the_run_goes_on(tmp_path, capfd):
    clumsy, diary, wanted = Clumsy(), Diary(), config()
    run = create_run(wanted, tmp_path)
    observers = Observers([clumsy, diary])
    assert train(run, wanted, observers) is State.FINISHED
    observers.end(State.FINISHED)
    assert clumsy.told == 1
    assert diary.of("steps_taken")[-1] == 14
    assert diary.of("end") == [State.FINISHED]
    said = capfd.readouterr()
    assert (said.out + said.err).count("RuntimeError: I fell over") == 1
    assert "Clumsy failed at 'steps_taken' and is left out" in said.out


def test_a_range_test_is_watched_too(tmp_path):
    diary = Diary()
    wanted = config("range_test.iterations=20").model_copy(update={"job": "range-test"})
    run = create_run(wanted, tmp_path)
    recorder, observers = Recorder(run), Observers([diary])
    data = load(run, wanted, recorder)
    assert run_range_test(run, wanted, recorder, observers, data) is State.FINISHED
    rows = [(row["kind"], row["step"]) for row in run.metrics()]
    assert diary.of("metric") == rows
    assert rows[0] == ("range", 1)


def test_what_ends_a_run_is_no_observers_matter(tmp_path):
    wanted = config("optimizer.kind=sgd", "schedule.kind=constant", "schedule.learning_rate=100")
    run = create_run(wanted, tmp_path)
    with pytest.raises(UserError, match="at step"):
        train(run, wanted, Observers([Diary()]))
