"""The process that sees to a study: `python -m core.studies.conductor STUDY_DIR`.

Trains the runs that are still to be trained, one after the other; what was trained already is
taken as it is. Knows nothing of what comes out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from core.config import RunConfig
from core.errors import UserError
from core.runs import Run, list_runs
from core.series.conductor import Conductor, conduct_as_process
from core.studies.record import Progress, StudyRecord, is_done, is_finished
from core.studies.study import StudyConfig, Trial, training_key


def main(arguments: list[str] | None = None) -> int:
    module = "core.studies.conductor"
    return conduct_as_process(module, StudyRecord, StudyConductor, arguments)


class StudyConductor(Conductor[StudyRecord]):
    """Goes through the trials of one study until all are done or it is asked to stop."""

    def __init__(self, record: StudyRecord) -> None:
        super().__init__(record)
        self.failed: dict[str, str] = {}  # key of a trial -> why its run failed

    def conduct(self) -> UserError | None:
        self.begin()
        # Read anew after each run: seeds may have been added meanwhile.
        while (trial := self._next()) is not None:
            if self.asked_to_stop() and not self._is_at_work(trial):
                return None
            run = self._start(trial)
            if not self.see_through(run):
                return None
            stopped = self._judge(trial, run)
            if stopped is not None:
                return stopped
        return self._what_failed()

    def _next(self) -> Trial | None:
        study, progress = self.record.study(), self._adopted()
        for trial in study.trials:
            if trial.key not in self.failed and not is_done(self.record.run_of(trial, progress)):
                return trial
        return None

    def _is_at_work(self, trial: Trial) -> bool:
        """Its worker lives on from a conductor that was killed; who stops the study pauses it."""
        run = self.record.run_of(trial)
        return run is not None and run.status().state.alive

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
        study = self.record.study()
        run = self.start(
            self.record.run_of(trial),
            lambda: study.config_of(trial.variant, trial.repeat),
            lambda new: self.note(runs={**self.record.progress().runs, trial.key: new.id}),
        )
        print(f"{trial.key}: run {run.id}", flush=True)
        return run

    def _judge(self, trial: Trial, run: Run) -> UserError | None:
        """Note a run that failed, and go on; stop where somebody has stopped it."""
        if is_done(run):
            return None
        if (stopped := self.stopped_by_hand(run)) is not None:
            return stopped
        self.failed[trial.key] = run.status().error
        return None

    def _what_failed(self) -> UserError | None:
        if not self.failed:
            return None
        first = next(iter(self.failed.values())) or "Its log says more."
        several = f"{len(self.failed)} runs" if len(self.failed) > 1 else "One run"
        return UserError(f"{several} failed. {first}", "Continue tries again.")


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
