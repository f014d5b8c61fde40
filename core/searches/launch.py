"""Starting, continuing and extending searches. Imports no TensorFlow.

Knows nothing of how a search is conducted.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError
from core.jobs import preflight
from core.searches.record import SearchRecord
from core.searches.search import SearchConfig, parse_search
from core.series import start_conductor


def start(record: SearchRecord) -> None:
    """Start a conductor on a search that was planned, stopped, or got more time.

    Raises:
        RunError: it has a conductor already, is gone, or the process cannot be started.
        ConfigError: search.json cannot be read.
        UserError: the base cannot be trained, of whatever kind the reason is.
    """
    check(record.search(), record.runs)
    start_conductor(record, "core.searches.conductor")


def extend(
    record: SearchRecord, *, seconds: float | None = None, most_trials: int | None = None
) -> None:
    """Give the search so much time, or so many trials, in all; a conductor at work sees it.

    Raises:
        ConfigError: it is more than may be.
    """
    search = record.search()
    asked = {
        "seconds": search.seconds if seconds is None else seconds,
        "most_trials": search.most_trials if most_trials is None else most_trials,
    }
    record.write_asked(parse_search(search.model_dump(mode="json") | asked))


def check(search: SearchConfig, runs: Path | None = None) -> None:
    """Raises UserError where the base could not start; trials may still fail by themselves."""
    try:
        preflight.check(search.base.model_copy(update={"job": "train"}), runs)
    except UserError as error:
        words = f"The base of the search cannot be trained. {error.message}"
        raise type(error)(words, error.advice) from error
