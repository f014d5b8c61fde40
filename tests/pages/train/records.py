"""Run records as workers leave them, without a worker."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.files import lock_exclusively
from core.recipes import find_recipe
from core.runs import Phase, Run, State, Status, create_run
from tests.pages.opening import seen, texts


def record(folder: Path, **changes: Any) -> Run:
    """A run record as a worker would leave it after 20 of 40 steps."""
    run = create_run(find_recipe("digits-quick").config, folder)
    now = time.time()
    status = Status(
        state=State.RUNNING,
        phase=Phase.TRAINING,
        created=now,
        started=now - 10,
        heartbeat=now,
        epochs=2,
        epoch=1,
        step=20,
        steps=40,
        images_per_second=1234.0,
    )
    run.write_status(status.model_copy(update=changes))
    tick = {"kind": "tick", "step": 10, "epoch": 0.5, "lr": 0.001, "loss": 1.2, "accuracy": 0.6}
    epoch = {"kind": "epoch", "step": 20, "epoch": 1, "lr": 0.002, "loss": 0.9, "accuracy": 0.7}
    validated = {"val_loss": 0.8, "val_accuracy": 0.75, "seconds": 2.0}
    write_metrics(run, [tick, epoch | validated])
    return run


def write_metrics(run: Run, rows: list[dict[str, Any]]) -> None:
    """metrics.jsonl of these rows."""
    common = {"images_per_second": 1234.0, "time": time.time()}
    lines = [json.dumps(common | row) + "\n" for row in rows]
    run.metrics_path.write_text("".join(lines), encoding="utf-8")


@contextmanager
def living_worker(run: Run) -> Iterator[None]:
    """Hold the run's lock, as its worker would."""
    lock = lock_exclusively(run.lock_path)
    assert lock is not None
    with lock:
        yield


def words(app: Any) -> str:
    """All that the page says, its boxes too."""
    boxes = (*app.error, *app.warning, *app.info)
    return "\n".join([texts(app), *(seen(str(box.value)) for box in boxes)])


def buttons(app: Any) -> dict[str, Any]:
    """By their words, whatever the colour of these."""
    return {re.sub(r":red\[(.*)\]", r"\1", button.label): button for button in app.button}
