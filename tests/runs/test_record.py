"""One run record: read back, its state derived from the lock."""

import json
import subprocess
import sys

import pytest

from core.config import RunConfig
from core.errors import ConfigError
from core.files import lock_exclusively
from core.runs import State, Status, TrainingResult, create_run, list_runs


@pytest.fixture
def config():
    return RunConfig(architecture="compact")


def test_running_with_a_free_lock_is_crashed(tmp_path, config):
    run = create_run(config, tmp_path)
    run.write_status(Status(state=State.RUNNING))
    assert run.status().state is State.CRASHED
    with lock_exclusively(run.lock_path):
        assert run.status().state is State.RUNNING
    assert run.status().state is State.CRASHED


def test_an_ended_run_stays_as_it_ended(tmp_path, config):
    run = create_run(config, tmp_path)
    result = TrainingResult(test_accuracy=0.9, test_loss=0.3)
    run.write_status(Status(state=State.FINISHED, result=result))
    assert run.status().state is State.FINISHED
    assert run.status().result == result


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "flying"}', "\x00\x00"])
def test_a_damaged_status_reads_as_a_crash(tmp_path, config, text):
    run = create_run(config, tmp_path)
    (run.path / "status.json").write_text(text)
    assert run.status().state is State.CRASHED
    assert list_runs(tmp_path) == [run]


def test_the_lock_is_seen_from_another_process(tmp_path, config):
    run = create_run(config, tmp_path)
    run.write_status(Status(state=State.RUNNING))
    code = "import sys; from core.runs import open_run; print(open_run(sys.argv[1]).status().state)"
    with lock_exclusively(run.lock_path):
        command = [sys.executable, "-c", code, str(run.path)]
        seen = subprocess.run(command, capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "running"


def test_a_config_that_is_no_json_is_named(tmp_path, config):
    run = create_run(config, tmp_path)
    (run.path / "config.json").write_text("{")
    with pytest.raises(ConfigError, match="is not JSON"):
        run.config()


def test_status_json_is_readable(tmp_path, config):
    run = create_run(config, tmp_path)
    assert json.loads((run.path / "status.json").read_text())["state"] == "queued"
