"""The run record: made whole, read back, its state derived from the lock."""

import json
import os
import subprocess
import sys

import pytest

from core.config import ConfigError, RunConfig
from core.runs import (
    MetricsLog,
    RunError,
    State,
    Status,
    create_run,
    delete_run,
    list_runs,
    lock_exclusively,
    open_run,
    write_atomically,
)


@pytest.fixture
def config():
    return RunConfig(architecture="compact")


def test_a_new_run_holds_its_whole_configuration(tmp_path, config):
    run = create_run(config, tmp_path)
    assert run.config() == config
    assert open_run(run.id, tmp_path) == run


def test_running_with_a_free_lock_is_crashed(tmp_path, config):
    run = create_run(config, tmp_path)
    run.write_status(Status(state=State.RUNNING))
    assert run.status().state is State.CRASHED
    with lock_exclusively(run.path / "lock"):
        assert run.status().state is State.RUNNING
    assert run.status().state is State.CRASHED


def test_an_ended_run_stays_as_it_ended(tmp_path, config):
    run = create_run(config, tmp_path)
    run.write_status(Status(state=State.FINISHED, result={"test_accuracy": 0.9}))
    assert run.status().state is State.FINISHED
    assert run.status().result == {"test_accuracy": 0.9}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "flying"}', "\x00\x00"])
def test_a_damaged_status_reads_as_a_crash(tmp_path, config, text):
    run = create_run(config, tmp_path)
    (run.path / "status.json").write_text(text)
    assert run.status().state is State.CRASHED
    assert list_runs(tmp_path) == [run]


def test_half_a_record_is_not_listed(tmp_path, config):
    run = create_run(config, tmp_path)
    (tmp_path / "20990101-000000-half").mkdir()
    (tmp_path / ".new-x").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    assert list_runs(tmp_path) == [run]


def test_metric_lines_torn_and_superseded_are_left_out(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text(
        '{"kind": "tick", "step": 1}\n{"kind": "tick", "step": 5}\n{"kind": "tick", "st\n'
        '{"kind": "resume", "step": 3}\n{"kind": "tick", "step": 4}\n{"kind": "tick", "step": 6'
    )
    log = MetricsLog(path)
    assert [row["step"] for row in log.read()] == [1, 4]
    with path.open("a") as file:
        file.write("}\n")
    assert [row["step"] for row in log.read()] == [1, 4, 6]


def test_metrics_before_the_first_line(tmp_path):
    assert MetricsLog(tmp_path / "metrics.jsonl").read() == []


def test_deleting_refuses_while_a_worker_holds_the_lock(tmp_path, config):
    run = create_run(config, tmp_path)
    with lock_exclusively(run.path / "lock"), pytest.raises(RunError, match="Stop it first"):
        delete_run(run)
    run.write_status(Status(state=State.FINISHED))
    delete_run(run)
    assert list_runs(tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_opening_what_is_not_there_says_so(tmp_path):
    with pytest.raises(RunError, match="no run 'nothing'"):
        open_run("nothing", tmp_path)
    with pytest.raises(RunError):
        open_run("", tmp_path)


def test_the_lock_is_seen_from_another_process(tmp_path, config):
    run = create_run(config, tmp_path)
    run.write_status(Status(state=State.RUNNING))
    code = "import sys; from core.runs import *; print(Run(Path(sys.argv[1])).status().state)"
    with lock_exclusively(run.path / "lock"):
        command = [sys.executable, "-c", code, str(run.path)]
        seen = subprocess.run(command, capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "running"


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "status.json"
    write_atomically(path, b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["status.json"]


def test_a_config_that_is_no_json_is_named(tmp_path, config):
    run = create_run(config, tmp_path)
    (run.path / "config.json").write_text("{")
    with pytest.raises(ConfigError, match="is not JSON"):
        run.config()


def test_status_counts_time_left_from_where_this_worker_began():
    status = Status(
        state=State.RUNNING, step=60, first_step=50, steps=100, started=100.0, heartbeat=110.0
    )
    assert status.seconds_left == pytest.approx(40.0)
    assert Status(state=State.RUNNING, steps=100).seconds_left is None


def test_status_json_is_readable(tmp_path, config):
    run = create_run(config, tmp_path)
    assert json.loads((run.path / "status.json").read_text())["state"] == "queued"
