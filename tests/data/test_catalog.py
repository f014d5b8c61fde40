"""The catalogue: what is listed, found, downloaded and loaded, and what is told when not."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.config import DatasetConfig, SplitConfig
from core.data.catalog import find_dataset, is_decoded, list_datasets
from core.data.dataset import Dataset
from core.data.load import load_built_in, load_dataset
from core.data.places import cache_folder, datasets_folder, own_fitting
from core.data.sources.builtin import BUILT_IN, CIFAR10, CIFAR100, FASHION_MNIST, MNIST, BuiltIn
from core.data.sources.download import RemoteFile
from core.data.sources.source import no_progress
from core.data.splits import make_splits
from core.errors import DatasetError
from tests.conftest import ROOT
from tests.data.builders import (
    cifar10_files,
    cifar100_files,
    cifar_rows,
    idx_files,
    write_folder,
    write_tar,
)

Maker = Callable[..., Path]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "datasets"
    path.mkdir()
    return path


def load(name: str, folder: Path, **fields: Any) -> Dataset:
    return load_dataset(DatasetConfig(name=name, **fields), folder)


def seconds_to_load(name: str, folder: Path) -> float:
    start = time.perf_counter()
    load(name, folder)
    return time.perf_counter() - start


def test_folders_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_DATASETS", "/data/sets")
    assert datasets_folder() == Path("/data/sets")
    assert datasets_folder("/given") == Path("/given")
    monkeypatch.delenv("CONVSCOPE_DATASETS")
    assert datasets_folder() == Path.cwd() / "datasets"
    monkeypatch.delenv("CONVSCOPE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_folder() == Path("/xdg/convscope")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "convscope"


def test_digits_ship_and_load(folder: Path) -> None:
    data = load("digits", folder)
    assert data.image_shape == (32, 32, 1)
    assert data.light_on_dark
    info = find_dataset("digits", folder)
    assert info.state == "ready" and info.kind == "embedded"
    assert info.sizes == {name: len(subset) for name, subset in data.subsets.items()}
    counts = data.test.class_counts(10) / (data.test.class_counts(10) + data.train.class_counts(10))
    assert np.abs(counts - 0.2).max() < 0.01
    images = np.asarray(data.train.images)
    assert images.min() == 0 and images.max() > 250
    assert load("digits", folder, image_size=(8, 8)).image_shape == (8, 8, 1)


@pytest.mark.parametrize("form", ["folder", "tar.gz", "tar.xz", "subfolder"])
def test_cifar10_wherever_it_lies(folder: Path, form: str) -> None:
    files = cifar10_files()
    if form == "folder":
        location = write_folder(folder / "cifar-10-batches-bin", files)
    elif form == "subfolder":
        location = write_folder(folder / "cifar10" / "cifar-10-batches-bin", files)
    else:
        backwards = dict(reversed(files.items()))
        location = folder / f"cifar-10-binary.{form}"
        write_tar(location, "cifar-10-batches-bin", backwards, f"w:{form[4:]}")
    info = find_dataset("cifar10", folder)
    assert (info.state, info.location) == ("found", location)
    data = load("cifar10", folder)
    assert find_dataset("cifar10", folder).state == "ready"
    assert (len(data.train), len(data.test), data.image_shape) == (100, 20, (32, 32, 3))
    rows = np.concatenate([cifar_rows(20, 10, 1, seed) for seed in range(5)])
    expected = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    images, labels = data.train.gather(np.arange(100))
    assert (images == expected).all()
    assert (labels == rows[:, 0]).all()


def test_cifar10_at_another_size_has_its_own_entry(folder: Path) -> None:
    write_folder(folder / "cifar-10-batches-bin", cifar10_files())
    assert load("cifar10", folder, image_size=(48, 40)).image_shape == (48, 40, 3)
    assert load("cifar10", folder).image_shape == (32, 32, 3)
    assert load("cifar10", folder, image_size=(48, 40)).image_shape == (48, 40, 3)


def test_cifar100_reads_fine_labels(folder: Path) -> None:
    write_tar(folder / "cifar-100-binary.tar.gz", "cifar-100-binary", cifar100_files())
    data = load("cifar100", folder)
    assert len(data.classes) == len(set(data.classes)) == 100
    assert list(data.classes) == sorted(data.classes)
    assert data.train.class_counts(100).tolist() == [2] * 100
    assert len(data.test) == 100


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_sets_from_their_own_folder(folder: Path, name: str, zipped: bool) -> None:
    write_folder(folder / name, idx_files(zipped=zipped))
    data = load(name, folder)
    assert data.image_shape == (28, 28, 1)
    assert (len(data.train), len(data.test)) == (40, 20)
    assert data.light_on_dark
    other = "mnist" if name != "mnist" else "fashion-mnist"
    assert find_dataset(other, folder).state == "downloadable"


def test_idx_files_beside_other_sets_are_told_apart_by_size(folder: Path) -> None:
    files = idx_files()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    assert find_dataset("mnist", folder).state == "downloadable"
    sized = tuple(replace(file, size=len(files[file.filename])) for file in MNIST.remote)
    found = MNIST.locate(replace(MNIST, remote=sized), folder)
    assert found is not None and found.location == folder


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda files: files.pop("data_batch_3.bin"), "not complete: data_batch_3.bin missing"),
        (lambda files: files.update({"test_batch.bin": b"\0" * 5000}), "is damaged"),
        (lambda files: files.update({"data_batch_1.bin": b"\xff" * 3073}), "holds the label 255"),
    ],
)
def test_damaged_cifar_is_told(
    folder: Path, damage: Callable[[dict[str, bytes]], Any], words: str
) -> None:
    files = cifar10_files()
    damage(files)
    write_folder(folder / "cifar-10-batches-bin", files)
    with pytest.raises(DatasetError, match=words):
        load("cifar10", folder)


def test_a_truncated_archive_is_told(folder: Path, own_cache: Path) -> None:
    path = write_tar(folder / "cifar-10-binary.tar.gz", "cifar-10-batches-bin", cifar10_files())
    path.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(DatasetError, match="damaged or was not copied whole"):
        load("cifar10", folder)
    path.write_bytes(b"<html>no archive</html>")
    with pytest.raises(DatasetError, match="damaged or was not copied whole"):
        load("cifar10", folder)
    assert not list((own_cache / "datasets").glob("[!.]*"))


def test_damaged_idx_is_told(folder: Path) -> None:
    files = idx_files()
    files["t10k-labels-idx1-ubyte.gz"] = files["t10k-labels-idx1-ubyte.gz"][:30]
    write_folder(folder / "mnist", files)
    with pytest.raises(DatasetError, match=r"t10k-labels-idx1-ubyte.* is damaged"):
        load("mnist", folder)


def test_hostile_member_names_are_never_written(folder: Path, tmp_path: Path) -> None:
    files = {f"../../{name}": data for name, data in cifar10_files().items()}
    write_tar(folder / "cifar-10-binary.tar.gz", "..", files)
    assert len(load("cifar10", folder).train) == 100
    assert not list(tmp_path.glob("*.bin"))


def test_what_is_missing_says_how_to_get_it(folder: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        load("mnist", folder)
    for words in (MNIST.remote[0].url, str(folder / "mnist"), "by hand", "Browse"):
        assert words in str(caught.value)


def test_a_cached_set_outlives_its_archive_in_the_same_folder(folder: Path, tmp_path: Path) -> None:
    path = write_tar(folder / "cifar-10-binary.tar.gz", "cifar-10-batches-bin", cifar10_files())
    load("cifar10", folder)
    path.unlink()
    assert find_dataset("cifar10", folder).state == "ready"
    assert len(load("cifar10", folder).train) == 100
    elsewhere = tmp_path / "elsewhere"
    assert find_dataset("cifar10", elsewhere).state == "downloadable"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which a local server offers it."""
    served = tmp_path / "served"
    served.mkdir()
    handler = partial(Quiet, directory=str(served))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield served, f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def mirrored(spec: BuiltIn, served: Path, address: str) -> BuiltIn:
    """The set with its files fetched from the mirror."""
    remote = []
    for file in spec.remote:
        data = (served / file.filename).read_bytes()
        md5 = hashlib.md5(data).hexdigest()
        remote.append(RemoteFile(file.filename, address + file.filename, md5, len(data)))
    return replace(spec, remote=tuple(remote))


