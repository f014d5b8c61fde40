"""Folders and zips are looked through once for each change, and every change is seen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import DatasetConfig
from core.data.catalog import find_dataset, list_datasets
from core.data.load import load_dataset
from core.data.sources import scan
from core.data.sources.scan import look

Maker = Callable[..., Path]


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were walked through, in order."""
    seen: list[Path] = []
    walk = scan._walk

    def counted(location: Path, *arguments: object):
        seen.append(location)
        return walk(location, *arguments)

    monkeypatch.setattr(scan, "_walk", counted)
    return seen


@pytest.fixture
def at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing had been changed for long: no file's time can be set back that tells it."""
    monkeypatch.setattr(scan, "_TICK_SECONDS", 0.0)


def test_a_folder_at_rest_is_walked_once(
    tmp_path: Path, make_class_folder: Maker, walks: list[Path], at_rest: None
) -> None:
    make_class_folder(tmp_path)
    for _ in range(5):
        assert find_dataset("pets", tmp_path).sizes["train"] == 12
        list_datasets(tmp_path)
    assert walks == [tmp_path / "pets"]


def test_a_start_of_a_run_walks_a_folder_at_rest_once(
    tmp_path: Path,
    make_class_folder: Maker,
    walks: list[Path],
    at_rest: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from core.jobs import preflight
    from core.recipes import find_recipe

    make_class_folder(tmp_path)
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path))
    config = find_recipe("digits-quick").config
    config = config.model_copy(update={"dataset": DatasetConfig(name="pets", image_size=(32, 32))})
    preflight.inspect(config)
    preflight.check(config)
    load_dataset(config.dataset)
    assert walks == [tmp_path / "pets"]


def test_a_new_image_deep_inside_is_noticed(
    tmp_path: Path, make_class_folder: Maker, at_rest: None
) -> None:
    folder = make_class_folder(tmp_path)
    before = find_dataset("pets", tmp_path)
    cats = folder / "training_set" / "cats"
    shutil.copy(cats / "cats.0.png", cats / "another.png")
    after = find_dataset("pets", tmp_path)
    assert after.sizes["train"] == before.sizes["train"] + 1
    assert after.version != before.version
    data = load_dataset(DatasetConfig(name="pets", image_size=(8, 8)), tmp_path)
    assert len(data.train) == after.sizes["train"]


def test_a_new_class_and_a_deleted_image_are_noticed(
    tmp_path: Path, make_class_folder: Maker, at_rest: None
) -> None:
    folder = make_class_folder(tmp_path)
    assert find_dataset("pets", tmp_path).num_classes == 2
    shutil.copytree(folder / "training_set" / "cats", folder / "training_set" / "birds")
    assert find_dataset("pets", tmp_path).num_classes == 3
    (folder / "training_set" / "birds" / "cats.0.png").unlink()
    assert find_dataset("pets", tmp_path).sizes["train"] == 17


def test_what_was_changed_a_moment_ago_is_looked_through_again(
    tmp_path: Path, make_class_folder: Maker, walks: list[Path]
) -> None:
    """Within one tick of the file system's clock a second change leaves no trace."""
    folder = make_class_folder(tmp_path)
    first = look(folder)
    assert not first.settled
    moment = folder.joinpath("training_set", "cats").stat().st_mtime_ns
    (folder / "training_set" / "cats" / "late.png").write_bytes(b"")
    os.utime(folder / "training_set" / "cats", ns=(moment, moment))
    assert len(look(folder).paths) == len(first.paths) + 1
    assert len(walks) == 2


def test_a_zip_is_opened_again_only_when_it_was_replaced(
    tmp_path: Path, make_class_folder: Maker, at_rest: None
) -> None:
    archive = make_class_folder(tmp_path, zipped=True)
    first = look(archive)
    assert look(archive) is first
    before = archive.stat()
    archive.unlink()
    make_class_folder(tmp_path, splits={"train": 3}, zipped=True)
    os.utime(archive, ns=(before.st_atime_ns, before.st_mtime_ns))  # as `cp -p` would
    assert look(archive).layout is not None
    assert look(archive).layout.sizes == {"train": 6}


def test_a_class_that_becomes_readable_is_noticed(
    tmp_path: Path, make_class_folder: Maker, at_rest: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time of modification stays as it was."""
    folder = make_class_folder(tmp_path)
    first = look(folder)
    dogs = folder / "training_set" / "dogs"
    dogs.chmod(0o700)
    assert look(folder) is not first
    assert look(folder).version != first.version


def test_a_folder_that_was_taken_away_is_no_data_set(
    tmp_path: Path, make_class_folder: Maker, at_rest: None
) -> None:
    folder = make_class_folder(tmp_path)
    assert look(folder).layout is not None
    shutil.rmtree(folder)
    assert "pets" not in {info.name for info in list_datasets(tmp_path)}
    assert look(folder).layout is None
