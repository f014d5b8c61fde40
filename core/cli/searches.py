"""`python -m core search`: a search begun or continued, watched until it ends, and read.

Knows nothing of how a search is conducted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from core.cli import series
from core.cli.reports import print_json, say
from core.errors import ConfigError
from core.notation import duration, percent
from core.searches import (
    Importance,
    SearchConfig,
    SearchFindings,
    SearchRecord,
    SearchTrial,
    create_search,
    extend,
    findings,
    importance,
    list_searches,
    open_search,
    parse_search,
    spent,
    start,
)


def conduct(record: SearchRecord, *, as_json: bool = False) -> int:
    """Begin or continue a search, watch it until it ends, and say what came out."""
    if series.is_to_do(record.state()):
        start(record)
    told: set[int] = set()
    series.watch(record, lambda: _tell_new(record, told))
    search, trials = record.search(), record.progress().trials
    found, mattered = findings(search, trials), importance(search, trials)
    if as_json:
        print_json(
            {
                "id": record.id,
                "search": search.model_dump(mode="json"),
                **found.to_dict(),
                "importance": mattered.to_dict(),
                "trials": [trial.model_dump(mode="json") for trial in trials],
            }
        )
    else:
        _print_trials(search, trials)
        _print_findings(found, mattered)
        print(record.id)
    return series.exit_status(record, record.state())


def find_search(named: str, runs: Path) -> SearchRecord:
    """The search of that id, else that of a file, which is continued where it was begun before.

    It gets the time and the trials that the file says now.

    Raises:
        ConfigError: the file is missing, is not JSON, or holds a wrong value.
        RunError: there is no search of that id.
    """
    asked = series.read_asked(named, parse_search)
    if asked is None:
        return open_search(named, runs)
    for record in list_searches(runs):
        if _is_the_same(record, asked):
            if record.search() != asked:
                extend(record, seconds=asked.seconds, most_trials=asked.most_trials)
            return record
    return create_search(asked, runs)


def _is_the_same(record: SearchRecord, asked: SearchConfig) -> bool:
    try:
        there = record.search()
    except ConfigError:
        return False
    limits = {"seconds": asked.seconds, "most_trials": asked.most_trials}
    return there.model_copy(update=limits) == asked


def _tell_new(record: SearchRecord, told: set[int]) -> None:
    """A line a trial as it ends."""
    search, trials = record.search(), record.progress().trials
    for place, trial in enumerate(trials, 1):
        if trial.ended and trial.number not in told:
            told.add(trial.number)
            so_far = f"{duration(spent(trials[:place]))} of {duration(search.seconds)}"
            words = search.in_words(trial.values)
            say(f"{trial.number} ({so_far})  {words}: {_outcome(trial)}", sys.stderr)


def _outcome(trial: SearchTrial) -> str:
    if trial.accuracy is None:
        return f"{trial.state}. {trial.error}".rstrip(". ")
    early = f", stopped after epoch {len(trial.epochs)}" if trial.behind else ""
    return f"{percent(trial.accuracy, 2)} validation accuracy{early}"


def _print_trials(search: SearchConfig, trials: tuple[SearchTrial, ...]) -> None:
    """A table, the best first; those without an accuracy last."""
    say(f"{'trial':>5}  {'validation accuracy':<21}{'epochs':>6}  values")
    for trial in sorted(trials, key=lambda one: (-(one.accuracy or -1.0), one.number)):
        reached = percent(trial.accuracy, 2) if trial.accuracy is not None else str(trial.state)
        early = " (early)" if trial.behind else ""
        values = search.in_words(trial.values)
        say(f"{trial.number:>5}  {reached + early:<21}{len(trial.epochs):>6}  {values}")


def _print_findings(found: SearchFindings, mattered: Importance) -> None:
    for line in found.sentences:
        say(line)
    if mattered.shares is None:
        say(mattered.why)
        return
    named = (f"{title} {percent(share, 0)}" for title, share in mattered.titled)
    say(f"What decided of the {mattered.measure}: {', '.join(named)}.")
