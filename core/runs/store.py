"""The runs folder: create, list, open, delete run records.

One record that cannot be read is listed as such and hides no other. Reading changes nothing.
Knows nothing of what is inside a record.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from core.config import LONGEST_TITLE, RunConfig
from core.errors import ReadingError, RunError, describe_os_error, readable
from core.files import hold_reserve, lock_exclusively, sync_folder, write_atomically
from core.reading import is_file, is_folder, listed, modified, read_json
from core.runs.record import SHIPPED, Run
from core.runs.status import Status

# Any of these makes a folder a run record, or what is left of one.
_OF_A_RECORD = ("config.json", "status.json", "metrics.jsonl", "lock", "log.txt")
_TIMING = ".timing-"  # begins the name of a record that no list shows
_MOST_COMPARED = 500  # newest runs whose titles a new one must not bear
_MOST_CONFIG = 1 << 20  # bytes
_LOCK_SECONDS = 2.0  # that a worker which has said its last may still need to be gone
_ABANDONED_SECONDS = 600.0  # after which what a killed process was making is thrown away


@dataclass(frozen=True)
class UnreadableRun:
    """A record that no page can show, and why, in a sentence."""

    run: Run
    reason: str


def runs_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Where runs live: the folder given, else CONVSCOPE_RUNS, else `runs`."""
    return Path(given or os.environ.get("CONVSCOPE_RUNS") or "runs").expanduser().absolute()


def create_run(config: RunConfig, folder: Path | None = None) -> Run:
    """Make a run directory with its configuration and a status of `queued`.

    A title that a run of the same job bears already gets a number: "Digits (2)".

    Raises:
        OSError: it could not be written; nothing is left of it.
    """
    folder = folder or runs_folder()
    stamp = time.strftime("%Y%m%d-%H%M%S")
    label = _slug(f"{config.dataset.name}-{config.architecture.name}")
    if config.job == "range-test":
        label = f"range-{label}"
    beginning = _TIMING if config.job == "timing" else ""
    path = folder / f"{beginning}{stamp}-{label}-{secrets.token_hex(2)}"
    folder.mkdir(parents=True, exist_ok=True)
    _throw_away_abandoned(folder)
    config = config.model_copy(update={"title": _unlike_others(config, folder)})
    # Filled under a hidden name first, so that a list never meets half a record.
    new = Run(folder / f".new-{path.name}")
    try:
        new.path.mkdir()
        write_atomically(new.config_path, (config.to_json() + "\n").encode())
        now = time.time()
        epochs = config.training.epochs if config.job == "train" else 0
        new.write_status(Status(created=now, heartbeat=now, epochs=epochs))
        new.lock_path.touch()
        hold_reserve(new.reserve_path)
        new.path.rename(path)
        sync_folder(folder)
    except BaseException:
        shutil.rmtree(new.path, ignore_errors=True)
        raise
    return Run(path)


def _unlike_others(config: RunConfig, folder: Path) -> str:
    """The title, with a number where one of the newest runs bears it; no title stays none."""
    title = config.title
    if not title:
        return title
    taken = {_title(run, config.job) for run in list_runs(folder)[:_MOST_COMPARED]}
    plain = re.sub(r" \(\d+\)$", "", title)[: LONGEST_TITLE - 6]
    names = (f"{plain} ({number})" for number in count(2))
    return title if title not in taken else next(name for name in names if name not in taken)


def _title(run: Run, job: str) -> str:
    """As it stands in a record of that job; empty in another, or where it cannot be read."""
    try:
        config = read_json(run.config_path, _MOST_CONFIG)
    except ReadingError:
        return ""
    if not isinstance(config, dict) or config.get("job", "train") != job:
        return ""
    return str(config.get("title", ""))


def _throw_away_abandoned(folder: Path) -> None:
    """What processes that were killed while they made or deleted a record have left."""
    for path in (*folder.glob(".new-*"), *folder.glob(".deleted-*")):
        if time.time() - modified(path) / 1e9 > _ABANDONED_SECONDS:
            with suppress(OSError):  # it is in nobody's way
                _remove(path)


def open_run(run_id: str, folder: Path | None = None) -> Run:
    """The run of that id, a shipped one too, or the run at that path.

    Raises:
        RunError: there is none, or its record cannot be read.
    """
    folder = folder or runs_folder()
    for path in (folder / run_id, SHIPPED / run_id, Path(run_id)):
        run = Run(path.absolute())
        if run_id and path.name:
            if is_file(run.config_path):
                return run
            reason = _reason(run)
            if reason:
                raise RunError(f"Run {readable(run.id)} cannot be read: {reason}")
    raise RunError(f"There is no run {readable(run_id)!r} under {readable(str(folder))}.")


def list_runs(folder: Path | None = None) -> list[Run]:
    """Every record whose configuration is there, newest first; none of those that ship.

    Raises:
        ReadingError: the runs folder itself cannot be read.
    """
    runs = (run for run in _records(folder) if _is_whole(run))
    return sorted(runs, key=lambda run: run.id, reverse=True)