@pytest.mark.parametrize("spec", [CIFAR10, CIFAR100, MNIST, FASHION_MNIST], ids=lambda s: s.name)
def test_download_then_load(spec: BuiltIn, mirror: tuple[Path, str], folder: Path) -> None:
    served, address = mirror
    write_tar(served / "cifar-10-binary.tar.gz", "cifar-10-batches-bin", cifar10_files())
    write_tar(served / "cifar-100-binary.tar.gz", "cifar-100-binary", cifar100_files())
    for name, content in idx_files().items():
        (served / name).write_bytes(content)
    near = mirrored(spec, served, address)
    data = load_built_in(near, own_fitting(near), folder, download=True, progress=no_progress)
    assert data.name == spec.name
    assert data.image_shape == spec.image_shape
    for file in spec.remote:
        assert (folder / spec.subfolder / file.filename).is_file()
    again = load_built_in(near, own_fitting(near), folder, download=False, progress=no_progress)
    assert len(again.train) == len(data.train)


def test_a_failed_download_leaves_it_downloadable(mirror: tuple[Path, str], folder: Path) -> None:
    served, address = mirror
    write_tar(served / "cifar-10-binary.tar.gz", "cifar-10-batches-bin", cifar10_files())
    near = mirrored(CIFAR10, served, address)
    (served / "cifar-10-binary.tar.gz").write_bytes(b"something else")
    with pytest.raises(DatasetError, match="MD5"):
        load_built_in(near, own_fitting(near), folder, download=True, progress=no_progress)
    assert list(folder.iterdir()) == []


