"""How long an epoch takes on this machine, as far as what ran here says."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import streamlit as st

from core.config import RunConfig
from core.jobs import pace
from core.jobs.preflight import Preflight
from core.machine import describe_device
from core.notation import duration
from core.reading import version
from core.runs import Run, list_runs, list_timings

_A_GUESS = 1.5  # times off, from which on one number would say too much
_MOST = 30  # runs and timings that are asked, the newest


def epoch_time(config: RunConfig, found: Preflight) -> pace.Estimate | None:
    """About how long, with validation; None where images or network are not known.

    Args:
        found: the configuration looked over.
    """
    return pace.epoch_time(config, found, _past(), describe_device())


def run_time(config: RunConfig, found: Preflight) -> pace.Estimate | None:
    """About how long all of a run takes, its start with it."""
    epoch = epoch_time(config, found)
    return None if epoch is None else pace.run_time(config, epoch)


def in_words(epoch: pace.Estimate | None) -> str:
    """ "12 ± 1 s" of what was timed, "10 to 40 s" of what was reckoned."""
    if epoch is None:
        return "not known"
    if not epoch.timed:
        return _between(epoch.low, epoch.high)
    off = epoch.high - epoch.seconds
    if epoch.seconds < 10:
        return f"{epoch.seconds:.1f} ± {max(off, 0.1):.1f} s"
    if epoch.seconds < 60:
        return f"{epoch.seconds:.0f} ± {max(off, 1):.0f} s"
    return f"{duration(epoch.seconds)} ± {duration(max(off, 1))}"


def _between(low: float, high: float) -> str:
    """Two times that read differently: tenths where whole seconds would not tell them apart."""
    if high >= 10 and low >= 0.5:
        return f"{duration(low)} to {duration(high)}"
    if high >= 10 or low < 0.05:
        return f"up to {duration(max(high, 1))}"
    few, many = f"{low:.1f}", f"{high:.1f}"
    return f"{few} to {many} s" if few != many else f"about {many} s"


def run_in_words(run: pace.Estimate) -> str:
    """ "about 9 minutes", and "3 to 27 minutes" where nothing like it has run here yet."""
    if run.factor < _A_GUESS:
        return f"about {' '.join(_rounded(run.seconds))}"
    (low, small), (high, large) = _rounded(run.low), _rounded(run.high)
    if (low, small) == (high, large):
        return f"about {high} {large}"
    return f"{low} to {high} {large}" if small == large else f"{low} {small} to {high} {large}"


def _rounded(seconds: float) -> tuple[str, str]:
    """Number and unit."""
    if seconds < 100:
        return str(10 * max(round(seconds / 10), 1)), "s"
    if seconds < 3000:
        return str(round(seconds / 60)), "minutes"
    return f"{seconds / 3600:.1f}", "hours"


def _past() -> list[pace.Measured]:
    records = chain(list_timings()[:_MOST], list_runs()[:_MOST])
    found = (_measured(str(run.path), version(run.status_path)) for run in records)
    return [item for item in found if item is not None]


@st.cache_data(max_entries=1000, show_spinner=False)
def _measured(path: str, version: str) -> pace.Measured | None:
    return pace.measure(Run(Path(path)))
