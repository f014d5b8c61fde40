"""Sets, folders and a cache that this account may not read or write: sentences on every page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.cli import reports
from core.config import DatasetConfig
from core.data.catalog import find_dataset, folder_problem, list_datasets
from core.data.load import load_dataset
from core.data.sources.builtin import BUILT_IN
from core.errors import DatasetError
from tests.conftest import build_class_folder
from tests.pages.opening import go_to, open_app, texts
from tests.permissions import as_a_stranger


@pytest.fixture(scope="module", autouse=True)
def imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a stranger may not read is imported before one comes: NumPy and zipfile do it late."""
    folder = tmp_path_factory.mktemp("warm")
    build_class_folder(folder, "good")
    build_class_folder(folder, "packed", zipped=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_DATASETS", str(folder))
        assert load("good") == load("packed") == 12
        draw("good", "packed", "digits")


@pytest.fixture
def datasets(reachable_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with two good sets, a folder and a zip."""
    for kind in ("datasets", "cache", "runs"):
        (reachable_folder / kind).mkdir()
        monkeypatch.setenv(f"CONVSCOPE_{kind.upper()}", str(reachable_folder / kind))
    folder = reachable_folder / "datasets"
    build_class_folder(folder, "good")
    build_class_folder(folder, "packed", zipped=True)
    yield folder


def load(name: str) -> int:
    return len(load_dataset(DatasetConfig(name=name, image_size=(8, 8))).train)


def draw(*names: str) -> str:
    """Start, Browse of each set, Design; what Start says in errors."""
    app = open_app()
    told = "".join(item.value for item in app.error)
    for name in names:
        go_to(app, "browse", "Browse", dataset=name)
    go_to(app, "design", "Design")
    reports.print_doctor(reports.doctor(Path(os.environ["CONVSCOPE_RUNS"])))
    return told


CLOSED: dict[str, Callable[[Path], Path]] = {
    "the set": lambda folder: folder / "good",
    "a class": lambda folder: folder / "good" / "training_set" / "cats",
    "the zip": lambda folder: folder / "packed.zip",
}


@pytest.mark.parametrize("what", CLOSED)
@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
def test_a_closed_set_is_listed_with_its_problem(datasets: Path, what: str, mode: int) -> None:
    path = CLOSED[what](datasets)
    if path.suffix == ".zip" and mode == 0o444:
        pytest.skip("a zip of that mode can be read")
    with as_a_stranger(datasets.parent):
        path.chmod(mode)
        name, other = ("packed", "good") if path.suffix == ".zip" else ("good", "packed")
        info = find_dataset(name)
        if (what, mode) != ("a class", 0o444):  # whose names can be read, and no more
            assert "may not be read" in info.problem and path.name in info.problem
        with pytest.raises(DatasetError, match="may not be read"):
            load(name)
        assert find_dataset(other).problem == ""
        assert load(other) == 12
        draw("good", "packed")
        path.chmod(0o755)  # and it is there again, without a restart
        assert find_dataset(name).problem == ""
        assert load(name) == 12


def test_a_closed_image_is_left_out_and_told(datasets: Path) -> None:
    cats = datasets / "good" / "training_set" / "cats"
    for index in range(100, 140):
        (cats / f"{index}.png").write_bytes((cats / "cats.0.png").read_bytes())
    with as_a_stranger(datasets.parent):
        (cats / "cats.0.png").chmod(0o000)
        data = load_dataset(DatasetConfig(name="good", image_size=(8, 8)))
        assert len(data.train) == 51
        assert "cats.0.png may not be read" in data.notes[0]


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
def test_a_closed_datasets_folder_leaves_the_built_in_sets(datasets: Path, mode: int) -> None:
    with as_a_stranger(datasets.parent):
        datasets.chmod(mode)
        assert [info.name for info in list_datasets()] == list(BUILT_IN)
        assert "may not be read" in folder_problem()
        with pytest.raises(DatasetError, match="may not be read"):
            load("good")
        assert "may not be read" in draw("digits").replace("\\", "")
        datasets.chmod(0o755)
        assert folder_problem() == ""
        assert load("good") == 12


def test_a_cache_that_cannot_be_written_is_told(datasets: Path) -> None:
    cache = datasets.parent / "cache"
    with as_a_stranger(datasets.parent):
        cache.chmod(0o500)
        with pytest.raises(DatasetError, match="this account may not write there"):
            load("good")
        draw("good", "digits")
        cache.chmod(0o755)
        assert load("good") == 12
        (cache / "datasets").chmod(0o000)
        assert find_dataset("good").state == "found"
        with pytest.raises(DatasetError, match="may not"):
            load("good")
        draw("good", "digits")


@pytest.mark.parametrize("what", ["file", "loop", "nothing"])
def test_a_datasets_folder_that_is_none(
    datasets: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    place = datasets.parent / os.fsdecode(b"caf\xe9-sets")
    if what == "file":
        place.write_text("not a folder")
    elif what == "loop":
        place.symlink_to(place.name)
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(place))
    assert [info.name for info in list_datasets()] == list(BUILT_IN)
    assert ("café-sets" in folder_problem()) == (what != "nothing")
    with pytest.raises(DatasetError):
        load("good")
    draw("digits", "mnist")
    app = open_app()
    go_to(app, "browse", "Browse", dataset="mnist")
    assert "café-sets" in texts(app).replace("\\", "")


@pytest.mark.parametrize("where", ["cache", "cache/datasets"])
def test_a_cache_that_is_a_file_is_told(datasets: Path, where: str) -> None:
    cache = datasets.parent / where
    if cache.is_dir():
        cache.rmdir()
    cache.write_text("not a folder")
    with pytest.raises(DatasetError, match="there is a file where a folder should be"):
        load("good")
    draw("good", "digits")
