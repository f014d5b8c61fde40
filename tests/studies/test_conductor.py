"""A study conducted by its own process, with real workers: stopped, killed, continued, extended."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import RunConfig
from core.errors import ConfigError, DatasetError, RunError
from core.jobs import launch
from core.runs import Run, State, list_runs
from core.studies import (
    StudyConfig,
    StudyRecord,
    StudyState,
    Variant,
    create_study,
    delete_study,
    extend,
    findings,
    list_studies,
    open_study,
    request_stop,
    start,
)
from core.studies.conductor import StudyConductor, find_runs
from tests.jobs.helpers import small_config
from tests.processes import conductor_of
from tests.studies.left_over import leave_finished

pytestmark = pytest.mark.patient


def study(*assignments: str, **update) -> StudyConfig:
    rates = (
        Variant(name="Slow", changes={"schedule.learning_rate": 0.0005}),
        Variant(name="Fast", changes={"schedule.learning_rate": 0.006}),
    )
    base = small_config(*assignments)
    return StudyConfig(
        **({"title": "Rates", "base": base, "variants": rates, "seeds": (0, 1)} | update)
    )


def wait_until(
    record: StudyRecord, condition: Callable[[], object], seconds: float = 120.0
) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, record.log_path.read_text()
        time.sleep(0.1)


def wait_until_it_learns(record: StudyRecord) -> Run:
    """Until the first run has an epoch behind it; that run."""
    first = record.study().trials[0]
    wait_until(record, lambda: (run := record.run_of(first)) and run.status().epoch >= 1)
    run = record.run_of(first)
    assert run is not None
    return run


def kill_conductor(record: StudyRecord) -> None:
    os.kill(conductor_of(record), signal.SIGKILL)
    wait_until(record, lambda: not record.alive())


def wait_until_it_ends(record: StudyRecord) -> StudyState:
    wait_until(record, lambda: not record.alive())
    return record.state()


def trained(record: StudyRecord) -> list[str]:
    return sorted(record.progress().runs)


def test_a_study_is_conducted_to_its_end_and_says_what_it_found(tmp_path: Path):
    record = create_study(study(), tmp_path)
    assert record.state() is StudyState.PLANNED
    start(record)
    assert record.state() is StudyState.RUNNING
    with pytest.raises(RunError, match="at work already"):
        start(record)
    with pytest.raises(RunError, match="still at work"):
        delete_study(record)
    assert wait_until_it_ends(record) is StudyState.FINISHED
    assert trained(record) == ["0/0", "0/1", "1/0", "1/1"]
    found = findings(record, record.study())
    assert (found.done, found.planned) == (4, 4)
    slow, fast = found.variants
    assert slow.accuracy.shape == (2, 2) and fast.repeats == (0, 1)
    # Every number is one that its run has recorded.
    for trial in record.study().trials:
        run = record.run_of(trial)
        assert run is not None and run.config().training.seed == trial.repeat
        result = run.status().training_result
        assert result is not None
        place = (slow, fast)[trial.variant]
        assert place.test.values[trial.repeat] == result.test_accuracy
        rows = [row for row in run.metrics() if row["kind"] == "epoch"]
        assert place.accuracy[trial.repeat].tolist() == [row["val_accuracy"] for row in rows]
        assert place.validation.values[trial.repeat] == rows[result.best_epoch - 1]["val_accuracy"]
    assert len(found.sentences) == 1 and "Fast" in found.sentences[0]


def test_it_stops_between_and_goes_on_where_it_was(tmp_path: Path):
    record = create_study(study("epochs=15", seeds=(0,)), tmp_path)
    start(record)
    run = wait_until_it_learns(record)
    request_stop(record)
    assert record.state() in (StudyState.STOPPING, StudyState.STOPPED)
    assert wait_until_it_ends(record) is StudyState.STOPPED
    assert run.status().state is State.PAUSED
    stopped_at = run.status().step
    assert record.progress().error == ""

    start(record)
    assert wait_until_it_ends(record) is StudyState.FINISHED
    assert run.status().state is State.FINISHED and run.status().first_step == stopped_at
    assert len(list_runs(tmp_path)) == 2  # it went on with the run that it had


def test_it_goes_on_after_its_conductor_was_killed(tmp_path: Path):
    record = create_study(study("epochs=20", seeds=(0,)), tmp_path)
    start(record)
    wait_until_it_learns(record)
    kill_conductor(record)
    assert record.state() is StudyState.STOPPED
    # As if it had been killed before it could note what it had started.
    record.write_progress(record.progress().model_copy(update={"runs": {}}))
    start(record)
    assert wait_until_it_ends(record) is StudyState.FINISHED
    assert len(list_runs(tmp_path)) == 2


def test_a_run_that_outlived_its_conductor_is_paused_by_a_stop(tmp_path: Path):
    """Also by one that comes before the next conductor has looked at it."""
    record = create_study(study("epochs=40", seeds=(0,)), tmp_path)
    start(record)
    run = wait_until_it_learns(record)
    kill_conductor(record)
    record.stop_path.touch()
    assert StudyConductor(record).conduct() is None
    assert run.status().state is State.PAUSED


def test_runs_that_are_there_are_used_and_seeds_are_added(tmp_path: Path):
    once = study("epochs=1", seeds=(0,))
    before = launch.start(named(once.config_of(0, 0), "Somebody's own"), tmp_path)
    launch.wait(before, 120)
    record = create_study(once, tmp_path)
    start(record)
    assert wait_until_it_ends(record) is StudyState.FINISHED
    assert record.progress().runs["0/0"] == before.id
    assert len(list_runs(tmp_path)) == 2

    extend(record, [0, 4])
    assert record.state() is StudyState.STOPPED  # there is something left to do
    start(record)
    assert wait_until_it_ends(record) is StudyState.FINISHED
    assert record.study().seeds == (0, 4)
    assert trained(record) == ["0/0", "0/4", "1/0", "1/4"]


def test_a_run_that_fails_ends_itself_alone_and_is_told(tmp_path: Path):
    lost = Variant(
        name="Lost",
        changes={
            "schedule": {"kind": "constant", "learning_rate": 100.0},
            "optimizer": {"kind": "sgd"},
        },
    )
    base = study("epochs=1").variants[1]
    record = create_study(study("epochs=1", variants=(lost, base), seeds=(0,)), tmp_path)
    start(record)
    assert wait_until_it_ends(record) is StudyState.FINISHED
    found = findings(record, record.study())
    assert [variant.lost for variant in found.variants] == [1, 0]
    assert found.variants[0].validation.values == ()
    assert found.validation == ()
    assert "One run of Lost lost the loss" in found.sentences[-1]


def test_a_run_stopped_by_hand_stops_its_study(tmp_path: Path):
    record = create_study(study("epochs=40", seeds=(0,)), tmp_path)
    start(record)
    launch.request_pause(wait_until_it_learns(record))
    assert wait_until_it_ends(record) is StudyState.STOPPED
    assert "was paused by itself" in record.progress().error


def test_what_cannot_start_says_which_variant(tmp_path: Path):
    nowhere = Variant(name="Nowhere", changes={"dataset.name": "no-such-set"})
    record = create_study(study(variants=(nowhere, Variant(name="As it is"))), tmp_path)
    with pytest.raises(DatasetError, match="Variant Nowhere cannot be trained"):
        start(record)
    assert record.state() is StudyState.PLANNED


def test_studies_are_listed_opened_and_deleted(tmp_path: Path):
    one, other = (create_study(study(title=title), tmp_path) for title in ("One", "Other"))
    (tmp_path / ".studies" / "by-hand").mkdir()
    assert {record.id for record in list_studies(tmp_path)} == {one.id, other.id}
    assert open_study(one.id, tmp_path).study().title == "One"
    for named_wrongly in ("", "..", "../..", "20260101-000000-abcd", "a\0b"):
        with pytest.raises(RunError, match="There is no study"):
            open_study(named_wrongly, tmp_path)
    delete_study(one)
    delete_study(one)  # by somebody else at the same time
    assert [record.id for record in list_studies(tmp_path)] == [other.id]


def test_a_spoiled_study_is_told_in_words(tmp_path: Path):
    record = create_study(study(), tmp_path)
    record.progress_path.write_text("{")
    assert record.state() is StudyState.PLANNED
    record.asked_path.write_text('{"title": 3}')
    with pytest.raises(ConfigError, match="title: received 3"):
        record.study()


def test_only_runs_that_train_alike_are_found(tmp_path: Path):
    asked = study("epochs=1", seeds=(0,))
    other = study("epochs=1", "augmentation.rotation=1", seeds=(0,))
    leave_finished(create_study(other, tmp_path), {"0/0": 0.9, "1/0": 0.9})
    assert find_runs(asked, list(asked.trials), tmp_path) == {}
    assert set(find_runs(other, list(other.trials), tmp_path)) == {"0/0", "1/0"}


def named(config: RunConfig, title: str) -> RunConfig:
    return config.model_copy(update={"title": title})
