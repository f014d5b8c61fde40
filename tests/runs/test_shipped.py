"""The trained network that ships: whole, small, as good as it says, and nobody's to change."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.analysis.evaluation import load_evaluation
from core.cli.commands import main
from core.config import DatasetConfig
from core.data.load import load_dataset
from core.data.splits import make_splits
from core.errors import RunError
from core.jobs import launch
from core.recipes import find_recipe
from core.runs import Run, State, create_run, delete_run, list_runs, list_shipped, open_run
from core.runs.record import SHIPPED
from tests.conftest import ROOT
from tools.pictures import digit_on_paper

NAME = "digits-shipped"


@pytest.fixture
def shipped() -> Run:
    return open_run(NAME)


def content(run: Run) -> dict[str, str]:
    return {p.name: hashlib.md5(p.read_bytes()).hexdigest() for p in run.path.iterdir()}


def test_ships_one_run_of_the_start_buttons_recipe(shipped: Run):
    assert list_shipped() == [shipped]
    assert shipped.shipped
    recipe, config = find_recipe("digits-quick").config, shipped.config()
    # It has had longer, in smaller steps, and asks for a shorter range test; else what one click
    # trains is what ships.
    changed = ("title", "training", "schedule", "range_test")
    same = {name: getattr(recipe, name) for name in changed}
    assert config.model_copy(update=same) == recipe
    assert config.training.epochs >= recipe.training.epochs
    status = shipped.status()
    assert status.state is State.FINISHED
    assert status.training_result is not None
    assert status.training_result.test_accuracy >= 0.98
    epochs = [row for row in shipped.metrics() if row["kind"] == "epoch"]
    assert len(epochs) == config.training.epochs


def test_is_small_and_says_nothing_of_the_machine_it_was_made_on(shipped: Run):
    assert sum(path.stat().st_size for path in shipped.path.iterdir()) < 1_000_000
    status = shipped.status()
    assert (status.pid, status.boot_id, status.resources) == (0, "", None)
    told = b"".join(path.read_bytes() for path in shipped.path.iterdir())
    assert not re.search(rb"/(home|root|tmp|work|usr|Users)/", told)


def test_its_test_images_are_those_that_are_here(shipped: Run):
    config = shipped.config()
    test = make_splits(load_dataset(DatasetConfig(name="digits")), config.split).test
    assert test.digest() == shipped.dataset().test_digest
    evaluation = load_evaluation(shipped)
    assert (evaluation.labels == test.label_array()).all()


def test_the_model_says_in_stock_keras_what_the_record_says():
    """In a process of its own, which knows nothing of ConvScope."""
    code = f"""
import keras, numpy as np
from sklearn.metrics import accuracy_score
model = keras.saving.load_model({str(SHIPPED / NAME / "model.keras")!r}, safe_mode=True)
assert not [name for name in __import__("sys").modules if name.startswith("core")]
from core.config import DatasetConfig, SplitConfig
from core.data.load import load_dataset
from core.data.splits import make_splits
test = make_splits(load_dataset(DatasetConfig(name="digits")), SplitConfig()).test
images, labels = test.gather(np.arange(len(test)))
found = np.asarray(model(images.astype("float32"), training=False))
noted = np.load({str(SHIPPED / NAME / "predictions.npz")!r})
assert (noted["labels"] == labels).all()
assert np.abs(noted["probabilities"] - found).max() < 1e-3
assert accuracy_score(labels, found.argmax(axis=1)) >= 0.98
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_is_none_of_ones_own_runs(runs_folder: Path):
    assert list_runs() == []
    own = create_run(find_recipe("digits-quick").config)
    assert list_runs() == [own]
    assert not own.shipped


def test_is_never_deleted_resumed_or_stopped(shipped: Run):
    before = content(shipped)
    with pytest.raises(RunError, match="came with ConvScope"):
        delete_run(shipped)
    for act in (launch.resume, launch.request_stop, launch.request_pause):
        with pytest.raises(RunError, match="finished"):
            act(shipped)
    assert content(shipped) == before


def test_evaluates_and_classifies_from_the_command_line_and_writes_nothing(
    shipped: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    before = content(shipped)
    photo = tmp_path / "seven.png"
    photo.write_bytes(digit_on_paper(7))
    assert main(["evaluate", NAME, "--runs", str(tmp_path / "none")]) == 0
    assert main(["classify", NAME, str(photo), "--runs", str(tmp_path / "none")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"9[89]\.\d", said)
    assert re.search(r"seven\.png.*\b7\b", said)
    assert content(shipped) == before
    assert not (tmp_path / "none").exists()
