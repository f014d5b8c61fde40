"""Faults that really happen: file-size limits, and disks that are full."""

import psutil
import pytest

from core.jobs import launch
from core.runs import State, list_runs
from tests.disks import fill
from tests.jobs.helpers import small_config, wait_for

pytestmark = pytest.mark.timeout(900)


def test_a_file_size_limit_ends_the_run_and_what_was_saved_is_intact(tmp_path):
    run = launch.start(small_config("epochs=400"), tmp_path)
    status = wait_for(run, lambda status: status.epoch >= 2)
    worker = psutil.Process(status.pid)
    worker.rlimit(psutil.RLIMIT_FSIZE, (100_000, 100_000))  # far below a checkpoint
    assert launch.wait(run, 60) is State.FAILED, run.log_tail()
    ended = run.status()
    assert "no space left" in ended.error
    assert "resume" in ended.advice
    assert not list(run.path.rglob("*.tmp*"))
    assert [row["epoch"] for row in run.metrics() if row["kind"] == "epoch"][:2] == [1, 2]
    launch.resume(run)
    wait_for(run, lambda status: status.epoch > ended.epoch)
    launch.request_stop(run)
    assert launch.wait(run, 60) is State.STOPPED, run.log_tail()
    assert run.model_path.exists()


def test_a_full_disk_ends_the_run_with_a_clear_state(small_disk):
    run = launch.start(small_config("epochs=400"), small_disk)
    wait_for(run, lambda status: status.epoch >= 2)
    ballast = fill(small_disk)
    assert launch.wait(run, 60) is State.FAILED, run.log_tail()
    assert "no space left" in run.status().error
    assert run in list_runs(small_disk)
    before = run.status().epoch
    ballast.unlink()
    launch.resume(run)
    wait_for(run, lambda status: status.epoch > before)
    launch.request_stop(run)
    assert launch.wait(run, 60) is State.STOPPED, run.log_tail()
