"""How good the range test's recommended rate is: beside nine rates of a grid, recipe by recipe.

A range test as the recipe has it, then one epoch (ten on digits) at the recommended rate and at
each of nine rates half a decade apart, all in worker processes; the accuracy is that of the test
images. A rate is the highest that the recipe's schedule comes to. Some eighty trainings, which
take hours; run by hand. `python -m benchmarks.long_rates RECIPE...` measures some recipes only;
with `--runs FOLDER` it keeps their runs, and goes on where it was cut off.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.common import emit, emit_skip
from core.config import RangeTestConfig, RunConfig, ScheduleConfig, highest, scaled
from core.jobs import launch, preflight
from core.recipes import RECIPES
from core.runs import RangeTestResult, Run, State, list_runs
from core.training.lr_suggestion import adopt

NAME = "accuracy at the recommended rate / at the best of nine"
TARGET = 0.9
EPOCHS = {"digits-quick": 10, "small-images": 10}  # else one
LOWEST = {"sgd": 1e-4}  # rate of the grid, by optimizer; else 1e-5
RATES = 9
_HALF_A_DECADE = 10**0.5
_HOUR = 3600.0


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help=", ".join(RECIPES))
    parser.add_argument("--runs", type=Path, metavar="FOLDER", help="where runs are kept")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.recipes) - set(RECIPES):
        parser.error(f"no recipe {', '.join(unknown)}; there are: {', '.join(RECIPES)}")
    for name in chosen.recipes or RECIPES:
        config = RECIPES[name].config.model_copy(update={"title": ""})
        problem = preflight.inspect(config).problem
        if problem is not None:
            emit_skip(f"{name}: {NAME}", problem.message)
            continue
        with _folder(chosen.runs) as runs:
            _measure(name, config, runs)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


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
    run = _done(config.model_copy(update={"job": "range-test"}), runs)
    result = run.status().range_result
    assert result is not None, run.log_tail()
    return result


def _accuracy(config: RunConfig, schedule: ScheduleConfig, epochs: int, runs: Path) -> float:
    """Of the test images, 0..1; 0 where the loss was lost on the way."""
    fine_tuning = config.training.fine_tuning
    if fine_tuning is not None:
        fine_tuning = fine_tuning.within(epochs)
    shorter = {"epochs": epochs, "fine_tuning": fine_tuning}
    training = config.training.model_copy(update=shorter)
    changed = {"schedule": schedule, "training": training, "range_test": RangeTestConfig()}
    run = _done(config.model_copy(update=changed), runs)
    result = run.status().training_result
    accuracy = result.test_accuracy if result is not None else 0.0
    print(f"{config.recipe} at {highest(schedule):g}: {accuracy:.4f}", file=sys.stderr, flush=True)
    return accuracy


def _done(config: RunConfig, runs: Path) -> Run:
    """The run of that configuration, which may have ended before; else a new one, to its end."""
    for run in list_runs(runs):
        if run.status().state in (State.FINISHED, State.FAILED) and run.config() == config:
            return run
    run = launch.start(config, runs)
    launch.wait(run, _HOUR)
    return run


if __name__ == "__main__":
    main(sys.argv[1:])
