"""SIGKILL at moments that a seed decides, aimed at the phases of a run; nothing may be lost.

A real server is the parent of real workers. Worker, server or both are killed, and after each
kill all that lies on disk is looked through.
"""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from core.config import RunConfig
from core.data.store import open_path
from core.files import is_locked, lock_exclusively
from core.jobs import queue
from core.models.export import load_model
from core.runs import Phase, Run, State, Status, create_run, list_runs
from tests.jobs.parent import Parent

ORDER = (
    Phase.WAITING,
    Phase.PREPARING_DATA,
    Phase.LOADING_TENSORFLOW,
    Phase.BUILDING_NETWORK,
    Phase.FIRST_STEP,
    Phase.TRAINING,
    Phase.VALIDATING,
    Phase.SAVING_MODEL,
    Phase.EVALUATING,
    Phase.ENDED,
)
# How long after the phase was seen the kill may come, at most: about as long as it lasts.
SECONDS = dict(zip(ORDER, (0.5, 1.5, 2.0, 0.5, 1.5, 2.5, 0.05, 0.3, 0.5, 0.0), strict=True))
VICTIMS = ("worker", "server", "both")


@dataclass
class Killer:
    """One runs folder, its server, and the run that is killed and resumed until it ends."""

    folder: Path
    config: RunConfig
    seed: int
    cache: Path
    kills: dict[tuple[str, Phase], int] = field(default_factory=dict)
    finished: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.server = Parent(self.folder, self.folder.parent / f"server-{self.seed}.log")
        self.folder.mkdir(exist_ok=True)
        self.server.start()
        self._begin()

    @property
    def total(self) -> int:
        return sum(self.kills.values())

    def kill(self, phase: Phase, victim: str) -> None:
        """Kill once, at that phase or where the run already is; then all is looked through.

        A run that finishes before gives way to a new one.
        """
        while not self._killed(phase, victim):
            assert self.run.status().state is State.FINISHED, self._story()
            self._end()
            self._begin()
        self._look()

    def end(self) -> None:
        """The last run ends well, with nobody killed any more."""
        if not self.run.status().state.alive:
            self._resume()
        deadline = time.monotonic() + 300.0
        while self.run.status().state.alive and time.monotonic() < deadline:
            time.sleep(0.1)
        self._end()

    def close(self) -> None:
        """Leave no process behind."""
        self.server.kill()
        if self._lives():
            os.kill(self.run.status().pid, signal.SIGKILL)

    def _begin(self) -> None:
        self.run = create_run(self.config, self.folder)
        self.saved, self.kept, self.dead = 0, [], {0}

    def _resume(self) -> None:
        ordered = time.time()
        self.server.order("resume", self.run)
        self._wait(lambda status: status.state.alive and status.heartbeat >= ordered)

    def _killed(self, phase: Phase, victim: str) -> bool:
        """False where the run finished before."""
        if self.run.status().state is State.FINISHED:
            return False
        with self._held_back(phase):
            if not self.run.status().state.alive:
                self._resume()
            status = self._wait(lambda status: self._is_at(status, phase))
            if status.phase is Phase.ENDED:
                return False
            if ORDER.index(status.phase) >= ORDER.index(Phase.FIRST_STEP):
                assert status.first_step >= self.saved, self._story()
            time.sleep(self.chance.uniform(0.0, SECONDS[status.phase]))
            met = self.run.status().phase
            if victim != "server" and not self._kill_worker(status.pid):
                return False
            if victim != "worker":
                self._kill_server()
        self.kills[victim, met] = self.kills.get((victim, met), 0) + 1
        print(f"{time.strftime('%T')} kill {self.total}: {victim}, {met}", flush=True)
        return True

    def _held_back(self, phase: Phase) -> AbstractContextManager[object]:
        """A run waits for the device only where somebody else has it."""
        if phase is not Phase.WAITING or self.run.status().state.alive:
            return nullcontext()
        device = lock_exclusively(queue.device_lock(self.folder), 10.0)
        assert device is not None
        return device

    def _is_at(self, status: Status, phase: Phase) -> bool:
        """At the phase or past it, in the life of a worker that is not dead yet."""
        if status.pid in self.dead:
            return False
        return ORDER.index(status.phase) >= ORDER.index(phase)

    def _kill_worker(self, pid: int) -> bool:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self._wait(lambda status: not status.state.alive, 30.0)
        self.dead.add(pid)
        return self.run.status().state is not State.FINISHED

    def _kill_server(self) -> None:
        lived = self._lives()
        self.server.kill()
        if lived:  # it is no worker's business
            time.sleep(0.1)
            assert self._lives() or self.run.status().state is State.FINISHED, self._story()
        self.server.start()

    def _lives(self) -> bool:
        return self.run.status().state.alive and psutil.pid_exists(self.run.status().pid)

    def _wait(self, condition, seconds: float = 300.0) -> Status:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = self.run.status()
            if condition(status):
                return status
            assert status.state is not State.FAILED, self._story()
            time.sleep(0.002)
        raise AssertionError(f"waited in vain: {self._story()}")

    def _look(self) -> None:
        """Nothing on disk is half, nothing that was written before is lost."""
        run, status = self.run, self.run.status()
        assert run in list_runs(self.folder)
        # The second run of one title gets a number.
        assert run.config().model_copy(update={"title": self.config.title}) == self.config
        if not status.state.alive and status.state is not State.FINISHED:
            assert status.state is State.CRASHED, self._story()
            assert status.error.endswith(".")
            assert not is_locked(run.lock_path)
            assert not queue.device_is_busy(self.folder)
            # One for each kill at most, and the next worker has thrown it away.
            assert len(temporaries(run.path)) <= 1, temporaries(run.path)
            self._files_are_whole()
        self._metrics_go_on()
        cache_is_whole(self.cache)

    def _files_are_whole(self) -> None:
        run = self.run
        steps = []
        for path in run.checkpoints_path.glob("[!.]*.npz"):
            with np.load(path, allow_pickle=False) as file:
                assert all(file[name] is not None for name in file.files)
            steps += [int(path.stem[5:])] if path.stem.startswith("step-") else []
        assert max(steps, default=0) >= self.saved, "a checkpoint was lost"
        self.saved = max(steps, default=0)
        if run.model_path.exists():
            load_model(run.model_path)
        if run.predictions_path.exists():
            with np.load(run.predictions_path, allow_pickle=False) as file:
                assert len(file["labels"]) == len(file["probabilities"])

    def _metrics_go_on(self) -> None:
        rows = self.run.metrics()
        epochs = [row for row in rows if row["kind"] == "epoch"]
        assert [row["epoch"] for row in epochs] == list(range(1, len(epochs) + 1)), self._story()
        ticks = [row["step"] for row in rows if row["kind"] == "tick"]
        assert ticks == sorted(set(ticks)), self._story()
        # Until the next worker goes back to its checkpoint, what came after it stands too.
        assert epochs[: len(self.kept)] == self.kept, "an epoch was lost"
        self.kept = [row for row in epochs if row["step"] <= self.saved][: self._judged()]

    def _judged(self) -> int:
        """Epochs of which the newest checkpoint surely knows: all but that at its last step."""
        done = self.saved - 1
        steps = self.run.status().steps
        return 0 if not steps else max(done, 0) * self.config.training.epochs // steps

    def _end(self) -> None:
        run = self.run
        assert run.status().state is State.FINISHED, self._story()
        self._metrics_go_on()
        epochs = [row["epoch"] for row in run.metrics() if row["kind"] == "epoch"]
        assert epochs == list(range(1, self.config.training.epochs + 1))
        assert not temporaries(run.path)
        assert queue.waiting(self.folder) == []
        self.finished.append(run)

    def _story(self) -> str:
        status = self.run.status()
        return f"seed {self.seed}, {self.kills}\n{status}\n{self.run.log_tail(30)}"


def temporaries(folder: Path) -> list[Path]:
    """What a killed process had begun to write."""
    return [path for path in folder.rglob(".*") if ".tmp" in path.name]


def cache_is_whole(cache: Path) -> None:
    """Every entry that can be seen opens; what is half has a hidden name."""
    for path in (cache / "datasets").glob("[!.]*"):
        assert open_path(path) is not None, path
