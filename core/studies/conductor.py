"""The process that sees to a study: `python -m core.studies.conductor STUDY_DIR`.

Starts one run after the other, each a worker of its own in the device's line, and waits for it;
what was trained already is taken as it is. It holds the study's lock for life and trains nothing
itself. Needs no browser and no dashboard, and loads no TensorFlow.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.config import RunConfig
from core.errors import UserError, from_os_error
from core.files import lock_exclusively
from core.jobs import launch, preflight
from core.reading import is_file
from core.runs import Run, State, list_runs, requests
from core.studies.record import (
    Progress,
    StudyRecord,
    clear_request,
    is_done,
    is_finished,
    request_stop,
)
from core.studies.study import StudyConfig, Trial, training_key

_LOOK_SECONDS = 0.3


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.studies.conductor")
    parser.add_argument("study", type=Path)
    parser.add_argument("--lock-fd", type=int, help="an open file that holds STUDY/lock")
    options = parser.parse_args(arguments)
    record = StudyRecord(options.study.absolute())
    lock = _own_lock(record, options.lock_fd)
    if lock is None:
        print(f"Study {record.id} is seen to already.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: request_stop(record))
    with lock:
        return _conduct(record)


def _own_lock(record: StudyRecord, descriptor: int | None) -> IO[bytes] | None:
    if descriptor is None:
        return lock_exclusively(record.lock_path)
    os.set_inheritable(descriptor, False)  # no worker may keep the study looking alive
    return os.fdopen(descriptor, "ab")


def _conduct(record: StudyRecord) -> int:
    try:
        end = Conductor(record).conduct()
    except OSError as error:
        traceback.print_exc()
        end = from_os_error(error, "continue the study")
    except UserError as error:
        end = error
    except Exception as error:
        traceback.print_exc()
        end = UserError(f"The study met an unexpected error: {type(error).__name__}: {error}"[:500])
    message, advice = (end.message, end.advice) if end is not None else ("", "")
    with suppress(OSError):  # a full disk: the state says the rest
        update = {"error": message, "advice": advice}
        record.write_progress(record.progress().model_copy(update=update))
    print(message or "The study has done what there was to do.", flush=True)
    clear_request(record)
    return 1 if message else 0


class Conductor:
    """Goes through the trials of one study until all are done or it is asked to stop."""

    def __init__(self, record: StudyRecord) -> None:
        self.record = record
        self.failed: dict[str, str] = {}  # key of a trial -> why its run failed

    def conduct(self) -> UserError | None:
        """Why it ended before all was done; None where it was asked to, or all is done."""
        self._begin()
        # Read anew after each run: seeds may have been added meanwhile.
        while (trial := self._next()) is not None:
            if self._asked_to_stop():
                return None
            run = self._start(trial)
            if not self._see_through(run):
                return None
            stopped = self._judge(trial, run)
            if stopped is not None:
                return stopped
        return self._what_failed()

    def _begin(self) -> None:
        update = {"started": True, "error": "", "advice": ""}
        self.record.write_progress(self.record.progress().model_copy(update=update))

    def _next(self) -> Trial | None:
        study, progress = self.record.study(), self._adopted()
        for trial in study.trials:
            if trial.key not in self.failed and not is_done(self.record.run_of(trial, progress)):
                return trial
        return None

    def _adopted(self) -> Progress:
        """How far the study is, with those runs that were trained already."""
        study, progress = self.record.study(), self.record.progress()
        lacking = [t for t in study.trials if self.record.run_of(t, progress) is None]
        found = find_runs(study, lacking, self.record.runs) if lacking else {}
        if found:
            for key, run_id in found.items():
                print(f"{key}: run {run_id} is there already", flush=True)
            progress = progress.model_copy(update={"runs": {**progress.runs, **found}})
            self.record.write_progress(progress)
        return progress

    def _start(self, trial: Trial) -> Run:
        """Its run at work: a new one, or the one that ended early, from its last checkpoint."""
        run = self.record.run_of(trial)
        if run is None:
            config = self.record.study().config_of(trial.variant, trial.repeat)
            preflight.check(config, self.record.runs)
            run = launch.start(config, self.record.runs)
            progress = self.record.progress()
            runs = {**progress.runs, trial.key: run.id}
            self.record.write_progress(progress.model_copy(update={"runs": runs}))
        elif not run.status().state.alive:
            launch.resume(run)
        print(f"{trial.key}: run {run.id}", flush=True)
        return run

    def _see_through(self, run: Run) -> bool:
        """Wait until the run has ended; False where the study was asked to stop before."""
        while run.status().state.alive:
            if self._asked_to_stop():
                if requests.pending(run) is None:
                    with suppress(UserError):  # it ends by itself just now
                        launch.request_pause(run)
                launch.wait(run, 600.0)
                return False
            time.sleep(_LOOK_SECONDS)
        return True

    def _judge(self, trial: Trial, run: Run) -> UserError | None:
        """Note a run that failed, and go on; stop where somebody has stopped it."""
        if is_done(run):
            return None
        status = run.status()
        if status.state in (State.PAUSED, State.STOPPED):
            return UserError(
                f"The study stopped because run {run.id} was {status.state} by itself.",
                "Continue goes on with that run.",
            )
        self.failed[trial.key] = status.error
        return None

    def _what_failed(self) -> UserError | None:
        if not self.failed:
            return None
        first = next(iter(self.failed.values())) or "Its log says more."
        several = f"{len(self.failed)} runs" if len(self.failed) > 1 else "One run"
        return UserError(f"{several} failed. {first}", "Continue tries again.")

    def _asked_to_stop(self) -> bool:
        return is_file(self.record.stop_path)


def find_runs(study: StudyConfig, trials: list[Trial], folder: Path) -> dict[str, str]:
    """Runs that were trained before as these trials would be: a trial's key -> the run's id.

    The newest finished one counts; else one of this study that nobody has noted, because its
    conductor was killed between starting it and saying so.
    """
    wanted = {trial: study.config_of(trial.variant, trial.repeat) for trial in trials}
    by_key = {training_key(config): trial for trial, config in wanted.items()}
    found: dict[str, str] = {}
    own: dict[str, str] = {}
    for run in list_runs(folder):
        config = _config_or_none(run)
        trial = by_key.get(training_key(config)) if config is not None else None
        if trial is None or config is None or config.job != "train":
            continue
        if is_finished(run.status()):
            found.setdefault(trial.key, run.id)
        elif config.title.startswith(wanted[trial].title):
            own.setdefault(trial.key, run.id)
    return {**own, **found}


def _config_or_none(run: Run) -> RunConfig | None:
    try:
        return run.config()
    except UserError:
        return None


if __name__ == "__main__":
    sys.exit(main())
