"""How a search is conducted, with workers that train nothing: killed anywhere, it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigError, RunError
from core.files import lock_exclusively
from core.jobs import launch
from core.runs import State, list_runs
from core.searches import (
    SearchRecord,
    SearchState,
    SearchTrial,
    TrialState,
    create_search,
    delete_search,
    extend,
    findings,
    list_searches,
    open_search,
    request_stop,
    spent,
)
from core.searches.conductor import SearchConductor
from tests.searches.asked import RATE, search
from tests.searches.simulated import (
    SECONDS,
    Killed,
    Workers,
    conduct,
    instead_of_real_ones,
    shown,
)

EPOCHS = 9


def planned(folder: Path, **update: Any) -> SearchRecord:
    base = search().base.model_dump(mode="json")
    base["training"]["epochs"] = EPOCHS
    return create_search(search(**{"base": base, "most_trials": 12} | update), folder)


def apart_from_runs(record: SearchRecord) -> list[dict[str, Any]]:
    return [one.model_dump(exclude={"run"}) for one in record.progress().trials]


def test_trials_are_what_their_runs_have_shown(tmp_path: Path):
    record = planned(tmp_path)
    assert record.state() is SearchState.PLANNED
    workers = conduct(record)
    assert record.state() is SearchState.FINISHED
    trials = record.progress().trials
    assert [one.run for one in trials] == workers.started and len(trials) == 12
    ended = {one.state for one in trials}
    assert {TrialState.FINISHED, TrialState.PRUNED} <= ended
    for one in trials:
        run = record.run_of(one)
        assert run is not None
        config, status = run.config(), run.status()
        assert config.title == f"Rates: trial {one.number}"
        assert config.schedule.learning_rate == one.values[RATE]
        assert list(one.epochs) == [shown(config, e) for e in range(1, len(one.epochs) + 1)]
        if one.state is TrialState.LOST:
            assert status.lost_learning_rate == one.values[RATE] and one.accuracy is None
            continue
        finished = one.state is TrialState.FINISHED
        assert status.state is (State.FINISHED if finished else State.STOPPED)
        assert (len(one.epochs) == EPOCHS) == finished
        assert one.accuracy == one.epochs[-1] and one.behind == (not finished)
        assert len(one.epochs) in (1, 3, 9)
    assert spent(trials) == sum(len(run.metrics()) * SECONDS for run in list_runs(tmp_path))


def test_killed_anywhere_and_continued_it_is_the_same_search(tmp_path: Path):
    record = planned(tmp_path / "once")
    looks = conduct(record).looks
    for kill_at in range(1, looks, 9):
        other = planned(tmp_path / str(kill_at))
        workers = Workers(kill_at)
        with pytest.raises(Killed):
            conduct(other, workers)
        conduct(other, workers)
        assert apart_from_runs(other) == apart_from_runs(record)
        assert len(list_runs(tmp_path / str(kill_at))) == 12  # none was started twice


def test_the_worker_goes_on_while_nobody_looks_and_that_changes_nothing(tmp_path: Path):
    once, other = planned(tmp_path / "once"), planned(tmp_path / "other")
    conduct(once)
    workers = Workers(kill_at=14)
    with pytest.raises(Killed):
        conduct(other, workers)
    workers.kill_at = None
    for _ in range(3):
        workers.look(0.3)
    conduct(other, workers)
    pairs = zip(once.progress().trials, other.progress().trials, strict=True)
    assert all(one.values == two.values for one, two in pairs)


def test_killed_between_what_is_meant_and_what_is_done(tmp_path: Path):
    """That a trial is behind is written, but its run was never asked to stop."""
    record = planned(tmp_path)
    workers = Workers()
    with instead_of_real_ones(workers):
        launch_stop, launch.request_stop = launch.request_stop, _killed
        with pytest.raises(Killed):
            SearchConductor(record).conduct()
        launch.request_stop = launch_stop
    behind = record.progress().trials[-1]
    assert behind.behind and not behind.ended
    conduct(record, workers)
    once = planned(tmp_path / "once")
    conduct(once)
    assert apart_from_runs(record)[-1]["values"] == apart_from_runs(once)[-1]["values"]
    assert record.progress().trials[behind.number - 1].state is TrialState.PRUNED


def _killed(run: Any) -> None:
    raise Killed


def test_the_time_is_what_trials_trained_and_the_last_is_let_finish(tmp_path: Path):
    record = planned(tmp_path, seconds=3 * EPOCHS * SECONDS - 1, halving=False)
    conduct(record)
    trials = [one for one in record.progress().trials if one.state is not TrialState.LOST]
    assert len(trials) == 3 and spent(trials) == 3 * EPOCHS * SECONDS
    assert record.state() is SearchState.FINISHED
    extend(record, seconds=5 * EPOCHS * SECONDS)
    assert record.state() is SearchState.STOPPED
    conduct(record)
    kept = [one for one in record.progress().trials if one.state is not TrialState.LOST]
    assert kept[:3] == trials and len(kept) == 5
    with pytest.raises(ConfigError, match="seconds: received 0"):
        extend(record, seconds=0)


def test_asked_to_stop_it_pauses_the_run_at_work_and_goes_on_with_it(tmp_path: Path):
    record = planned(tmp_path)
    workers = Workers(kill_at=4)
    with pytest.raises(Killed):
        conduct(record, workers)
    workers.kill_at = None
    record.stop_path.touch()
    conduct(record, workers)
    record.stop_path.unlink()
    assert record.state() is SearchState.STOPPED
    (only,) = record.progress().trials
    run = record.run_of(only)
    assert run is not None and run.status().state is State.PAUSED and not only.ended
    assert only.seconds == 3 * SECONDS
    conduct(record, workers)
    once = planned(tmp_path / "once")
    conduct(once)
    assert apart_from_runs(record) == apart_from_runs(once)


def test_a_run_stopped_by_hand_stops_the_search(tmp_path: Path):
    record = planned(tmp_path)
    workers = Workers(kill_at=4)
    with pytest.raises(Killed):
        conduct(record, workers)
    run = record.run_of(record.progress().trials[0])
    assert run is not None
    conductor = SearchConductor(record)
    workers.kill_at = None
    look = workers.look
    workers.look = lambda seconds: workers.stop(run)  # type: ignore[method-assign]
    with instead_of_real_ones(workers):
        end = conductor.conduct()
    assert end is not None and "was stopped by itself" in end.message
    workers.look = look  # type: ignore[method-assign]
    assert not record.progress().trials[0].ended
    conduct(record, workers)
    assert record.state() is SearchState.FINISHED and len(list_runs(tmp_path)) == 12


def test_values_that_do_not_go_together_are_a_failed_trial(tmp_path: Path):
    schedule = {"kind": "cyclical", "learning_rate": 1e-4, "max_learning_rate": 6e-3}
    base = {**search().base.model_dump(mode="json"), "schedule": schedule}
    peak = {"low": 5e-4, "high": 6e-3, "log": True}
    space = {RATE: {"low": 1e-4, "high": 3e-3, "log": True}, "schedule.max_learning_rate": peak}
    record = planned(tmp_path, base=base, space=space, most_trials=3)
    broken = {RATE: 3e-3, "schedule.max_learning_rate": 1e-3}  # each by itself may be
    failing = SearchTrial(number=1, values=broken)
    record.write_progress(record.progress().model_copy(update={"trials": (failing,)}))
    conduct(record)
    first, *others = record.progress().trials
    assert first.state is TrialState.FAILED and "max_learning_rate" in first.error
    assert len(others) == 2 and record.state() is SearchState.FINISHED
    # None is drawn that could not be, though half of all pairs could not.
    assert all(one.state is not TrialState.FAILED for one in others)


def test_trials_that_fail_one_after_the_other_end_the_search(tmp_path: Path):
    record = planned(tmp_path)
    with instead_of_real_ones(Workers()):
        launch.start = _no_room  # type: ignore[assignment]
        end = SearchConductor(record).conduct()
    assert end is not None
    assert end.message == "5 trials failed, one after the other. There is no room."
    assert [one.state for one in record.progress().trials] == [TrialState.FAILED] * 5


def _no_room(*_: Any, **__: Any) -> None:
    raise ConfigError("There is no room.")


def test_a_run_that_was_deleted_is_trained_again(tmp_path: Path):
    record = planned(tmp_path)
    workers = Workers(kill_at=5)
    with pytest.raises(Killed):
        conduct(record, workers)
    gone = record.progress().trials[0].model_copy(update={"run": "20260101-000000-gone-abcd"})
    record.write_progress(record.progress().model_copy(update={"trials": (gone,)}))
    conduct(record, Workers())
    assert apart_from_runs(record)[0]["epochs"] == tuple(
        shown(record.search().config_of(1, gone.values), e) for e in range(1, EPOCHS + 1)
    )


def test_searches_are_listed_opened_and_deleted(tmp_path: Path):
    one, other = (planned(tmp_path, title=title) for title in ("One", "Other"))
    assert {record.id for record in list_searches(tmp_path)} == {one.id, other.id}
    assert open_search(one.id, tmp_path).search().title == "One"
    for named_wrongly in ("", "..", "../..", "20260101-000000-abcd", "a\0b"):
        with pytest.raises(RunError, match="There is no search"):
            open_search(named_wrongly, tmp_path)
    with pytest.raises(RunError, match="search is not at work"):
        request_stop(one)
    lock = lock_exclusively(one.lock_path)
    assert lock is not None
    with lock, pytest.raises(RunError, match="The search is still at work"):
        delete_search(one)
    delete_search(one)
    assert [record.id for record in list_searches(tmp_path)] == [other.id]


def test_spoiled_files_are_told_in_words_and_nothing_is_begun_anew(tmp_path: Path):
    record = planned(tmp_path)
    record.progress_path.write_text("{")
    with pytest.raises(ConfigError, match=r"trials\.json is not JSON"):
        record.state()
    with pytest.raises(ConfigError), instead_of_real_ones(Workers()):
        SearchConductor(record).conduct()
    record.progress_path.write_text('{"trials": [{"number": 0, "values": {}}]}')
    with pytest.raises(ConfigError, match="number: received 0"):
        record.progress()
    record.asked_path.write_text('{"title": 3}')
    with pytest.raises(ConfigError, match="title: received 3"):
        record.search()


def test_what_a_search_found_is_of_its_trials(tmp_path: Path):
    record = planned(tmp_path)
    conduct(record)
    found = findings(record.search(), record.progress().trials)
    assert found.over and found.ended == 12
    assert found.best is not None and abs(found.best.values[RATE] / 0.004 - 1) < 0.5
