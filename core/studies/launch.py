"""Starting, continuing and extending studies. Imports no TensorFlow.

The conductor is its own process in its own session: it goes on when the dashboard is closed or
killed. Knows nothing of how it sees to a study.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from core.errors import ConfigError, RunError, UserError, describe_os_error
from core.files import lock_exclusively, open_to_append
from core.jobs import launch, preflight
from core.studies.record import StudyRecord, clear_request
from core.studies.study import StudyConfig


def start(record: StudyRecord) -> None:
    """Start a conductor on a study that was planned, stopped, or got more seeds.

    Raises:
        RunError: it has a conductor already, is gone, or the process cannot be started.
        ConfigError: a variant cannot be trained, or study.json cannot be read.
    """
    check(record.study(), record.runs)
    try:
        lock = lock_exclusively(record.lock_path, wait_seconds=5.0)
    except FileNotFoundError as error:
        raise RunError("The study is no longer there: it has been deleted.") from error
    if lock is None:
        raise RunError("The study is at work already.")
    with lock, open_to_append(record.log_path) as log:
        clear_request(record)
        try:
            process = launch.spawn("core.studies.conductor", record.path, lock, log)
        except OSError as error:
            raise RunError(
                f"The study could not be started: {describe_os_error(error)}",
                "What was saved before is intact.",
            ) from error
    # A child that nobody waits for stays in the process table as a zombie.
    threading.Thread(target=process.wait, daemon=True, name=f"reap-{record.id}").start()


def extend(record: StudyRecord, seeds: Iterable[int]) -> None:
    """Give the study these seeds as well; a conductor that is at work sees them.

    Raises:
        ConfigError: they are too many, or it goes over folds.
    """
    study = record.study()
    if study.folds is not None:
        raise ConfigError("The study goes over folds; it has as many runs as there are folds.")
    new = [seed for seed in seeds if seed not in study.seeds]
    record.write_study(study.with_seeds([*study.seeds, *new]))


def check(study: StudyConfig, runs: Path | None = None) -> None:
    """Raises UserError, naming the variant, where one of them could not start."""
    for place, variant in enumerate(study.variants):
        try:
            preflight.check(study.config_of(place, study.repeats[0]), runs)
        except UserError as error:
            words = f"Variant {variant.name} cannot be trained. {error.message}"
            raise type(error)(words, error.advice) from error
