"""How a worker says how far its data are, and what ended it."""

from __future__ import annotations

import errno
import time

import pytest
import tensorflow as tf

from core.config import DatasetConfig, RangeTestConfig, RunConfig, apply_overrides
from core.data.load import load_dataset
from core.data.splits import make_splits
from core.errors import DatasetError, UserError
from core.jobs import loading
from core.jobs.worker import explain, pace_of
from core.recipes import find_recipe
from core.runs import create_run
from core.runs.recorder import Recorder
from tests.jobs.helpers import small_config
from tests.processes import run_python


def test_out_of_memory_says_which_batch_size_to_try(tmp_path):
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    error = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
    explained = explain(error, run)
    assert "batch size 64" in str(explained)
    assert explained.advice == "Try a batch size of 32."
    assert "memory" in str(explain(MemoryError(), run))


@pytest.mark.parametrize(
    ("batch_size", "said", "advice"),
    [
        (512, "batch size 512 of the range test.", "Try a batch size of 256 for the range test."),
        (None, "batch size 64.", "Try a batch size of 32."),
    ],
)
def test_out_of_memory_in_a_range_test_says_its_own_batch_size(tmp_path, batch_size, said, advice):
    test = RangeTestConfig(batch_size=batch_size)
    config = RunConfig(architecture="compact", job="range-test", range_test=test)
    explained = explain(MemoryError(), create_run(config, tmp_path))
    assert explained.message == f"The device ran out of memory at {said}"
    assert explained.advice == advice


def test_a_step_is_paced_by_the_images_that_there_are():
    """A batch larger than the set is the set."""
    config = apply_overrides(find_recipe("digits-quick").config, ["batch_size=8192"])
    splits = make_splits(load_dataset(config.dataset), config.split)
    pace = pace_of(config, splits)
    pace.stepped(1)
    time.sleep(0.2)
    pace.stepped(2)
    trained = 0.2 / len(splits.train)  # s an image; to judge one takes 0.3 of it
    assert pace.left(0, 1_000) > 1_000 * 0.3 * trained * len(splits.validation)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_a_full_disk_in_words(tmp_path, number):
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    explained = explain(OSError(number, "x"), run)
    assert "no space left" in explained.message
    assert "resume" in explained.advice


def test_how_far_the_data_are_is_said_in_percent(tmp_path, make_class_folder, monkeypatch):
    make_class_folder(tmp_path, "pets")
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path))
    dataset = DatasetConfig(name="pets", image_size=(8, 8))
    config = RunConfig(architecture="compact", dataset=dataset)
    run = create_run(config, tmp_path / "runs")
    recorder = Recorder(run)
    loading.load(run, config, recorder)
    assert recorder.status.phase_detail == "Decoding 26 of 26 images 100 %"


def test_a_run_does_not_go_on_with_other_images(tmp_path, make_class_folder, monkeypatch):
    pets = make_class_folder(tmp_path, "pets")
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path))
    dataset = DatasetConfig(name="pets", image_size=(8, 8))
    config = RunConfig(architecture="compact", dataset=dataset)
    run = create_run(config, tmp_path / "runs")
    loading.load(run, config, Recorder(run))
    before = run.dataset_path.read_bytes()
    run.checkpoints_path.mkdir()
    (run.checkpoints_path / "step-000000040.npz").touch()
    loading.load(run, config, Recorder(run))
    for folder in pets.glob("*/cats"):
        folder.rename(folder.with_name("zebras"))
    with pytest.raises(DatasetError, match="trained on so far: its classes changed"):
        loading.load(run, config, Recorder(run))
    assert run.dataset_path.read_bytes() == before, "what it was trained on is still known"
    for folder in pets.glob("*/zebras"):
        folder.rename(folder.with_name("cats"))
    loading.load(run, config, Recorder(run))
    train = pets / "training_set"
    for old, new in (("cats", "away"), ("dogs", "cats"), ("away", "dogs")):
        (train / old).rename(train / new)
    with pytest.raises(DatasetError, match="so far: its images changed"):
        loading.load(run, config, Recorder(run))


def test_an_error_that_nobody_expected_keeps_its_name(tmp_path):
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    assert "ZeroDivisionError: division" in str(explain(ZeroDivisionError("division"), run))


def test_an_error_with_words_for_a_person_passes_unchanged(tmp_path):
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    error = UserError("It rains.", "Take an umbrella.")
    assert explain(error, run) is error
    assert str(error) == "It rains. Take an umbrella."


@pytest.mark.parametrize(("towers", "threads"), [(1, "0, 0"), (2, "2, 3"), (4, "4, 1")])
def test_a_worker_shares_its_cores_out_over_its_towers(tmp_path, towers, threads):
    """Of six cores, as many operations at a time as towers; with one all is TensorFlow's choice."""
    changes = ("job=range-test", "range_test.iterations=20", f"training.towers={towers}")
    run = create_run(small_config(*changes), tmp_path)
    run_python(f"""
import os
from pathlib import Path
os.cpu_count = lambda: 6
from core.jobs import worker
from core.runs import Run
assert worker.work(Run(Path({str(run.path)!r}))) == 0
import tensorflow as tf
told = tf.config.threading
found = told.get_inter_op_parallelism_threads(), told.get_intra_op_parallelism_threads()
assert found == ({threads}), found
""")
