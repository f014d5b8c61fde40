"""`python -m core study`: a study begun or continued, watched until it ends, and read.

Knows nothing of how a study is conducted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from core.cli import series
from core.cli.reports import print_json, say
from core.errors import ConfigError
from core.notation import duration, percent
from core.runs import Run, State
from core.studies import (
    Findings,
    StudyConfig,
    StudyRecord,
    Trial,
    create_study,
    extend,
    findings,
    is_done,
    list_studies,
    open_study,
    parse_study,
    start,
)


def conduct(record: StudyRecord, *, as_json: bool = False) -> int:
    """Begin or continue a study, watch it until it ends, and say what came out."""
    if series.is_to_do(record.state()):
        start(record)
    told: set[Trial] = set()
    series.watch(record, lambda: _tell_new(record, told))
    config = record.study()
    found = findings(record, config)
    if as_json:
        print_json({"id": record.id, "study": config.model_dump(mode="json"), **found.to_dict()})
    else:
        print_findings(found)
        print(record.id)
    return series.exit_status(record, record.state())


def find_study(named: str, runs: Path) -> StudyRecord:
    """The study of that id, else that of a file, which is continued where it was begun before.

    Seeds that the file has and the study has not are put into it.

    Raises:
        ConfigError: the file is missing, is not JSON, or holds a wrong value.
        RunError: there is no study of that id.
    """
    asked = series.read_asked(named, parse_study)
    if asked is None:
        return open_study(named, runs)
    for record in list_studies(runs):
        if _is_the_same(record, asked):
            if asked.folds is None and not set(asked.seeds) <= set(record.study().seeds):
                extend(record, asked.seeds)
            return record
    return create_study(asked, runs)


def _is_the_same(record: StudyRecord, asked: StudyConfig) -> bool:
    try:
        there = record.study()
    except ConfigError:
        return False
    return there.model_copy(update={"seeds": asked.seeds}) == asked


def _tell_new(record: StudyRecord, told: set[Trial]) -> None:
    """A line a run as it ends."""
    config, progress = record.study(), record.progress()
    for trial in config.trials:
        run = record.run_of(trial, progress)
        if trial not in told and run is not None and _has_ended(run):
            told.add(trial)
            name = config.variants[trial.variant].name
            words = f"{name}, {config.repeat_in_words(trial.repeat)}: {_outcome(run)}"
            say(f"{len(told)}/{len(config.trials)}  {words}", sys.stderr)


def _has_ended(run: Run) -> bool:
    return is_done(run) or run.status().state is State.FAILED


def _outcome(run: Run) -> str:
    status = run.status()
    result = status.training_result
    if status.state is not State.FINISHED or result is None:
        return f"{status.state}. {status.error}".rstrip(". ")
    return f"{percent(result.test_accuracy, 2)} test accuracy after {duration(result.seconds)}"


def print_findings(found: Findings) -> None:
    """A table of the variants, then what can be said."""
    say(f"{'':<32}{'runs':>5}  {'validation accuracy':<26}{'test accuracy':<26}")
    for variant in found.variants:
        kept, tested = variant.validation, variant.test
        say(
            f"{variant.name[:31]:<32}{len(kept.values):>5}  {_spread(kept.values):<26}"
            f"{_spread(tested.values):<26}"
        )
    for line in found.sentences:
        say(line)


def _spread(values: tuple[float, ...]) -> str:
    """ "81.20 % (80.9 to 81.5)": the mean, the lowest and the highest."""
    if not values:
        return "–"
    mean = percent(sum(values) / len(values), 2)
    if len(values) == 1:
        return mean
    return f"{mean} ({100 * min(values):.1f} to {100 * max(values):.1f})"
