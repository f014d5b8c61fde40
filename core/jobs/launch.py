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
from pathlib import Path

from core.config import RunConfig
from core.errors import RunError
from core.files import lock_exclusively
from core.jobs import queue
from core.machine import worker_environment
from core.runs import Phase, Run, State, create_run, requests
from core.runs.crashes import record_exit

PROJECT = Path(__file__).resolve().parents[2]


def start(config: RunConfig, folder: Path | None = None) -> Run:
    """Record a run and start its worker, which waits its turn on the device.

    Raises:
        RunError: the worker process cannot be started.
    """
    run = create_run(config, folder)
    _start_worker(run)
    return run


def resume(run: Run) -> None:
    """Start a worker on a run that was paused, stopped, crashed or failed.

    Raises:
        RunError: the run is alive or finished.
    """
    status = run.status()
    if not status.state.resumable:
        raise RunError(f"Run {run.id} is {status.state}; only a run that ended early can resume.")
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
    state = run.status().state
    if not state.alive:
        raise RunError(f"Run {run.id} is {state}; there is nothing to {request}.")
    requests.ask(run, request)


def _start_worker(run: Run) -> None:
    """The lock is taken here and handed to the worker, so that no moment lies between."""
    lock = lock_exclusively(run.lock_path, wait_seconds=5.0)
    if lock is None:
        raise RunError(f"Run {run.id} has a worker already.")
    with lock, run.log_path.open("ab") as log:
        requests.clear(run)
        queued = {"state": State.QUEUED, "phase": Phase.WAITING, "phase_detail": ""}
        queued |= {"error": "", "advice": ""}
        # The state is read as recorded: with the lock held here it cannot be a crash.
        run.write_status(run.status().model_copy(update={**queued, "heartbeat": time.time()}))
        queue.enqueue(run)
        command = [sys.executable, "-m", "core.jobs.worker", str(run.path)]
        try:
            process = subprocess.Popen(
                [*command, "--lock-fd", str(lock.fileno())],
                cwd=PROJECT,
                env=worker_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
            )
        except OSError as error:
            queue.leave(run)
            raise RunError(f"The worker process could not be started: {error}.") from error
    # A child that nobody waits for stays in the process table as a zombie.
    threading.Thread(target=_reap, args=(run, process), daemon=True, name=f"reap-{run.id}").start()


def _reap(run: Run, process: subprocess.Popen) -> None:
    """Wait for a worker, and note a violent end: only its parent learns of the signal."""
    returncode = process.wait()
    if returncode < 0 and run.path.is_dir():
        record_exit(run.path, process.pid, returncode)
