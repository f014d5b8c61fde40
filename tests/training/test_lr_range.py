"""The range test as a job: seeds, divergence, stops, and that it trains as the run itself would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.config import AugmentationConfig, RunConfig, apply_overrides
from core.jobs.loading import load
from core.recipes import find_recipe
from core.runs import RangeTestResult, Run, State, create_run, requests
from core.runs.recorder import Recorder
from core.training import lr_range, lr_suggestion
from core.training.engine import run_training
from core.training.lr_range import run_range_test
from core.training.observers import Observer, Observers

TINY = ('architecture.blocks=[{"filters": 4}]', "architecture.dense=[]", "precision=float32")
COMMON = (
    "dataset.limit=200",
    "epochs=1",
    "batch_size=32",
    "range_test.iterations=30",
    "range_test.end=0.01",
    *TINY,
)


@pytest.fixture(autouse=True)
def one_batch_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call takes as many steps as fit into its time: where a stop comes would hang on speed."""
    monkeypatch.setattr(lr_range, "CALL_SECONDS", 1e-9)


def config(*changes: str) -> RunConfig:
    whole = apply_overrides(find_recipe("digits-quick").config, [*COMMON, *changes])
    return whole.model_copy(update={"job": "range-test"})


def measured(folder: Path, wanted: RunConfig, stop_at: int | None = None) -> tuple[Run, State]:
    """The test run in this process, to its end or until it is asked to stop at a step."""
    run = create_run(wanted, folder)
    recorder = Recorder(run)
    watching = Observers([StopAt(run, stop_at)] if stop_at else [])
    state = run_range_test(run, wanted, recorder, watching, load(run, wanted, recorder))
    recorder.end(state)
    return run, state


def losses(run: Run, seed: int) -> list[float]:
    return [row["loss"] for row in run.metrics() if row["seed"] == seed]


class StopAt(Observer):
    """Asks the run to stop once it has taken so many steps."""

    def __init__(self, run: Run, step: int) -> None:
        self.run, self.step = run, step

    def steps_taken(self, trainer: Any, step: int) -> None:
        if step >= self.step:
            requests.ask(self.run, requests.Request.STOP)


def test_each_seed_has_weights_and_order_of_its_own_and_can_be_repeated(tmp_path: Path):
    run, state = measured(tmp_path / "three", config("range_test.seeds=3", "training.seed=5"))
    assert state is State.FINISHED
    alone, _ = measured(tmp_path / "alone", config("training.seed=6"))
    assert losses(run, 6) == pytest.approx(losses(alone, 6), rel=1e-5)
    assert losses(run, 5)[0] != pytest.approx(losses(run, 6)[0], rel=1e-3)
    assert [len(losses(run, seed)) for seed in (5, 6, 7)] == [30, 30, 30]
    assert [row["step"] for row in run.metrics()] == list(range(1, 91))
    status = run.status()
    assert (status.step, status.steps) == (90, 90)
    assert status.range_result.seeds == 3


def test_a_seed_that_diverges_ends_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """And what is made of the curves is told of how many seeds that was so."""
    told: list[int] = []

    def advise(*arguments: Any, lost: int) -> RangeTestResult:
        told.append(lost)
        return lr_suggestion.advise(*arguments, lost=lost)

    monkeypatch.setattr(lr_range, "advise", advise)
    changes = ("range_test.end=10", "range_test.divergence=1.5", "architecture.activation=elu")
    wanted = config(*changes, "range_test.seeds=2")
    run, state = measured(tmp_path, wanted)
    assert state is State.FINISHED
    first, second = (losses(run, seed) for seed in (0, 1))
    assert 10 <= len(first) < 30 and 10 <= len(second) < 30
    rows = run.metrics()
    assert next(row["step"] for row in rows if row["seed"] == 1) == 31
    assert run.status().steps == 60
    assert told == [2]


def test_a_stop_half_way_keeps_the_seeds_that_were_done(tmp_path: Path):
    run, state = measured(tmp_path, config("range_test.seeds=3"), 35)
    assert state is State.STOPPED
    assert len(losses(run, 0)) == 30
    assert 0 < len(losses(run, 1)) < 30
    assert not losses(run, 2)
    result = run.status().range_result
    assert result.seeds == 1
    alone, _ = measured(tmp_path / "alone", config())
    assert result.suggestions == alone.status().range_result.suggestions


def test_a_stop_in_the_first_seed_keeps_what_there_is(tmp_path: Path):
    run, state = measured(tmp_path, config("range_test.seeds=2"), 5)
    assert state is State.STOPPED
    result = run.status().range_result
    assert result.suggestion is None
    assert f"Only {len(losses(run, 0))} iterations" in result.reason
    assert 5 <= result.stopped_at < 30


def test_a_stop_between_two_seeds_starts_no_other(tmp_path: Path):
    run, state = measured(tmp_path, config("range_test.seeds=2"), 30)
    assert state is State.STOPPED
    assert len(losses(run, 0)) == 30 and not losses(run, 1)


def test_its_first_batch_is_the_runs_own(tmp_path: Path):
    """Weights, order, augmentation, batch size and label smoothing: all that a first loss shows."""
    changes = ("training.label_smoothing=0.1", "training.seed=3", "range_test.start=1e-4")
    held = ("schedule.kind=constant", "schedule.learning_rate=1e-4")
    tested, _ = measured(tmp_path / "tested", config(*changes))
    wanted = config(*changes, *held).model_copy(update={"job": "train"})
    run = create_run(wanted, tmp_path / "trained")
    recorder = Recorder(run)
    run_training(run, wanted, recorder, Observers([]), load(run, wanted, recorder))
    first = next(row for row in run.metrics() if row["kind"] == "tick")
    assert first["step"] == 1
    assert losses(tested, 3)[0] == pytest.approx(first["loss"], rel=1e-4)


def test_a_momentum_that_is_cycled_is_the_one_that_the_run_has_at_its_highest_rate(tmp_path: Path):
    """Step for step the test of SGD with that momentum, be the cycle's highest what it may."""
    cycled = ("schedule.cycle_momentum=true", "schedule.min_momentum=0.3")
    sgd = ("optimizer.kind=sgd", "optimizer.momentum=0.3", "range_test.start=1e-4")
    tested, _ = measured(tmp_path / "cycled", config(*sgd, *cycled, "schedule.max_momentum=0.95"))
    plain, _ = measured(tmp_path / "plain", config(*sgd))
    assert losses(tested, 0) == pytest.approx(losses(plain, 0), rel=1e-4)


def test_augmentation_that_begins_later_is_not_in_it(tmp_path: Path):
    later, _ = measured(tmp_path / "later", config("augmentation.start_epoch=2"))
    without = config().model_copy(update={"augmentation": AugmentationConfig()})
    never, _ = measured(tmp_path / "never", without)
    now, _ = measured(tmp_path / "now", config())
    assert losses(later, 0)[:5] == pytest.approx(losses(never, 0)[:5], rel=1e-5)
    assert losses(later, 0)[:5] != pytest.approx(losses(now, 0)[:5], rel=1e-5)
