"""Fixtures for the whole suite: folders of its own, tiny data, and one run really trained.

Nothing here imports TensorFlow, so that tests which need none start quickly.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.machine import devices
from core.runs import Run
from tests.disks import small_disk as small_disk
from tests.permissions import reachable_folder as reachable_folder

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATASETS = ROOT.parent / "shared" / "datasets"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the suite out of the person's own runs and cache; child processes inherit it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("CONVSCOPE_RUNS", str(tmp_path_factory.mktemp("runs")))
        if "CONVSCOPE_DATASETS" not in os.environ:
            empty = tmp_path_factory.mktemp("datasets")
            folder = SHARED_DATASETS if SHARED_DATASETS.is_dir() else empty
            patch.setenv("CONVSCOPE_DATASETS", str(folder))
        yield


@pytest.fixture(scope="session")
def datasets_folder(own_folders: None) -> Path:
    """The folder with the real CIFAR-10 and cats-and-dogs archives."""
    folder = Path(os.environ["CONVSCOPE_DATASETS"])
    for name in ("cifar-10-binary.tar.xz", "cats-and-dogs-1000.zip"):
        if not (folder / name).is_file():
            pytest.skip(f"needs {name} in the folder that CONVSCOPE_DATASETS names ({folder})")
    return folder


@pytest.fixture
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty runs folder, which is also what CONVSCOPE_RUNS says."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv("CONVSCOPE_RUNS", str(folder))
    return folder


@pytest.fixture
def graphics_cards(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Says how many graphics cards the driver sees, and their memory; None where it is not told."""

    def there_are(number: int | None, memories: Sequence[int | None] = ()) -> None:
        told = memories or [None] * (number or 0)
        cards = [devices._Card("A card", (8, 0), memory) for memory in told]
        cards = None if number is None else cards
        monkeypatch.setattr(devices, "_graphics_cards", lambda: cards)
        monkeypatch.setattr(devices, "cuda_libraries_installed", lambda: True)
        devices.describe_device.cache_clear()

    yield there_are
    devices.describe_device.cache_clear()


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory, own_folders: None) -> Run:
    """A finished run, trained once a session on digits for two epochs. Don't change it."""
    folder = tmp_path_factory.mktemp("finished-runs")
    command = [sys.executable, "-m", "core", "train", "--recipe", "digits-quick"]
    options = ["--set", "epochs=2", "--runs", str(folder)]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"training the suite's run failed:\n{done.stdout}\n{done.stderr}")
    return Run(folder / done.stdout.split()[-1])


@pytest.fixture
def with_finished_run(finished_run: Run, runs_folder: Path) -> Run:
    """A copy of the finished run, alone in a runs folder that CONVSCOPE_RUNS names."""
    path = runs_folder / finished_run.id
    shutil.copytree(finished_run.path, path)
    return Run(path)


ClassFolderMaker = Callable[..., Path]


@pytest.fixture
def make_class_folder() -> ClassFolderMaker:
    """A maker of tiny class folders: `make(folder, "pets", zipped=True) -> Path`."""
    return build_class_folder


def build_class_folder(
    folder: Path,
    name: str = "pets",
    *,
    splits: Mapping[str, int] | None = None,
    classes: tuple[str, ...] = ("cats", "dogs"),
    size: tuple[int, int] = (30, 24),
    zipped: bool = False,
) -> Path:
    """Write `folder`/`name`/<split>/<class>/*.png, or the same as `name`.zip; returns its path.

    `splits` says how many images a class each has; `size` is (width, height). Each class has
    a colour of its own, so that a network can tell them apart.
    """
    splits = splits or {"training_set": 6, "validation_set": 3, "test_set": 4}
    rng = np.random.default_rng(0)
    root = folder / name
    for split, count in splits.items():
        for label, kind in enumerate(classes):
            place = root / split / kind
            place.mkdir(parents=True)
            for index in range(count):
                _noisy_image(rng, label, size).save(place / f"{kind}.{index}.png")
    if not zipped:
        return root
    archive = folder / f"{name}.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(root.rglob("*.png")):
            file.write(path, path.relative_to(folder))
    shutil.rmtree(root)
    return archive


def _noisy_image(rng: np.random.Generator, label: int, size: tuple[int, int]) -> Image.Image:
    base = np.array([60 + 90 * (label % 2), 120, 60 + 60 * (label % 3)])
    noise = rng.integers(-40, 40, size=(size[1], size[0], 3))
    return Image.fromarray(np.clip(base + noise, 0, 255).astype(np.uint8))
