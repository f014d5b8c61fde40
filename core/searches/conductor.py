"""The process that sees to a search: `python -m core.searches.conductor SEARCH_DIR`.

Trains one trial after the other, writes down what each shows, and stops one that is behind. Every
step is in trials.json before its consequence: whoever goes on after a kill finds what was meant.
Knows nothing of how values are chosen.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from core.errors import ConfigError, UserError
from core.jobs import launch
from core.notation import percent
from core.runs import MetricsLog, Run, State
from core.searches.proposals import Halving, propose
from core.searches.record import SearchRecord
from core.searches.search import SearchConfig
from core.searches.trials import SearchTrial, TrialState, is_over
from core.series.conductor import Conductor, conduct_as_process
from core.studies import is_done, is_lost
from core.studies.findings import epoch_lines, kept_accuracy

_MOST_FAILURES = 5  # one after the other: then it is no trial's own fault


def main(arguments: list[str] | None = None) -> int:
    module = "core.searches.conductor"
    return conduct_as_process(module, SearchRecord, SearchConductor, arguments)


class SearchConductor(Conductor[SearchRecord]):
    """Goes on until the time, the trials or the combinations are used up, or it is to stop."""

    def conduct(self) -> UserError | None:
        self.begin()
        failures = 0
        # Read anew after each trial: more time may have been given meanwhile.
        while (trial := self._next(search := self.record.search())) is not None:
            ended = self._see_to(search, trial)
            if not isinstance(ended, SearchTrial):
                return ended
            self.write(ended)
            print(f"trial {ended.number}: {_outcome(ended)}", flush=True)
            failures = failures + 1 if ended.state is TrialState.FAILED else 0
            if failures >= _MOST_FAILURES:
                words = f"{failures} trials failed, one after the other. {ended.error}"
                return UserError(words.strip(), "Continue tries other values.")
        return None

    def write(self, trial: SearchTrial) -> SearchTrial:
        """Put a trial into trials.json as it is now."""
        self.note(trials=self.record.progress().with_trial(trial))
        return trial

    def _next(self, search: SearchConfig) -> SearchTrial | None:
        """The trial that is still open, else a new one; None where there is none to begin."""
        trials = self.record.progress().trials
        if is_over(search, trials):
            return None
        still_open = next((trial for trial in trials if not trial.ended), None)
        if still_open is not None:
            return still_open
        number = max((trial.number for trial in trials), default=0) + 1
        return self.write(SearchTrial(number=number, values=propose(search, trials)))

    def _see_to(self, search: SearchConfig, trial: SearchTrial) -> SearchTrial | UserError | None:
        """The trial as it ended. What ends the search, or None where it is asked to stop."""
        run = self.record.run_of(trial)
        if self.asked_to_stop() and (run is None or not run.status().state.alive):
            return None
        try:
            if run is None or not (trial.behind or is_done(run)):
                run = self._start(search, trial, run)
        except ConfigError as error:  # these values do not go together
            return trial.model_copy(update={"state": TrialState.FAILED, "error": str(error)})
        watch = _Watch(self, search, self._now(trial), run)
        if not self.see_through(run, watch.look):
            return None
        ended = judged(watch.trial, run)
        return ended if ended is not None else self.stopped_by_hand(run)

    def _start(self, search: SearchConfig, trial: SearchTrial, run: Run | None) -> Run:
        new = trial.model_copy(update={"epochs": (), "seconds": 0.0, "behind": False})
        return self.start(
            run,
            lambda: search.config_of(trial.number, trial.values),
            lambda made: self._note_run(new, made),
        )

    def _note_run(self, trial: SearchTrial, run: Run) -> None:
        self.write(trial.model_copy(update={"run": run.id}))
        print(f"trial {trial.number}: run {run.id}", flush=True)

    def _now(self, trial: SearchTrial) -> SearchTrial:
        """As it is written down."""
        trials = self.record.progress().trials
        return next(one for one in trials if one.number == trial.number)


class _Watch:
    """Writes down what a trial's run shows, and asks it to stop once it is behind."""

    def __init__(
        self, conductor: SearchConductor, search: SearchConfig, trial: SearchTrial, run: Run
    ) -> None:
        self.trial = trial
        self._conductor, self._run = conductor, run
        self._log = MetricsLog(run.metrics_path)
        self._epochs = run.config().training.epochs
        trials = conductor.record.progress().trials
        before = [other for other in trials if other.number < trial.number]
        self._halving = Halving(search, before) if search.halving else None
        self._told = 0  # epochs that halving has heard of
        if not trial.behind:
            self._tell(trial.epochs)

    def look(self) -> None:
        lines = epoch_lines(self._log.read())
        self._take(accuracies(lines), sum(line.get("seconds", 0.0) for line in lines))
        if self.trial.behind and self._run.status().state.alive:
            with suppress(UserError):  # it ends by itself just now
                launch.request_stop(self._run)

    def _take(self, shown: tuple[float, ...], seconds: float) -> None:
        if self.trial.behind:
            shown = self.trial.epochs  # what came after that changes nothing
        elif (behind := self._tell(shown)) is not None:
            shown = shown[:behind]
            self._change(behind=True)
        if shown != self.trial.epochs or round(seconds, 3) != self.trial.seconds:
            self._change(epochs=shown, seconds=round(seconds, 3))
            self._conductor.write(self.trial)

    def _tell(self, shown: tuple[float, ...]) -> int | None:
        """The epoch at which it is behind; None while it is not, and at the last of all."""
        while self._halving is not None and self._told < len(shown):
            self._told += 1
            behind = self._halving.is_behind(self._told, shown[self._told - 1])
            if behind and self._told < self._epochs:
                return self._told
        return None

    def _change(self, **update: Any) -> None:
        self.trial = self.trial.model_copy(update=update)


def accuracies(lines: list[Any]) -> tuple[float, ...]:
    """Validation accuracy after each epoch, from the first to the last that follows on it."""
    by_epoch = {round(line["epoch"]): line.get("val_accuracy") for line in lines}
    found: list[float] = []
    while (value := by_epoch.get(len(found) + 1)) is not None:
        found.append(min(max(float(value), 0.0), 1.0))
    return tuple(found)


def judged(trial: SearchTrial, run: Run) -> SearchTrial | None:
    """The trial as its run has ended; None where somebody else has stopped or paused it."""
    status = run.status()
    result = status.training_result
    update: dict[str, Any] = {"seconds": result.seconds if result is not None else trial.seconds}
    if is_lost(status):
        update |= {"state": TrialState.LOST, "behind": False}
    elif status.state is State.FINISHED and result is not None:
        kept = kept_accuracy(result, epoch_lines(run.metrics()))
        update |= {"state": TrialState.FINISHED, "behind": False, "accuracy": kept}
        update["epochs"] = accuracies(epoch_lines(run.metrics()))
    elif trial.behind:
        update |= {"state": TrialState.PRUNED, "accuracy": trial.epochs[-1]}
    elif status.state in (State.PAUSED, State.STOPPED):
        return None
    else:
        update |= {"state": TrialState.FAILED, "error": status.error or "Its log says more."}
    return trial.model_copy(update=update)


def _outcome(trial: SearchTrial) -> str:
    if trial.accuracy is None:
        return f"{trial.state}. {trial.error}".rstrip(". ")
    return f"{trial.state}, {percent(trial.accuracy, 2)} validation accuracy"


if __name__ == "__main__":
    sys.exit(main())
