"""The write-ups' recipes on their own data, through the command line; minutes each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.runs import Run, State
from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def _train(folder: Path, *arguments: str) -> Run:
    command = [sys.executable, "-m", "core", "train", "--runs", str(folder), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Run(folder / done.stdout.split()[-1])


@pytest.mark.parametrize("recipe", ["catdog-2019", "catdog-2019-regularized"])
def test_cats_and_dogs_for_two_epochs(tmp_path: Path, datasets_folder: Path, recipe: str):
    run = _train(tmp_path, "--recipe", recipe, "--set", "epochs=2")
    status = run.status()
    assert status.state is State.FINISHED
    assert status.step == 500
    assert status.training_result.parameters == 3_453_121
    assert run.dataset().classes == ("cats", "dogs")
    epochs = [row for row in run.metrics() if row["kind"] == "epoch"]
    assert epochs[1]["loss"] < epochs[0]["loss"] < 0.75
    with np.load(run.predictions_path) as file:
        assert file["probabilities"].shape == (150, 2)
        assert np.allclose(file["probabilities"].sum(axis=1), 1.0, atol=1e-5)


def test_an_epoch_of_all_of_cifar10(tmp_path: Path, datasets_folder: Path):
    run = _train(tmp_path, "--recipe", "cifar10-2020-vgg", "--set", "epochs=1")
    assert run.dataset().sizes == {"train": 45_000, "validation": 5_000, "test": 10_000}
    assert run.status().step == 704
    assert run.status().training_result.parameters == 552_874
    assert run.status().training_result.test_accuracy > 0.2
    for name in ("config.json", "status.json", "metrics.jsonl", "model.keras", "predictions.npz"):
        assert (run.path / name).is_file(), name
    assert list((run.path / "checkpoints").glob("step-*.npz"))
