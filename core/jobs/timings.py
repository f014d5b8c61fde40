"""Timings of networks on this machine: started, found again, the oldest thrown away.

A timing is a record like a run's, which no list of runs shows. What it says of an epoch is
core.jobs.pace's. Imports no TensorFlow.
"""

from __future__ import annotations

from contextlib import suppress

from core.config import RunConfig
from core.errors import UserError
from core.jobs import launch
from core.runs import Run, delete_run, list_timings

MOST = 30  # that are kept, the newest


def start_timing(config: RunConfig) -> Run:
    """Time the network of a configuration, in a worker that waits its turn on the device.

    Raises: as core.jobs.launch.start.
    """
    for old in list_timings()[MOST - 1 :]:
        with suppress(UserError):  # one that is still at work goes the next time
            delete_run(old)
    return launch.start(_as_timing(config))


def newest_timing(config: RunConfig) -> Run | None:
    """The newest timing of this very configuration; None where it was never timed.

    Whatever its network was called then: saved under a name, it is the same.
    """
    wanted = _nameless(_as_timing(config))
    for run in list_timings()[:MOST]:
        with suppress(UserError):
            if _nameless(run.config()) == wanted:
                return run
    return None


def _as_timing(config: RunConfig) -> RunConfig:
    return config.model_copy(update={"job": "timing", "title": ""})


def _nameless(config: RunConfig) -> RunConfig:
    named = config.architecture.model_copy(update={"name": ""})
    return config.model_copy(update={"architecture": named})
