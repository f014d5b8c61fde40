"""The process that trains: `python -m core.jobs.worker RUN_DIR`.

Holds the run's lock for life, waits its turn on the device, and only then imports
TensorFlow. Whatever ends it, the record says so in a sentence; the traceback is in the
log.
"""

from __future__ import annotations

import argparse
import atexit
import faulthandler
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.config import RunConfig
from core.errors import TrainingError, UserError, from_os_error
from core.files import lock_exclusively, open_to_append
from core.jobs import loading, queue
from core.runs import Phase, Run, State, requests
from core.runs.live.time_left import Pace
from core.runs.recorder import Recorder
from core.training import checkpoints, failures

if TYPE_CHECKING:
    from core.data.splits import Splits
    from core.training.observers import Observer, Observers

POLL_SECONDS = 0.2


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.jobs.worker")
    parser.add_argument("run", type=Path)
    parser.add_argument("--lock-fd", type=int, help="an open file that holds RUN/lock")
    options = parser.parse_args(arguments)
    run = Run(options.run.absolute())
    lock = _own_lock(run, options.lock_fd)
    if lock is None:
        print(f"Run {run.id} has a worker already.", file=sys.stderr)
        return 1
    # A terminal's or a service's polite end is a request like the page's own.
    signal.signal(signal.SIGTERM, lambda *_: requests.ask(run, requests.Request.STOP))
    # The log is UTF-8 whatever the terminal's: it holds powers of ten.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    _take_noise_apart(run)
    with lock:
        return work(run)


def _take_noise_apart(run: Run) -> None:
    """What TensorFlow's C++ writes to descriptor 2 goes into a file of its own.

    Python's own standard error, tracebacks above all, stays where it was: in the log.
    """
    with suppress(OSError):  # a full disk, or something odd in its place: all in one file then
        noise = open_to_append(run.noise_path)
        own = os.dup(2)
        os.dup2(noise.fileno(), 2)
        noise.close()
        sys.stderr = os.fdopen(own, "w", buffering=1, encoding="utf-8", errors="backslashreplace")
        faulthandler.enable(sys.stderr)


def work(run: Run) -> int:
    """Wait for the device, do the job, record how it ended; a process's exit status."""
    recorder = Recorder(run)
    try:
        config = run.config()
        device = _wait_for_device(run, recorder)
        if device is None:
            _end_unstarted(run, recorder)
            return 0
        with device:
            state = _do(run, config, recorder)
        recorder.end(state)
        return 0
    except Exception as error:
        _log_traceback()
        explained = explain(error, run)
        recorder.end(State.FAILED, error=explained.message, advice=explained.advice)
        with suppress(OSError):
            print(f"Failed: {explained}", flush=True)
        return 1
    finally:
        queue.leave(run)
        requests.clear(run)


def _log_traceback() -> None:
    """Into the log, where the disk has room for it: the status matters more."""
    with suppress(OSError):
        traceback.print_exc()


def explain(error: Exception, run: Run) -> UserError:
    """Any exception as a sentence and what to do about it."""
    if isinstance(error, UserError):
        return error
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return _out_of_memory(run)
    if isinstance(error, OSError):
        return from_os_error(error, then="resume")
    first = str(error).strip().splitlines()[0] if str(error).strip() else ""
    return TrainingError(
        f"The worker met an unexpected error: {type(error).__name__}: {first[:300]}",
        "The log says more.",
    )


def _out_of_memory(run: Run) -> TrainingError:
    try:
        config = run.config()
    except UserError:  # it was edited while the run went on
        return failures.out_of_memory(None)
    if config.job != "range-test":
        return failures.out_of_memory(config.training.batch_size)
    own = config.range_test.batch_size is not None
    return failures.out_of_memory(config.range_test_batch_size, of_range_test=own)


def _do(run: Run, config: RunConfig, recorder: Recorder) -> State:
    recorder.update(state=State.RUNNING)
    with loading.importing_tensorflow(recorder):
        data = loading.load(run, config, recorder)
    from core.models.towers import share_cores
    from core.training.observers import Observers

    share_cores(config.training.towers)
    observers = Observers(_watching(run, config, recorder, data))
    try:
        state = _run_job(run, config, recorder, observers, data)
    except Exception:
        observers.end(State.FAILED)
        raise
    observers.end(state)
    return state


def _run_job(
    run: Run, config: RunConfig, recorder: Recorder, observers: Observers, data: loading.Data
) -> State:
    if config.job == "range-test":
        from core.training.lr_range import run_range_test

        return run_range_test(run, config, recorder, observers, data)
    if config.job == "timing":
        from core.training.timing import run_timing

        return run_timing(run, config, recorder, observers, data)
    from core.training.engine import run_training

    return run_training(run, config, recorder, observers, data)


def _watching(
    run: Run, config: RunConfig, recorder: Recorder, data: loading.Data
) -> list[Observer]:
    """Who watches this run."""
    from core.training.observers import event_files, log_lines, snapshots, time_left

    if config.job == "timing":
        return []
    dataset, splits = data
    training = config.training
    watching: list[Observer] = [
        log_lines.LogLines(config, recorder),
        time_left.TimeLeft(recorder, pace_of(config, splits)),
    ]
    if config.job == "train":
        num_classes = len(dataset.classes)
        watched = snapshots.Snapshots(recorder, splits.validation, num_classes, training.seed)
        watching.append(watched)
    if event_files.available():
        watching.append(event_files.EventFiles(run))
    return watching


def pace_of(config: RunConfig, splits: Splits) -> Pace:
    """How fast a run or a range test goes, of which no step is taken yet."""
    training = config.training
    if config.job == "range-test":
        return Pace(min(config.range_test_batch_size, len(splits.train)), 0, 0)
    seen = training.validation_steps or 0  # batches, where not all are looked at
    judged = min(seen * training.batch_size, len(splits.validation)) or len(splits.validation)
    return Pace(min(training.batch_size, len(splits.train)), judged, len(splits.test))


def _wait_for_device(run: Run, recorder: Recorder) -> IO[bytes] | None:
    """The device's lock once it is this run's turn; None where asked to stop before."""
    while True:
        if requests.pending(run) is not None:
            return None
        device = queue.take_device(run)
        if device is not None:
            return device
        recorder.update(phase=Phase.WAITING)
        time.sleep(POLL_SECONDS)


def _end_unstarted(run: Run, recorder: Recorder) -> None:
    """One that was to go on, and has not been judged, stays where its checkpoint stands."""
    asked = requests.pending(run) is requests.Request.PAUSE
    judged = recorder.status.result is not None and not recorder.status.went_on
    waits = checkpoints.are_in(run.checkpoints_path) and not judged
    recorder.end(State.PAUSED if asked or waits else State.STOPPED)


def _own_lock(run: Run, descriptor: int | None) -> IO[bytes] | None:
    if descriptor is None:
        return lock_exclusively(run.lock_path)
    os.set_inheritable(descriptor, False)  # no child of ours may keep the run looking alive
    return os.fdopen(descriptor, "ab")


if __name__ == "__main__":
    status = main()
    with suppress(OSError):  # the log lies on a disk that is full
        sys.stdout.flush()
        sys.stderr.flush()
    atexit._run_exitfuncs()  # TensorFlow's remove what it traced from the folder of temporary files
    # All is recorded. Taking TensorFlow apart can last seconds, the run's lock held the
    # while, and gains nothing: the kernel frees everything.
    os._exit(status)
