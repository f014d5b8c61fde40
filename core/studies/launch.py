"""Starting, continuing and extending studies. Imports no TensorFlow.

Knows nothing of how a study is conducted.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.errors import ConfigError, UserError
from core.jobs import preflight
from core.series import start_conductor
from core.studies.record import StudyRecord
from core.studies.study import StudyConfig


def start(record: StudyRecord) -> None:
    """Start a conductor on a study that was planned, stopped, or got more seeds.

    Raises:
        RunError: it has a conductor already, is gone, or the process cannot be started.
        ConfigError: a variant cannot be trained, or study.json cannot be read.
    """
    check(record.study(), record.runs)
    start_conductor(record, "core.studies.conductor")


def extend(record: StudyRecord, seeds: Iterable[int]) -> None:
    """Give the study these seeds as well; a conductor that is at work sees them.

    Raises:
        ConfigError: they are too many, or it goes over folds.
    """
    study = record.study()
    if study.folds is not None:
        raise ConfigError("The study goes over folds; it has as many runs as there are folds.")
    new = [seed for seed in seeds if seed not in study.seeds]
    record.write_asked(study.with_seeds([*study.seeds, *new]))


def check(study: StudyConfig, runs: Path | None = None) -> None:
    """Raises UserError, naming the variant, where one of them could not start."""
    for place, variant in enumerate(study.variants):
        try:
            preflight.check(study.config_of(place, study.repeats[0]), runs)
        except UserError as error:
            words = f"Variant {variant.name} cannot be trained. {error.message}"
            raise type(error)(words, error.advice) from error
