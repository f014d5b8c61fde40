"""How long an epoch takes on this machine, as far as what ran here says."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import streamlit as st

from core.config import RunConfig
from core.jobs import pace
from core.jobs.preflight import Preflight
from core.machine import describe_device
from core.reading import version
from core.runs import Run, list_runs, list_timings

_MOST = 30  # runs and timings that are asked, the newest


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
