"""What lies in run records: read again only where a file has changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.config import RunConfig
from core.errors import ConfigError
from core.reading import modified, read_bytes, version
from core.runs import MetricsLog, Run

if TYPE_CHECKING:
    from core.analysis.evaluation import Evaluation

_MOST_MODEL = 2 * 10**9  # bytes that a browser is offered


def run_config(run: Run) -> RunConfig:
    """A run's configuration. Raises ConfigError where it cannot be read."""
    found = _run_config(path=str(run.path), version=version(run.config_path))
    if isinstance(found, ConfigError):
        raise ConfigError(found.message, found.advice)
    return found


def evaluation(run: Run) -> Evaluation:
    """Raises RunError where the run has not been evaluated."""
    return _evaluation(str(run.path), modified(run.predictions_path), modified(run.dataset_path))


def model_file(run: Run) -> bytes:
    """The run's model.keras as it lies on disk. Raises ReadingError where it is gone."""
    return _model_file(str(run.path), modified(run.model_path))


def metrics_log(run: Run) -> MetricsLog:
    """The run's one reader, so that each look reads only what is new."""
    return _metrics_log(path=str(run.path))


@st.cache_resource(max_entries=20_000, show_spinner=False)
def _run_config(path: str, version: str) -> RunConfig | ConfigError:
    """An error is held too: lists ask for it at every drawing."""
    try:
        return Run(Path(path)).config()
    except ConfigError as error:
        return error


@st.cache_resource(max_entries=8, show_spinner=False)
def _evaluation(path: str, modified: int, described: int) -> Evaluation:
    from core.analysis.evaluation import load_evaluation

    return load_evaluation(Run(Path(path)))


@st.cache_resource(max_entries=2, show_spinner=False)
def _model_file(path: str, modified: int) -> bytes:
    return read_bytes(Run(Path(path)).model_path, _MOST_MODEL)


@st.cache_resource(max_entries=50, show_spinner=False)
def _metrics_log(path: str) -> MetricsLog:
    return MetricsLog(Run(Path(path)).metrics_path)
