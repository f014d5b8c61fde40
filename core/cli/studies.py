"""`python -m core study`: a study begun or continued, watched until it ends, and read.

Knows nothing of how a study is conducted.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from core.cli.reports import print_json, say
from core.errors import ConfigError, ReadingError, RunError, UserError
from core.notation import duration, percent
from core.reading import is_file, read_json
from core.runs import Run, State
from core.studies import (
    Findings,
    StudyConfig,
    StudyRecord,
    StudyState,
    Trial,
    create_study,
    extend,
    findings,
    is_done,
    list_studies,
    open_study,
    parse_study,
    request_stop,
    start,
)

_LOOK_SECONDS = 0.3
_MOST_BYTES = 1 << 21


def is_to_do(record: StudyRecord) -> bool:
    """Nobody sees to it, and there is something left to train."""
    return not record.alive() and record.state() is not StudyState.FINISHED


def conduct(record: StudyRecord, *, as_json: bool = False) -> int:
    """Begin or continue a study, watch it until it ends, and say what came out."""
    if is_to_do(record):
        start(record)
    watch(record)
    config = record.study()
    found = findings(record, config)
    if as_json:
        print_json({"id": record.id, "study": config.model_dump(mode="json"), **found.to_dict()})
    else:
        print_findings(found)
        print(record.id)
    return _status(record)


def _status(record: StudyRecord) -> int:
    if record.state() is StudyState.FINISHED:
        return 0
    progress = record.progress()
    reason = progress.error or "The study was stopped; the same command goes on with it."
    say(f"error: {reason} {progress.advice}".rstrip(), sys.stderr)
    return 1


def find_study(named: str, runs: Path) -> StudyRecord:
    """The study of that id, else that of a file, which is continued where it was begun before.

    Seeds that the file has and the study has not are put into it.

    Raises:
        ConfigError: the file is missing, is not JSON, or holds a wrong value.
        RunError: there is no study of that id.
    """
    path = Path(named)
    if not is_file(path):
        if path.suffix == ".json":
            raise ConfigError(f"{named} is not there.")
        return open_study(named, runs)
    try:
        asked = parse_study(read_json(path, _MOST_BYTES))
    except ReadingError as error:
        raise ConfigError(error.message, error.advice) from error
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


def watch(record: StudyRecord) -> None:
    """A line a run as it ends, until the conductor has gone; Ctrl-C asks it to stop."""
    told: set[Trial] = set()
    while True:
        alive = record.alive()  # asked first: what ended last is said, too
        try:
            _tell_new(record, told)
            if not alive:
                return
            time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            print("Stopping; the run at work keeps what it has learned.", file=sys.stderr)
            try:
                request_stop(record)
            except RunError:  # it has ended by itself
                return


def _tell_new(record: StudyRecord, told: set[Trial]) -> None:
    try:
        config, progress = record.study(), record.progress()
    except UserError:
        return  # deleted meanwhile
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
