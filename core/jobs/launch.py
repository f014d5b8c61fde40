"""Starting, stopping, pausing and resuming workers. Imports no TensorFlow.

A job is its own process in its own session: closing the tab, refreshing the page or
restarting Streamlit changes nothing for it, and its GPU memory comes back when it ends.
Whether a configuration may start is asked before, in core.jobs.preflight.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from core.config import RunConfig
from core.errors import RunError, describe_os_error
from core.files import hold_reserve, lock_exclusively, open_to_append, remove_left_over
from core.jobs import queue
from core.machine import worker_environment
from core.reading import is_folder
from core.runs import Phase, Run, State, Status, create_run, discard_run, gone, requests
from core.runs.crashes import record_exit

PROJECT = Path(__file__).resolve().parents[2]


def start(
    config: RunConfig, folder: Path | None = None, *, note: Callable[[Run], None] | None = None
) -> Run:
    """Record a run and start its worker, which waits its turn on the device.

    Args:
        note: told of the run before its worker starts, so that whoever is killed right after
            still knows whose it is.

    Raises:
        RunError: the worker process cannot be started.
        OSError: the record cannot be written. In either case nothing is left of it.
    """
    run = create_run(config, folder)
    try:
        if note is not None:
            note(run)
        _start_worker(run)
    except BaseException:
        discard_run(run)
        raise
    return run


def resume(run: Run) -> None:
    """Start a worker on a run that was paused, stopped, crashed or failed.

    Raises:
        RunError: the run is gone, alive or finished, or the worker process cannot be started.
        ConfigError: its configuration cannot be read.
        OSError: the record cannot be written; it stays as it was.
    """
    if not is_folder(run.path):
        raise gone(run)
    _require_resumable(run, run.status().state)
    run.config()
    _start_worker(run)


def request_stop(run: Run) -> None:
    """Ask a living run to end now and keep what it has learned."""
    _ask(run, requests.Request.STOP)


def request_pause(run: Run) -> None:
    """Ask a living run to write a checkpoint and give the device back."""
    _ask(run, requests.Request.PAUSE)


def wait(run: Run, seconds: float) -> State:
    """Wait until no worker stands behind the run, at most so long; its state then."""
    deadline = time.monotonic() + seconds
    while (state := run.status().state).alive and time.monotonic() < deadline:
        time.sleep(0.1)
    return state


def _ask(run: Run, request: requests.Request) -> None:
    if not is_folder(run.path):
        raise gone(run)
    state = run.status().state
    if not state.alive:
        raise RunError(f"Run {run.id} is {state}; there is nothing to {request}.")
    try:
        requests.ask(run, request)
    except FileNotFoundError as error:
        raise gone(run) from error


def _require_resumable(run: Run, state: State) -> None:
    if not state.resumable:
        raise RunError(f"Run {run.id} is {state}; only a run that ended early can resume.")


def _start_worker(run: Run) -> None:
    """The lock is taken here and handed to the worker, so that no moment lies between."""
    with _lock(run) as lock, _log(run) as log:
        # The state is read as recorded: with the lock held here it cannot be a crash. Another
        # worker may have come and gone while the lock was waited for.
        before = run.status()
        if before.state is State.FINISHED:
            _require_resumable(run, before.state)
        _throw_away_left_over(run)
        hold_reserve(run.reserve_path)
        requests.clear(run)
        queued: dict[str, Any] = {"state": State.QUEUED, "phase": Phase.WAITING, "phase_detail": ""}
        queued |= {"error": "", "advice": "", "lost_learning_rate": None, "remaining": None}
        queued["heartbeat"] = time.time()
        try:
            queue.enqueue(run)
            run.write_status(before.model_copy(update=queued))
            process = spawn("core.jobs.worker", run.path, lock, log)
        except OSError as error:
            _put_back(run, before)
            raise RunError(
                f"The worker process could not be started: {describe_os_error(error)}",
                "What was saved before is intact.",
            ) from error
    # A child that nobody waits for stays in the process table as a zombie.
    threading.Thread(target=_reap, args=(run, process), daemon=True, name=f"reap-{run.id}").start()


def _lock(run: Run) -> IO[bytes]:
    try:
        lock = lock_exclusively(run.lock_path, wait_seconds=5.0)
    except FileNotFoundError as error:
        raise gone(run) from error
    if lock is None:
        raise RunError(f"Run {run.id} has a worker already.")
    return lock


def _log(run: Run) -> IO[bytes]:
    try:
        return open_to_append(run.log_path)
    except FileNotFoundError as error:  # deleted before the lock was ours
        raise gone(run) from error


def _throw_away_left_over(run: Run) -> None:
    """What a killed worker was writing; the caller holds the run's lock."""
    remove_left_over(run.path)
    if not run.checkpoints_path.is_symlink():  # behind which another worker may be writing
        remove_left_over(run.checkpoints_path)


def spawn(module: str, folder: Path, lock: IO[bytes], log: IO[bytes]) -> subprocess.Popen:
    """Start `python -m MODULE FOLDER` in a session of its own; the open lock is its from now on.

    Raises:
        OSError: it cannot be started.
    """
    command = [sys.executable, "-m", module, str(folder)]
    return subprocess.Popen(
        [*command, "--lock-fd", str(lock.fileno())],
        cwd=PROJECT,
        env=worker_environment(),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        pass_fds=(lock.fileno(),),
        start_new_session=True,
    )


def _put_back(run: Run, before: Status) -> None:
    """As if nobody had asked, as far as the disk allows."""
    with suppress(OSError):
        queue.leave(run)
        run.write_status(before)


def _reap(run: Run, process: subprocess.Popen) -> None:
    """Wait for a worker, and note a violent end: only its parent learns of the signal."""
    returncode = process.wait()
    if returncode < 0 and is_folder(run.path):
        with suppress(OSError):  # a full disk: then the reason stays unknown
            record_exit(run.path, process.pid, returncode)