def list_shipped() -> list[Run]:
    """The records that came with ConvScope, by name."""
    return [run for run in _records(SHIPPED) if _is_whole(run)]


def list_timings(folder: Path | None = None) -> list[Run]:
    """Networks that were timed on this machine, newest first: no runs that a list shows."""
    found = [Run(path) for path in listed(folder or runs_folder(), _TIMING)]
    return [run for run in reversed(found) if _is_whole(run)]


def list_unreadable(folder: Path | None = None) -> list[UnreadableRun]:
    """Every record that is none of `list_runs`, newest first, each with the reason.

    Raises:
        ReadingError: the runs folder itself cannot be read.
    """
    others = (run for run in _records(folder) if not _is_whole(run))
    found = [UnreadableRun(run, reason) for run in others if (reason := _reason(run))]
    return sorted(found, key=lambda item: item.run.id, reverse=True)


def _records(folder: Path | None) -> Iterator[Run]:
    for path in listed(folder or runs_folder()):
        if not path.name.startswith("."):
            yield Run(path)


def _is_whole(run: Run) -> bool:
    return is_file(run.config_path) and readable(run.id) == run.id


def _reason(run: Run) -> str:
    """Why a record cannot be read; empty where this is no record at all."""
    try:
        names = os.listdir(run.path)
    except NotADirectoryError:
        return ""  # somebody's file
    except FileNotFoundError:
        return "It is a link that leads nowhere." if run.path.is_symlink() else ""
    except OSError as error:
        return describe_os_error(error, run.path)
    except ValueError:
        return ""  # no name that a folder can have
    if not set(names) & set(_OF_A_RECORD):
        return ""  # somebody's folder
    if readable(run.id) != run.id:
        return "The name of its folder is not UTF-8. Rename it."
    if "config.json" not in names:
        return "Its config.json is missing."
    return "Its config.json is no file that can be read."


def delete_run(run: Run) -> None:
    """Remove a run for good. Of a link only the link is removed.

    Raises:
        RunError: it came with ConvScope, is gone, its worker is alive, or not all of it can be
            removed.
    """
    if run.shipped:
        raise RunError(
            f"Run {readable(run.id)} came with ConvScope and stays.",
            "As soon as there are runs of your own, every page shows those first.",
        )
    if run.path.is_symlink() and not is_folder(run.path):
        run.path.unlink()
        return
    with _at_rest(run):
        if run.path.is_symlink():
            run.path.unlink()
            return
        try:
            hidden = _hide(run)
        except FileNotFoundError as error:
            raise gone(run) from error
    try:
        _remove(hidden)
    except OSError as error:
        raise RunError(
            "The run is no longer listed, but not all of it could be removed: "
            f"{describe_os_error(error)}"
        ) from error


def discard_run(run: Run) -> None:
    """Take back a run that could not be started, as far as that can be done."""
    try:
        hidden = _hide(run)
    except OSError:
        hidden = run.path
    with suppress(OSError):
        _remove(hidden)


def gone(run: Run) -> RunError:
    """For whoever wants to do something with a run that somebody else has deleted."""
    return RunError(f"Run {readable(run.id)} is no longer there: it has been deleted.")


def _hide(run: Run) -> Path:
    """Renamed first, so that a removal cut short never leaves half a record in the list."""
    return run.path.rename(run.path.with_name(f".deleted-{secrets.token_hex(4)}"))


def _at_rest(run: Run) -> AbstractContextManager[object]:
    """While this is held nobody starts a worker on the run; RunError where one lives."""
    if not is_folder(run.path) and not os.path.lexists(run.path):
        raise gone(run)
    at_work = RunError(
        f"Run {readable(run.id)} is still at work.", "Stop it first, then delete it."
    )
    if run.status().state.alive:
        raise at_work
    try:
        lock = lock_exclusively(run.lock_path, _LOCK_SECONDS)
    except OSError:
        return nullcontext()  # closed to us, or odd: no worker can be started there either
    if lock is None:
        raise at_work
    return lock


def _remove(path: Path) -> None:
    """Delete a folder, opening to this account what is closed to it on the way.

    Raises:
        OSError: not all of it could be removed.
    """
    if not is_folder(path):
        path.unlink(missing_ok=True)  # a pipe, say, in a record's place
        return
    try:
        _remove_tree(path)
    except PermissionError:
        _open_up(path)
        _remove_tree(path)


def _remove_tree(path: Path) -> None:
    def failed(function: Any, place: str, failure: Any) -> None:
        if not isinstance(failure[1], FileNotFoundError):  # another process removes the same
            raise failure[1]

    shutil.rmtree(path, onerror=failed)


def _open_up(folder: Path) -> None:
    folder.chmod(0o700)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            _open_up(path)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
