"""Files of a run that were damaged between two workers: the next one makes the best of it."""

from __future__ import annotations

import time

import pytest

from core.jobs import launch
from core.runs import Run, State
from tests.jobs.helpers import small_config, wait_for

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def paused(tmp_path) -> Run:
    """A run paused after some epochs, with two checkpoints and the best weights so far."""
    run = launch.start(small_config("epochs=12", "keep=best_val_accuracy"), tmp_path)
    wait_for(run, lambda status: status.epoch >= 3)
    launch.request_pause(run)
    assert launch.wait(run, 60) is State.PAUSED, run.log_tail()
    return run


def test_lost_best_weights_leave_the_last_and_the_run_says_so(paused: Run):
    launch.resume(paused)
    deadline = time.monotonic() + 120
    while paused.status().state.alive and time.monotonic() < deadline:
        for best in paused.checkpoints_path.glob("best-*.npz"):
            best.write_bytes(b"PK")  # whatever the worker writes there is lost again
        time.sleep(0.005)
    status = paused.status()
    assert status.state is State.FINISHED, paused.log_tail()
    assert status.training_result.best_epoch == 12
    assert "are lost" in status.training_result.note
    assert "The last are kept." in status.training_result.note
    assert paused.model_path.is_file()


def test_a_damaged_newest_checkpoint_costs_only_the_steps_since_the_one_before(paused: Run):
    older, newest = sorted(paused.checkpoints_path.glob("step-*.npz"))
    newest.write_bytes(newest.read_bytes()[:-1000])
    launch.resume(paused)
    status = wait_for(paused, lambda status: status.first_step)
    assert status.first_step == int(older.stem.removeprefix("step-"))
    assert launch.wait(paused, 120) is State.FINISHED, paused.log_tail()
    epochs = [row["epoch"] for row in paused.metrics() if row["kind"] == "epoch"]
    assert epochs == list(range(1, 13))


def test_with_every_checkpoint_damaged_the_run_says_what_to_do(paused: Run):
    for path in paused.checkpoints_path.glob("step-*.npz"):
        path.write_bytes(b"PK")
    launch.resume(paused)
    assert launch.wait(paused, 60) is State.FAILED
    assert "No checkpoint of this run can be used" in paused.status().error
    assert "Start the run anew" in paused.status().advice
