"""Workers that train nothing: a run's epochs come one a look, as good as its learning rate.

They outlive a conductor that is killed, as real ones do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

from core.config import RunConfig
from core.files import lock_exclusively
from core.jobs import launch
from core.runs import Run, State, Status, TrainingResult, create_run
from core.searches import SearchRecord
from core.searches.conductor import SearchConductor

SECONDS = 2.0  # that an epoch takes
LOST_ABOVE = 0.02  # learning rate


class Killed(BaseException):
    """The conductor, between two looks."""


def shown(config: RunConfig, epoch: int) -> float:
    """Validation accuracy after an epoch: the best at a learning rate of 0.004."""
    quality = 0.95 - 0.3 * abs(math.log10(config.schedule.learning_rate / 0.004))
    return round(quality * (1 - math.exp(-epoch / 1.5)), 6)


class Workers:
    """All workers of one test; each look of a conductor is an epoch of the one at work."""

    def __init__(self, kill_at: int | None = None) -> None:
        self.started: list[str] = []
        self.looks = 0
        self.kill_at = kill_at
        self._locks: dict[Path, IO[bytes]] = {}

    def start(
        self, config: RunConfig, folder: Path, *, note: Callable[[Run], None] = lambda run: None
    ) -> Run:
        run = create_run(config, folder)
        note(run)
        self.started.append(run.id)
        self.resume(run)
        return run

    def resume(self, run: Run) -> None:
        lock = lock_exclusively(run.lock_path)
        assert lock is not None
        self._locks[run.path] = lock
        run.write_status(run.status().model_copy(update={"state": State.RUNNING, "result": None}))

    def look(self, seconds: float) -> None:
        """In place of the conductor's rest."""
        self.looks += 1
        if self.kill_at == self.looks:
            raise Killed
        for path in list(self._locks):
            self._train(Run(path))

    def stop(self, run: Run) -> None:
        self._end(run, State.STOPPED)

    def pause(self, run: Run) -> None:
        self._end(run, State.PAUSED)

    def _train(self, run: Run) -> None:
        config, epoch = run.config(), len(run.metrics()) + 1
        if config.schedule.learning_rate > LOST_ABOVE:
            return self._end(run, State.STOPPED, lost_learning_rate=config.schedule.learning_rate)
        row = {"kind": "epoch", "step": 10 * epoch, "epoch": epoch, "seconds": SECONDS}
        with run.metrics_path.open("a") as file:
            file.write(json.dumps({**row, "val_accuracy": shown(config, epoch)}) + "\n")
        if epoch == config.training.epochs:
            self._end(run, State.FINISHED)
        return None

    def _end(self, run: Run, state: State, **update: Any) -> None:
        lock = self._locks.pop(run.path)
        epochs = len(run.metrics())
        result = TrainingResult(
            test_accuracy=0.5, test_loss=1.0, best_epoch=epochs, seconds=SECONDS * epochs
        )
        ended: dict[str, Any] = {"state": state, "epoch": epochs, "result": result}
        ended["result"] = result if state in (State.FINISHED, State.STOPPED) else None
        run.write_status(Status.model_validate({**run.status().model_dump(), **ended, **update}))
        lock.close()


@contextmanager
def instead_of_real_ones(workers: Workers) -> Iterator[None]:
    with (
        patch.multiple(
            launch,
            start=workers.start,
            resume=workers.resume,
            request_stop=workers.stop,
            request_pause=workers.pause,
            wait=lambda run, seconds: run.status().state,
        ),
        patch("core.series.conductor.time.sleep", workers.look),
    ):
        yield


def conduct(record: SearchRecord, workers: Workers | None = None) -> Workers:
    """A whole search, in this process; raises Killed where it is to be killed."""
    workers = workers or Workers()
    with instead_of_real_ones(workers):
        end = SearchConductor(record).conduct()
    assert end is None, end
    return workers
