"""What keeping the record costs, and what memory a worker needs: a real run on CIFAR-10.

A worker process trains the 552,362-parameter network on a part of CIFAR-10 for 20 short
epochs. Time spent writing is what the recorder itself adds up, over the run's whole time.
Memory is the worker's resident set over that of a process that has only imported
TensorFlow, and its slope over the epochs after the first five.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.common import emit, emit_skip
from core.config import RunConfig, apply_overrides
from core.data.catalog import find_dataset
from core.errors import DatasetError
from core.jobs import launch
from core.recipes import find_recipe
from core.runs import Run, State

EPOCHS = 20
STEPS = 60

_TENSORFLOW_ALONE = """
import keras, psutil, tensorflow
tensorflow.zeros(1)
print(psutil.Process().memory_info().rss)
"""


def main() -> None:
    names = ("record: time in writers / time of the run", "memory: worker above TensorFlow")
    try:
        ready = find_dataset("cifar10").state != "downloadable"
    except DatasetError:
        ready = False
    if not ready:
        for name in names:
            emit_skip(name, "CIFAR-10 is not under CONVSCOPE_DATASETS")
        return
    with tempfile.TemporaryDirectory() as folder:
        run = launch.start(_config(), Path(folder))
        memory = _watch(run)
        status = run.status()
        assert status.state is State.FINISHED, run.log_tail()
        share = status.training_result.record_seconds / (status.finished - status.started)
        emit(names[0], 100 * share, "%", target=2.0, met=share <= 0.02)
        _memory(names[1], memory)


def _config() -> RunConfig:
    changes = (f"epochs={EPOCHS}", f"steps_per_epoch={STEPS}", "validation_steps=10")
    return apply_overrides(
        find_recipe("cifar10-2020-vgg").config, [*changes, "early_stopping=null"]
    )


def _watch(run: Run) -> dict[int, int]:
    """Resident bytes of the worker by the epoch it was in."""
    memory: dict[int, int] = {}
    while (status := run.status()).state.alive:
        if status.phase in ("training", "validating") and "memory" in status.resources:
            memory[status.epoch] = status.resources["memory"]
        time.sleep(0.25)
    return memory


def _memory(name: str, memory: dict[int, int]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TENSORFLOW_ALONE], capture_output=True, text=True, check=True
    )
    above = max(memory.values()) - int(done.stdout.split()[-1])
    emit(name, above / 2**20, "MiB", target=1200, met=above < 1200e6)
    epochs = np.array([epoch for epoch in memory if epoch >= 5], dtype=np.float64)
    sizes = np.array([memory[int(epoch)] for epoch in epochs]) / 2**20
    slope = float(np.polyfit(epochs, sizes, 1)[0])
    emit("memory: growth an epoch", slope, "MiB", target=1.0, met=slope < 1.0)


if __name__ == "__main__":
    main()
