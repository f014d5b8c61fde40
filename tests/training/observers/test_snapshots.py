"""Ten fixed images: which ones, when they are looked at, and that nothing else changes by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.config import RunConfig, apply_overrides
from core.data.dataset import Subset
from core.jobs.loading import load
from core.models.export import load_model
from core.recipes import find_recipe
from core.runs import Run, State, create_run
from core.runs.live.snapshots import SnapshotLog, read_pinned
from core.runs.recorder import Recorder
from core.training.engine import run_training
from core.training.observers import Observers
from core.training.observers.snapshots import Snapshots, pin


def config(*changes: str) -> RunConfig:
    small = ["dataset.limit=200", "epochs=3", "batch_size=32", "deterministic=true"]
    network = ['architecture.blocks=[{"filters": 4}]', "architecture.dense=[]"]
    return apply_overrides(find_recipe("digits-quick").config, [*small, *network, *changes])


def train(wanted: RunConfig, folder: Path, *, watched: bool) -> tuple[Run, Subset]:
    run = create_run(wanted, folder)
    recorder = Recorder(run)
    data = load(run, wanted, recorder)
    validation = data[1].validation
    watching = [Snapshots(recorder, validation, 10, wanted.training.seed)] if watched else []
    state = run_training(run, wanted, recorder, Observers(watching), data)
    assert state is State.FINISHED
    return run, validation


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_run_is_watched_from_before_its_first_step_to_its_end(
    tmp_path: Path, precision: str
) -> None:
    wanted = config(f"precision={precision}", "training.keep=last")
    run, validation = train(wanted, tmp_path, watched=True)
    pinned = read_pinned(run.pinned_path, 10)
    assert pinned is not None
    assert pinned.labels.tolist() == list(range(10))
    found = SnapshotLog(run.snapshots_path, 10, 10).read()
    steps = wanted.training.total_steps(200)
    assert found[0].step == 0 and found[-1].step == steps
    assert found[-1].epoch == 3.0
    model = load_model(run.model_path)
    images = validation.gather(pin(validation.label_array(), 10, wanted.training.seed))[0]
    last = np.asarray(model(images.astype(np.float32)))
    tolerance = 2e-4 if precision == "float32" else 0.05
    own = last[np.arange(10), pinned.labels]
    assert found[-1].own == pytest.approx(own.tolist(), abs=tolerance)


def test_who_is_watched_ends_with_the_same_weights(tmp_path: Path) -> None:
    watched, _ = train(config(), tmp_path / "watched", watched=True)
    alone, _ = train(config(), tmp_path / "alone", watched=False)
    pairs = zip(
        load_model(watched.model_path).get_weights(),
        load_model(alone.model_path).get_weights(),
        strict=True,
    )
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_two_classes_have_five_images_each_and_a_hundred_are_ten() -> None:
    two = np.array([0, 1] * 30)
    assert two[pin(two, 2, seed=1)].tolist() == [0] * 5 + [1] * 5
    hundred = np.arange(1000) % 100
    chosen = hundred[pin(hundred, 100, seed=1)]
    assert len(set(chosen)) == 10
    assert chosen.tolist() == sorted(chosen)
    three = np.arange(60) % 3
    assert sorted(np.bincount(three[pin(three, 3, seed=1)])) == [3, 3, 4]


def test_the_seed_alone_chooses() -> None:
    labels = np.arange(1000) % 10
    assert np.array_equal(pin(labels, 10, 7), pin(labels, 10, 7))
    assert not np.array_equal(pin(labels, 10, 7), pin(labels, 10, 8))


def test_where_there_are_fewer_all_are_watched() -> None:
    lopsided = np.array([0, 0, 0, 0, 2])
    assert sorted(pin(lopsided, 3, seed=1)) == [0, 1, 2, 3, 4]
    assert len(pin(np.array([0] * 20 + [1]), 2, seed=1)) == 10


def test_large_images_are_shrunk_to_be_shown(tmp_path: Path) -> None:
    images = np.zeros((10, 60, 200, 3), np.uint8)
    images[..., 0] = 200
    labels = np.arange(10) % 2
    validation = Subset(images, labels, np.arange(10))
    run = create_run(config(), tmp_path)
    watcher = Snapshots(Recorder(run), validation, 2, seed=0)

    class Undecided:
        """A network of one output that knows nothing."""

        def probabilities(self, images: np.ndarray) -> np.ndarray:
            assert images.shape == (10, 60, 200, 3)  # the network gets them whole
            return np.full((10, 1), 0.5, np.float32)

    watcher.begin(Undecided())
    pinned = read_pinned(run.pinned_path, 2)
    assert pinned is not None and pinned.images.shape == (10, 38, 128, 3)
    assert pinned.images[0, 0, 0].tolist() == [200, 0, 0]
    (found,) = SnapshotLog(run.snapshots_path, 10, 2).read()
    assert found.own == (0.5,) * 10
