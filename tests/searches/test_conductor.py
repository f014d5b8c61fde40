"""A search with real workers: stopped, killed and continued, and the same from a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import RunError, UserError
from core.runs import State, list_runs
from core.searches import (
    SearchRecord,
    SearchState,
    TrialState,
    create_search,
    findings,
    list_searches,
    request_stop,
    start,
)
from tests.conftest import ROOT
from tests.jobs.helpers import small_config
from tests.processes import conductor_of
from tests.searches.asked import BATCH, RATE, search

pytestmark = pytest.mark.patient

SPACE = {RATE: {"low": 1e-3, "high": 8e-3, "log": True}, BATCH: {"choices": [32, 64]}}


def small(folder: Path, *assignments: str, **update) -> SearchRecord:
    base = small_config(*assignments).model_dump(mode="json")
    return create_search(search(base=base, space=SPACE, **update), folder)


def wait_until(record: SearchRecord, condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 240.0
    while not condition():
        assert time.monotonic() < deadline, record.log_path.read_text()
        time.sleep(0.1)


def wait_until_it_ends(record: SearchRecord) -> SearchState:
    wait_until(record, lambda: not record.alive())
    return record.state()


def epochs_of_first(record: SearchRecord) -> int:
    trials = record.progress().trials
    return len(trials[0].epochs) if trials else 0


def test_a_search_is_conducted_stopped_killed_and_continued_to_its_end(tmp_path: Path):
    record = small(tmp_path, "epochs=12", most_trials=4)
    start(record)
    with pytest.raises(RunError, match="The search is at work already"):
        start(record)
    wait_until(record, lambda: epochs_of_first(record) >= 1)
    request_stop(record)
    assert wait_until_it_ends(record) is SearchState.STOPPED
    (first,) = record.progress().trials
    run = record.run_of(first)
    assert run is not None and run.status().state is State.PAUSED and not first.ended

    start(record)
    wait_until(record, lambda: epochs_of_first(record) > len(first.epochs))
    os.kill(conductor_of(record), signal.SIGKILL)
    wait_until(record, lambda: not record.alive())
    assert record.state() is SearchState.STOPPED

    start(record)
    assert wait_until_it_ends(record) is SearchState.FINISHED
    trials = record.progress().trials
    assert len(trials) == len(list_runs(tmp_path)) == 4 and trials[0].run == first.run
    assert trials[0].state is TrialState.FINISHED and len(trials[0].epochs) == 12
    for one in trials:
        ended = record.run_of(one)
        assert ended is not None
        result = ended.status().training_result
        assert result is not None and one.seconds == result.seconds  # a stopped one can be used
        rows = [row["val_accuracy"] for row in ended.metrics() if row["kind"] == "epoch"]
        assert list(one.epochs) == rows[: len(one.epochs)]
        kept = rows[result.best_epoch - 1] if one.state is TrialState.FINISHED else one.epochs[-1]
        assert one.accuracy == kept
    best = findings(record.search(), trials).best
    assert best is not None and best.accuracy == max(one.accuracy or 0.0 for one in trials)


def test_a_trial_whose_loss_is_lost_does_not_end_the_search(tmp_path: Path):
    optimizer = {"choices": [{"kind": "sgd", "momentum": 0.0}, {"kind": "sgd"}]}
    rates = {"schedule.learning_rate": {"choices": [100.0, 99.0]}, "optimizer": optimizer}
    base = small_config("epochs=1", "schedule.kind=constant").model_dump(mode="json")
    record = create_search(search(base=base, space=rates, most_trials=2), tmp_path)
    start(record)
    assert wait_until_it_ends(record) is SearchState.FINISHED
    assert [one.state for one in record.progress().trials] == [TrialState.LOST] * 2
    assert record.progress().error == ""


def test_from_a_terminal_the_same_file_goes_on(tmp_path: Path):
    asked = {"title": "Rates", "base": small_config("epochs=1").model_dump(mode="json")}
    file = tmp_path / "search.json"
    file.write_text(json.dumps({**asked, "space": SPACE, "most_trials": 1}))
    once = search_command(file, tmp_path)
    assert once.returncode == 0, once.stderr
    (record,) = list_searches(tmp_path)
    assert once.stdout.splitlines()[-1] == record.id
    assert "Best: " in once.stdout and "learning rate" in once.stderr

    file.write_text(json.dumps({**asked, "space": SPACE, "most_trials": 2}))
    told = json.loads(search_command(file, tmp_path, "--json").stdout)
    assert told["id"] == record.id and len(told["trials"]) == told["ended"] == 2
    assert told["best"] is not None and told["importance"]["shares"] is None
    assert len(list_searches(tmp_path)) == 1
    again = search_command(record.id, tmp_path)
    assert again.returncode == 0 and len(list_runs(tmp_path)) == 2


def test_from_a_terminal_what_is_wrong_is_one_line(tmp_path: Path):
    missing = search_command("missing.json", tmp_path)
    assert (missing.returncode, missing.stderr) == (1, "error: missing.json is not there.\n")
    unknown = search_command("20260101-000000-abcd", tmp_path)
    assert unknown.stderr == "error: There is no search '20260101-000000-abcd'.\n"


def test_what_cannot_start_is_told_before_it_does(tmp_path: Path):
    base = search().base.model_dump(mode="json")
    base["dataset"]["name"] = "no-such-set"
    record = create_search(search(base=base), tmp_path)
    with pytest.raises(UserError, match="The base of the search cannot be trained"):
        start(record)
    assert record.state() is SearchState.PLANNED


def search_command(asked: object, runs: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", "search", str(asked), "--runs", str(runs), *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
