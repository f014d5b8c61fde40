"""Kills at random moments: of workers, of the server, of both, and of whoever imports data."""

import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.config import DatasetConfig, RunConfig
from core.data.load import load_dataset
from core.files import is_locked
from core.jobs import launch
from core.models.export import load_model
from core.runs import Phase, Run, State
from tests.conftest import ROOT, build_class_folder
from tests.jobs.helpers import small_config
from tests.jobs.killing import VICTIMS, Killer, cache_is_whole

pytestmark = pytest.mark.timeout(1800)

# Where a run can be met; its end, from which a run cannot be taken back, less often.
BEFORE_THE_END = (
    Phase.WAITING,
    Phase.PREPARING_DATA,
    Phase.LOADING_TENSORFLOW,
    Phase.FIRST_STEP,
    Phase.TRAINING,
    Phase.VALIDATING,
)
AT_THE_END = (Phase.SAVING_MODEL, Phase.EVALUATING)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    """A folder of data sets with `pets`, a class folder, and `zipped`, the same as a zip.

    Its pictures are large, so that to decode them takes seconds.
    """
    folder = tmp_path_factory.mktemp("pictures")
    splits = {"training_set": 6, "validation_set": 2, "test_set": 2}
    root = build_class_folder(folder, "pets", splits=splits, size=(24, 24))
    for path in list(root.rglob("*.png")):
        with Image.open(path) as image:
            image.resize((600, 400)).save(path, compress_level=1)
        for copy in range(15):
            shutil.copy(path, path.with_stem(f"{path.stem}.{copy}"))
    shutil.make_archive(str(folder / "zipped"), "zip", root)
    return folder


@pytest.fixture
def own_cache(pictures, tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(pictures))
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _config(*assignments: str) -> RunConfig:
    own = ["dataset.name=pets", "dataset.image_size=[32,32]", "dataset.limit=null"]
    learning = ["schedule.kind=constant", "schedule.learning_rate=1e-3", "deterministic=true"]
    return small_config(*own, *learning, *assignments)


@pytest.mark.patient
def test_eight_kills_of_worker_server_and_both(tmp_path, own_cache):
    """One at each stage of a run; what is lost is at most the work since a checkpoint."""
    killer = Killer(tmp_path / "runs", _config("epochs=12"), 1, own_cache)
    with closing(killer):
        killer.kill(Phase.WAITING, "worker")
        killer.kill(Phase.WAITING, "both")
        killer.kill(Phase.PREPARING_DATA, "server")
        killer.kill(Phase.PREPARING_DATA, "worker")
        killer.kill(Phase.TRAINING, "server")
        killer.kill(Phase.VALIDATING, "both")
        killer.kill(Phase.EVALUATING, "worker")
        killer.end()
    assert killer.total == 7
    _imported_after_kills(own_cache, "pets", kills=1, seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [21, 22, 23])
def test_twenty_kills_of_runs_end_with_the_weights_of_a_run_that_was_left_alone(
    tmp_path, own_cache, seed
):
    config = _config("epochs=400")  # so that training takes as long as all the rest
    alone = launch.start(config, tmp_path / "alone")
    assert launch.wait(alone, 300) is State.FINISHED, alone.log_tail()
    killer = Killer(tmp_path / "runs", config, seed, own_cache)
    with closing(killer):
        while killer.total < 20:
            end = killer.chance.random() < 0.15
            phase = killer.chance.choice(AT_THE_END if end else BEFORE_THE_END)
            if phase is Phase.PREPARING_DATA and not killer.run.status().state.alive:
                shutil.rmtree(own_cache)  # else its worker would have nothing to prepare
            killer.kill(phase, killer.chance.choice(VICTIMS))
        killer.end()
    print(f"seed {seed}: {len(killer.finished)} runs finished after kills {killer.kills}")
    for run in killer.finished:
        _same_weights(alone, run)
        assert run.status().training_result.test_accuracy == pytest.approx(
            alone.status().training_result.test_accuracy
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pets", "zipped"])
def test_twenty_kills_of_an_import_leave_no_half_entry(own_cache, name):
    _imported_after_kills(own_cache, name, kills=20, seed=31)


def _same_weights(one: Run, other: Run) -> None:
    pairs = zip(
        load_model(one.model_path).get_weights(),
        load_model(other.model_path).get_weights(),
        strict=True,
    )
    assert all(np.array_equal(left, right) for left, right in pairs), other


def _imported_after_kills(cache: Path, name: str, kills: int, seed: int) -> None:
    """Kill who decodes a data set into the cache, again and again; then it is all there."""
    chance, killed = random.Random(seed), 0
    images, decoding = _import_alone(cache, name)
    while killed < kills:
        child = _importing(name)
        _until_it_decodes(child, cache)
        time.sleep(chance.uniform(0.0, decoding))
        child.kill()
        if child.wait() == -signal.SIGKILL:
            killed += 1
        else:  # the machine has become faster
            decoding *= 0.8
        cache_is_whole(cache)
        assert not [lock for lock in cache.rglob(".*.lock") if is_locked(lock)]
        assert len(list((cache / "datasets").glob(".new-*"))) <= 1
        if list((cache / "datasets").glob("[!.]*")):  # it was through before the kill
            shutil.rmtree(cache)
    assert _importing(name).wait() == 0
    assert np.array_equal(_train_images(name), images)
    assert not list((cache / "datasets").glob(".new-*"))


def _import_alone(cache: Path, name: str) -> tuple[np.ndarray, float]:
    """The images as they should be, and for how many seconds a process decodes them."""
    shutil.rmtree(cache, ignore_errors=True)
    child = _importing(name)
    _until_it_decodes(child, cache)
    begun = time.monotonic()
    assert child.wait() == 0
    seconds = time.monotonic() - begun
    images = _train_images(name)
    shutil.rmtree(cache)
    return images, seconds


def _until_it_decodes(child: subprocess.Popen[bytes], cache: Path) -> None:
    """Until it begins an entry of its own."""
    own = f".new-*-{child.pid}"
    while child.poll() is None and not list((cache / "datasets").glob(own)):
        time.sleep(0.005)


def _importing(name: str) -> subprocess.Popen[bytes]:
    code = (
        "from core.config import DatasetConfig; from core.data.load import load_dataset; "
        f"load_dataset(DatasetConfig(name={name!r}, image_size=(32, 32)))"
    )
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)


def _train_images(name: str) -> np.ndarray:
    train = load_dataset(DatasetConfig(name=name, image_size=(32, 32))).train
    images, _ = train.gather(np.arange(len(train)))
    return images
