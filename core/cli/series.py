"""What `study` and `search` share in a terminal: found by file or id, watched until they end.

Knows nothing of what a series asks, or of what it comes to.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from core.cli.reports import say
from core.errors import ConfigError, ReadingError, RunError, UserError
from core.reading import is_file, read_json
from core.series import MOST_BYTES, SeriesRecord, SeriesState, request_stop

_LOOK_SECONDS = 0.3

Asked = TypeVar("Asked")


def read_asked(named: str, parse: Callable[[Any], Asked]) -> Asked | None:
    """What a file asks; None where that is the name of no file, but an id.

    Raises:
        ConfigError: the file is missing, is not JSON, or holds a wrong value.
    """
    path = Path(named)
    if not is_file(path):
        if path.suffix == ".json":
            raise ConfigError(f"{named} is not there.")
        return None
    try:
        return parse(read_json(path, MOST_BYTES))
    except ReadingError as error:
        raise ConfigError(error.message, error.advice) from error


def is_to_do(state: SeriesState) -> bool:
    """Nobody sees to it, and there is something left to train."""
    return not state.alive and state is not SeriesState.FINISHED


def watch(record: SeriesRecord[Any, Any], tell: Callable[[], None]) -> None:
    """Until the conductor has gone; Ctrl-C asks it to stop.

    Args:
        tell: says what is new, called again and again.
    """
    while True:
        alive = record.alive()  # asked first: what ended last is said, too
        try:
            with suppress(UserError):  # deleted meanwhile
                tell()
            if not alive:
                return
            time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            print("Stopping; the run at work keeps what it has learned.", file=sys.stderr)
            try:
                request_stop(record)
            except RunError:  # it has ended by itself
                return


def exit_status(record: SeriesRecord[Any, Any], state: SeriesState) -> int:
    """0 where all is done; else 1, with the reason on standard error."""
    if state is SeriesState.FINISHED:
        return 0
    progress = record.progress()
    reason = progress.error or (f"The {record.kind} was stopped; the same command goes on with it.")
    say(f"error: {reason} {progress.advice}".rstrip(), sys.stderr)
    return 1
