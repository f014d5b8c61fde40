"""Time left and the lines of the log, told by a real run and compared with what was."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from core.config import apply_overrides
from core.jobs.loading import load
from core.recipes import find_recipe
from core.runs import Run, State, create_run
from core.runs.live.time_left import Pace
from core.runs.recorder import Recorder
from core.training.engine import run_training
from core.training.observers import Observer, Observers
from core.training.observers.log_lines import LogLines
from core.training.observers.time_left import TimeLeft


class Estimates(Observer):
    """Notes what the status says is left, and when."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.noted: list[tuple[int, float, float | None]] = []

    def steps_taken(self, trainer: Any, step: int) -> None:
        self.noted.append((step, time.time(), self._recorder.status.remaining))


def train(folder: Path) -> tuple[Run, Estimates]:
    small = ["dataset.limit=1000", "epochs=4", "batch_size=8", "precision=float32"]
    config = apply_overrides(find_recipe("digits-quick").config, small)
    run = create_run(config, folder)
    recorder = Recorder(run)
    recorder.update(state=State.RUNNING)
    data = load(run, config, recorder)
    pace = Pace(8, len(data[1].validation), len(data[1].test))
    estimates = Estimates(recorder)
    observers = Observers([LogLines(config, recorder), TimeLeft(recorder, pace), estimates])
    state = run_training(run, config, recorder, observers, data)
    observers.end(state)
    recorder.end(state)
    return run, estimates


def test_half_way_the_time_left_is_about_what_it_was(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run, estimates = train(tmp_path)
    status = run.status()
    noted = [item for item in estimates.noted if item[0] >= status.steps // 2]
    step, then, left = noted[0]
    # Against the steps' recorded times, not against the clock: the machine may be busy by turns.
    first, begun, _ = estimates.noted[0]
    as_before = (then - begun) * (status.steps - step) / (step - first)
    assert left is not None
    assert as_before / 2 < left < 2 * as_before + 3.0
    # Before the last validation and the test there is still something to wait for.
    assert estimates.noted[-1][2] > 1.0
    lines = [line for line in capfd.readouterr().out.splitlines() if "Epoch" in line]
    assert len(lines) == 4
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d Epoch 2 of 4: loss \d\.\d{4}, accuracy \d+\.\d %, "
        r"validation loss \d\.\d{4}, validation accuracy \d+\.\d %, "
        r"learning rate [^,]+, \d+\.\d s",
        lines[1],
    )