def test_the_list_survives_whatever_lies_there(folder: Path, make_class_folder: Maker) -> None:
    make_class_folder(folder, "pets")
    make_class_folder(folder, "birds", zipped=True)
    (folder / "broken.zip").write_bytes(b"no zip")
    (folder / "notes").mkdir()
    (folder / "notes" / "readme.txt").write_text("hello")
    (folder / "alone" / "one").mkdir(parents=True)
    (folder / "alone" / "one" / "1.jpg").write_bytes(b"")
    infos = {info.name: info for info in list_datasets(folder)}
    assert list(infos)[: len(BUILT_IN)] == list(BUILT_IN)
    assert set(infos) - set(BUILT_IN) == {"pets", "birds", "broken", "alone"}
    assert infos["pets"].sizes == {"train": 12, "validation": 6, "test": 8}
    assert infos["pets"].num_classes == 2 and infos["pets"].problem == ""
    assert "cannot be opened as a zip" in infos["broken"].problem
    assert "at least two class folders" in infos["alone"].problem
    with pytest.raises(DatasetError, match="cannot be opened as a zip"):
        load("broken", folder)


def test_sizes_told_are_sizes_loaded(folder: Path, make_class_folder: Maker) -> None:
    make_class_folder(folder, "pets", splits={"train": 13})
    data = load("pets", folder, image_size=(8, 8))
    told = find_dataset("pets", folder).sizes
    assert told == {name: len(subset) for name, subset in data.subsets.items()}


def test_a_folder_goes_before_its_zip(folder: Path, make_class_folder: Maker) -> None:
    make_class_folder(folder, "pets", zipped=True)
    assert find_dataset("pets", folder).location == folder / "pets.zip"
    make_class_folder(folder, "pets")
    assert find_dataset("pets", folder).location == folder / "pets"


def test_a_class_folder_may_share_a_built_in_name(folder: Path, make_class_folder: Maker) -> None:
    make_class_folder(folder, "mnist")
    assert find_dataset("mnist", folder).kind == "archive"
    assert load("mnist-folder", folder, image_size=(8, 8)).classes == ("cats", "dogs")


def test_an_unknown_name_lists_those_there_are(folder: Path, make_class_folder: Maker) -> None:
    make_class_folder(folder, "pets")
    for call in (lambda: find_dataset("hats", folder), lambda: load("hats", folder)):
        with pytest.raises(DatasetError) as caught:
            call()
        for words in ("'hats'", "digits, cifar10", "pets", str(folder)):
            assert words in str(caught.value)


def test_a_missing_datasets_folder_is_no_error(tmp_path: Path) -> None:
    assert [info.name for info in list_datasets(tmp_path / "nowhere")] == list(BUILT_IN)


def test_importing_needs_neither_tensorflow_nor_scikit_learn() -> None:
    code = (
        "import sys, core.data.catalog, core.data.splits, core.data.stats\n"
        "print([name for name in ('tensorflow', 'keras', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_real_cats_and_dogs(datasets_folder: Path) -> None:
    data = load("cats-and-dogs-1000", datasets_folder)
    assert [len(subset) for subset in data.subsets.values()] == [700, 150, 150]
    assert data.train.class_counts(2).tolist() == [350, 350]
    assert data.image_shape == (150, 150, 3)
    assert min(seconds_to_load("cats-and-dogs-1000", datasets_folder) for _ in range(5)) < 0.05


@pytest.mark.slow
def test_the_real_cifar10(datasets_folder: Path) -> None:
    """Decoding its .tar.xz takes 10 s of one core."""
    data = load("cifar10", datasets_folder)
    assert data.train.class_counts(10).tolist() == [5000] * 10
    assert data.test.class_counts(10).tolist() == [1000] * 10
    images, labels = data.test.gather(np.arange(10_000))
    records = np.concatenate(
        [labels[:, None].astype(np.uint8), images.transpose(0, 3, 1, 2).reshape(10_000, -1)], axis=1
    )
    assert hashlib.md5(records.tobytes()).hexdigest() == "803d5f7f4d78ea53de84dbe85f74fb6d"
    splits = make_splits(data, SplitConfig())
    assert splits.train.class_counts(10).tolist() == [4500] * 10


def test_a_set_is_decoded_at_one_size_at_a_time(folder: Path) -> None:
    own, larger = DatasetConfig(name="digits"), DatasetConfig(name="digits", image_size=(48, 48))
    assert not is_decoded(own, folder)
    load_dataset(own, folder)
    assert is_decoded(own, folder) and not is_decoded(larger, folder)
    load_dataset(larger, folder)
    assert is_decoded(own, folder) and is_decoded(larger, folder)
    assert not is_decoded(DatasetConfig(name="nothing of that name"), folder)


def test_a_class_folder_to_which_an_image_came_is_not_decoded(folder: Path) -> None:
    for number in range(8):
        path = folder / "pets" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20), (30 * number, 0, 0)).save(path)
    pets = DatasetConfig(name="pets")
    assert not is_decoded(pets, folder)
    load_dataset(pets, folder)
    assert is_decoded(pets, folder)
    Image.new("RGB", (20, 20), "white").save(folder / "pets/cat/another.png")
    assert not is_decoded(pets, folder)
    load_dataset(pets, folder)
    assert is_decoded(pets, folder)
