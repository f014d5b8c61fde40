"""Faults that really happen: processes killed at random moments, disks that are full."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.config import RunConfig
from core.jobs import launch
from core.models.export import load_model
from core.runs import Run, State, list_runs
from tests.jobs.helpers import small_config, wait_for, wait_for_state

pytestmark = pytest.mark.timeout(900)


def _killed_at_random(folder: Path, moments: int, epochs: int, seed: int) -> None:
    """SIGKILL a worker at moments that a seed decides, resuming after each; it ends well."""
    config = small_config(f"epochs={epochs}")
    chance = random.Random(seed)
    run = launch.start(config, folder)
    for moment in range(moments):
        wait_for(run, lambda status: status.pid and status.state is State.RUNNING)
        # From the import of TensorFlow through the first steps and well into training.
        time.sleep(chance.uniform(0.0, 9.0))
        status = run.status()
        assert status.state.alive, f"it ended after {moment} kills: the run is too short"
        os.kill(status.pid, signal.SIGKILL)
        wait_for_state(run, State.CRASHED)
        _nothing_is_broken(run, config)
        launch.resume(run)
    _ends_well(run, epochs)


def _nothing_is_broken(run: Run, config: RunConfig) -> None:
    assert run in list_runs(run.path.parent)
    assert run.config() == config
    epochs = [row["epoch"] for row in run.metrics() if row["kind"] == "epoch"]
    assert epochs == sorted(set(epochs))
    for path in (run.path / "checkpoints").glob("[!.]*.npz"):
        with np.load(path, allow_pickle=False) as file:  # a file under its name is whole
            assert all(file[name] is not None for name in file.files)


def _ends_well(run: Run, epochs: int) -> None:
    assert launch.wait(run, 600) is State.FINISHED, run.log_tail()
    rows = [row["epoch"] for row in run.metrics() if row["kind"] == "epoch"]
    assert rows == list(range(1, epochs + 1))
    assert load_model(run.model_path).count_params() == run.status().training_result.parameters
    assert run.status().training_result.test_accuracy > 0.9


def test_killed_three_times_at_random_nothing_is_lost(tmp_path):
    _killed_at_random(tmp_path, 3, epochs=150, seed=11)


@pytest.mark.slow
def test_killed_twenty_times_at_random_nothing_is_lost(tmp_path):
    _killed_at_random(tmp_path, 20, epochs=1000, seed=12)


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


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root; run as root to test a full disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_ends_the_run_with_a_clear_state(small_disk):
    run = launch.start(small_config("epochs=400"), small_disk)
    wait_for(run, lambda status: status.epoch >= 2)
    ballast = small_disk / "ballast"
    _fill(ballast)
    assert launch.wait(run, 60) is State.FAILED, run.log_tail()
    assert "no space left" in run.status().error
    assert run in list_runs(small_disk)
    before = run.status().epoch
    ballast.unlink()
    launch.resume(run)
    wait_for(run, lambda status: status.epoch > before)
    launch.request_stop(run)
    assert launch.wait(run, 60) is State.STOPPED, run.log_tail()


def _fill(path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
