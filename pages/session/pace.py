"""How long an epoch takes on this machine, as far as what ran here says."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from pathlib import Path

import streamlit as st

from core.config import RunConfig
from core.errors import RunError
from core.jobs import launch, pace
from core.jobs.preflight import Preflight
from core.machine import describe_device
from core.reading import version
from core.runs import Run, delete_run, list_runs, list_timings

_MOST = 30  # runs that are asked, the newest, and timings that are kept


def epoch_time(config: RunConfig, found: Preflight) -> pace.Estimate | None:
    """About how long, with validation; None where images or network are not known.

    Args:
        found: the configuration looked over.
    """
    return pace.epoch_time(config, found, _past(), describe_device())


def seconds_of_run(config: RunConfig, found: Preflight) -> float | None:
    """About how long all of a run takes, its start with it."""
    epoch = epoch_time(config, found)
    return None if epoch is None else pace.seconds_of_run(config, epoch.seconds)


def start_timing(config: RunConfig) -> None:
    """Time the network of a configuration, in a worker that waits its turn on the device.

    Raises:
        RunError: the worker cannot be started.
    """
    for old in list_timings()[_MOST - 1 :]:
        with suppress(RunError):  # one that is still at work goes the next time
            delete_run(old)
    launch.start(config.model_copy(update={"job": "timing", "title": ""}))


def timing_now(config: RunConfig) -> Run | None:
    """The newest timing of this very configuration; None where it was never timed."""
    wanted = config.model_copy(update={"job": "timing", "title": ""})
    for run in list_timings()[:_MOST]:
        with suppress(RunError):
            if run.config() == wanted:
                return run
    return None


def in_words(seconds: float) -> str:
    """ "about 30 s", "about 9 minutes": no nearer than it can be known."""
    if seconds < 100:
        return f"about {10 * max(round(seconds / 10), 1)} s"
    if seconds < 3000:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def _past() -> list[pace.Measured]:
    records = chain(list_timings()[:_MOST], list_runs()[:_MOST])
    found = (_measured(str(run.path), version(run.status_path)) for run in records)
    return [item for item in found if item is not None]


@st.cache_data(max_entries=1000, show_spinner=False)
def _measured(path: str, version: str) -> pace.Measured | None:
    return pace.measure(Run(Path(path)))
