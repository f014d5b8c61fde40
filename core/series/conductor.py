"""What the processes that see to series share: one run after the other, stopped and continued.

A conductor holds its series' lock for life and trains nothing itself: each run is a worker of
its own in the device's line. Needs no browser and no dashboard, and loads no TensorFlow. Knows
nothing of which run is next.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from core.config import RunConfig
from core.errors import UserError, from_os_error
from core.files import lock_exclusively
from core.jobs import launch, preflight
from core.reading import is_file
from core.runs import Run, State, requests
from core.series.record import SeriesRecord, clear_request, request_stop

_LOOK_SECONDS = 0.3
_STOP_SECONDS = 600.0  # that a run may take to write its checkpoint

Record = TypeVar("Record", bound=SeriesRecord[Any, Any])


class Conductor(ABC, Generic[Record]):
    """Goes through the runs of one series until it is over or asked to stop."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @abstractmethod
    def conduct(self) -> UserError | None:
        """Why it ended before all was done; None where it was asked to, or all is done."""

    def note(self, **update: Any) -> None:
        """Write what has changed of the progress."""
        self.record.write_progress(self.record.progress().model_copy(update=update))

    def begin(self) -> None:
        self.note(started=True, error="", advice="")

    def asked_to_stop(self) -> bool:
        return is_file(self.record.stop_path)

    def start(
        self, run: Run | None, make: Callable[[], RunConfig], note: Callable[[Run], None]
    ) -> Run:
        """A run at work: a new one, or the one that ended early, from its last checkpoint.

        Args:
            run: what there is of it.
            make: its configuration, where there is nothing.
            note: called with a new run, before it learns anything.
        """
        if run is None:
            config = make()
            preflight.check(config, self.record.runs)
            return launch.start(config, self.record.runs, note=note)
        if not run.status().state.alive:
            launch.resume(run)
        return run

    def see_through(self, run: Run, look: Callable[[], None] = lambda: None) -> bool:
        """Wait until the run has ended; False where the series was asked to stop before.

        Args:
            look: called again and again while the run is at work, and once after it has ended.
        """
        while run.status().state.alive:
            if self.asked_to_stop():
                self._pause(run)
                return False
            look()
            time.sleep(_LOOK_SECONDS)
        look()
        return True

    def _pause(self, run: Run) -> None:
        if requests.pending(run) is None:
            with suppress(UserError):  # it ends by itself just now
                launch.request_pause(run)
        launch.wait(run, _STOP_SECONDS)

    def stopped_by_hand(self, run: Run) -> UserError | None:
        """That somebody has stopped or paused the run, which ends the series; None else."""
        state = run.status().state
        if state not in (State.PAUSED, State.STOPPED):
            return None
        return UserError(
            f"The {self.record.kind} stopped because run {run.id} was {state} by itself.",
            "Continue goes on with that run.",
        )


def conduct_as_process(
    module: str,
    record_type: type[Record],
    conductor: Callable[[Record], Conductor[Record]],
    arguments: list[str] | None = None,
) -> int:
    """The main program of `python -m MODULE FOLDER`; a process's exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument(record_type.kind, type=Path)
    parser.add_argument("--lock-fd", type=int, help="an open file that holds FOLDER/lock")
    options = parser.parse_args(arguments)
    record = record_type(getattr(options, record_type.kind).absolute())
    lock = _own_lock(record, options.lock_fd)
    if lock is None:
        print(f"{record.kind.capitalize()} {record.id} is seen to already.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: request_stop(record))
    with lock:
        return _conduct(conductor(record))


def _own_lock(record: SeriesRecord[Any, Any], descriptor: int | None) -> IO[bytes] | None:
    if descriptor is None:
        return lock_exclusively(record.lock_path)
    os.set_inheritable(descriptor, False)  # no worker may keep the series looking alive
    return os.fdopen(descriptor, "ab")


def _conduct(conductor: Conductor[Any]) -> int:
    record = conductor.record
    try:
        end = conductor.conduct()
    except OSError as error:
        traceback.print_exc()
        end = from_os_error(error, f"continue the {record.kind}")
    except UserError as error:
        end = error
    except Exception as error:
        traceback.print_exc()
        words = f"The {record.kind} met an unexpected error: {type(error).__name__}: {error}"
        end = UserError(words[:500])
    message, advice = (end.message, end.advice) if end is not None else ("", "")
    with suppress(OSError, UserError):  # a full disk, say: the state says the rest
        conductor.note(error=message, advice=advice)
    print(message or f"The {record.kind} has done what there was to do.", flush=True)
    clear_request(record)
    return 1 if message else 0
