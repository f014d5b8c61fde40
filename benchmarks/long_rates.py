"""How good the range test's recommended rate is: beside nine rates of a grid, recipe by recipe.

A range test as the recipe has it, then one epoch (ten on digits) at the recommended rate and at
each of nine rates half a decade apart, all in worker processes; the accuracy is that of the test
images. A rate is the highest that the recipe's schedule comes to. Some eighty trainings, which
take hours; run by hand. `python -m benchmarks.long_rates RECIPE...` measures some recipes only.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.common import emit, emit_skip
from core.config import RunConfig, ScheduleConfig, highest, scaled
from core.data.catalog import find_dataset
from core.errors import DatasetError
from core.jobs import launch
from core.recipes import RECIPES
from core.runs import RangeTestResult
from core.training.lr_suggestion import adopt

NAME = "accuracy at the recommended rate / at the best of nine"
TARGET = 0.9
EPOCHS = {"digits-quick": 10}  # else one
LOWEST = {"sgd": 1e-4}  # rate of the grid, by optimizer; else 1e-5
RATES = 9
_HALF_A_DECADE = 10**0.5
_HOUR = 3600.0


def main(names: list[str]) -> None:
    for name in names or RECIPES:
        config = RECIPES[name].config
        if not _is_here(config):
            emit_skip(f"{name}: {NAME}", f"{config.dataset.name} is not under CONVSCOPE_DATASETS")
            continue
        with tempfile.TemporaryDirectory() as folder:
            _measure(name, config, Path(folder))


def _is_here(config: RunConfig) -> bool:
    try:
        return find_dataset(config.dataset.name).state != "downloadable"
    except DatasetError:
        return False


def _measure(name: str, config: RunConfig, runs: Path) -> None:
    found = _range_test(config, runs)
    lowest = LOWEST.get(config.optimizer.kind, 1e-5)
    grid = [float(f"{lowest * _HALF_A_DECADE**n:.3g}") for n in range(RATES)]
    epochs = EPOCHS.get(name, 1)
    accuracies = {
        lr: _accuracy(config, scaled(config.schedule, lr / highest(config.schedule)), epochs, runs)
        for lr in grid
    }
    best = max(accuracies, key=lambda lr: accuracies[lr])
    adopted = next((one for one in found.suggestions if one.name == found.recommended), None)
    own, rate = 0.0, None
    if adopted is not None:
        schedule = adopt(config.schedule, adopted)
        own, rate = _accuracy(config, schedule, epochs, runs), highest(schedule)
    ratio = own / max(accuracies[best], 1e-9)
    emit(
        f"{name}: {NAME}",
        ratio,
        "ratio",
        target=TARGET,
        met=ratio >= TARGET,
        recommended=rate,
        reason=found.reason,
        suggestions={one.name: one.in_words.replace("\u00a0", " ") for one in found.suggestions},
        accuracy=round(own, 4),
        best_rate=best,
        grid={f"{lr:g}": round(accuracy, 4) for lr, accuracy in accuracies.items()},
    )


def _range_test(config: RunConfig, runs: Path) -> RangeTestResult:
    run = launch.start(config.model_copy(update={"job": "range-test"}), runs)
    launch.wait(run, _HOUR)
    result = run.status().range_result
    assert result is not None, run.log_tail()
    return result


def _accuracy(config: RunConfig, schedule: ScheduleConfig, epochs: int, runs: Path) -> float:
    """Of the test images, 0..1; 0 where the loss was lost on the way."""
    training = config.training.model_copy(update={"epochs": epochs})
    changed = {"schedule": schedule, "training": training}
    run = launch.start(config.model_copy(update=changed), runs)
    launch.wait(run, _HOUR)
    result = run.status().training_result
    return result.test_accuracy if result is not None else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
