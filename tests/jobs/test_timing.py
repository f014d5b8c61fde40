"""A network timed by a real worker: kept beside the runs, in no list of them."""

import pytest

from core.config import apply_overrides
from core.jobs import launch, pace, preflight
from core.machine import describe_device
from core.runs import Run, State, delete_run, list_runs, list_timings
from tests.jobs.helpers import small_config, wait_for

pytestmark = pytest.mark.timeout(300)


def timed(folder, *changes: str) -> Run:
    config = small_config(*changes).model_copy(update={"job": "timing", "title": ""})
    return launch.start(config, folder)


def test_a_timing_says_how_long_an_epoch_takes_and_is_no_run(tmp_path):
    run = timed(tmp_path)
    assert launch.wait(run, 200) is State.FINISHED, run.log_tail()
    found = run.status().timing_result
    assert found is not None
    assert found.seconds >= 4.0
    assert found.seconds_per_step * run.status().step < found.seconds
    assert found.seconds_per_image < found.seconds_per_step
    assert list_runs(tmp_path) == []
    assert list_timings(tmp_path) == [run]
    assert not run.model_path.exists()
    config = small_config()
    measured = [item for item in map(pace.measure, list_timings(tmp_path)) if item]
    device = describe_device()
    estimate = pace.epoch_time(config, preflight.inspect(config), measured, device)
    assert estimate is not None
    assert estimate.timed
    steps = config.training.steps_in_epoch(320)
    assert estimate.seconds == pytest.approx(steps * found.seconds_per_step, abs=1.0)
    other = apply_overrides(config, ["architecture.blocks.0.filters=9"])
    unlike = pace.epoch_time(other, preflight.inspect(other), measured, device)
    assert unlike is not None
    assert not unlike.timed
    assert unlike.factor > estimate.factor
    delete_run(run)
    assert list_timings(tmp_path) == []


def test_a_timing_can_be_stopped(tmp_path):
    run = timed(tmp_path)
    wait_for(run, lambda status: status.state is State.RUNNING)
    launch.request_stop(run)
    assert launch.wait(run, 60) is State.STOPPED
    assert run.status().timing_result is None
