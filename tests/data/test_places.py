"""One name in the cache for one result, and another for another."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from core.config import DatasetConfig
from core.data.places import class_folders, fitting_for, title_of
from core.photos.fit import Fitting


@pytest.mark.parametrize(
    ("config", "fitting"),
    [
        ({"name": "cifar10"}, Fitting((32, 32), "squash")),
        (
            {"name": "cifar10", "fit": "pad", "interpolation": "nearest"},
            Fitting((32, 32), "squash"),
        ),
        ({"name": "cifar10", "image_size": (64, 64)}, Fitting((64, 64), "squash")),
        (
            {"name": "cifar10", "image_size": (64, 64), "interpolation": "bicubic"},
            Fitting((64, 64), "squash", "bicubic"),
        ),
        ({"name": "cifar10", "image_size": (48, 40)}, Fitting((48, 40), "crop")),
        (
            {"name": "digits", "image_size": (64, 64), "interpolation": "nearest"},
            Fitting((64, 64), "squash"),
        ),
        ({"name": "pets"}, Fitting((150, 150), "crop")),
        ({"name": "pets", "fit": "squash", "image_size": (64, 64)}, Fitting((64, 64), "squash")),
    ],
)
def test_how_images_are_fitted(config, fitting):
    assert fitting_for(DatasetConfig(**config)) == fitting


def named(folder: Path, *names: bytes) -> dict[str, Path]:
    for name in names:
        path = folder / os.fsdecode(name)
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a/1.png", b"")
        else:
            (path / "a").mkdir(parents=True)
            (path / "a" / "1.png").write_bytes(b"")
    return class_folders(folder)


def test_sets_that_read_alike_are_told_apart_and_a_name_as_it_is_stays(tmp_path: Path) -> None:
    found = named(tmp_path, b"caf\xe9", "café".encode(), "café (2)".encode())
    assert found == {
        "café": tmp_path / "café",
        "café (2)": tmp_path / "café (2)",
        "café (3)": tmp_path / os.fsdecode(b"caf\xe9"),
    }


def test_a_folder_goes_before_its_own_zip_only(tmp_path: Path) -> None:
    found = named(
        tmp_path, b"pets", b"pets.zip", b"caf\xe9.zip", "café".encode(), b"x.zip", b"x.ZIP"
    )
    assert {name: os.fsencode(path.name) for name, path in found.items()} == {
        "pets": b"pets",
        "café": "café".encode(),
        "café (2)": b"caf\xe9.zip",
        "x": b"x.ZIP",
        "x (2)": b"x.zip",
    }


def test_a_folder_that_ends_like_a_zip_and_a_file_that_ends_like_none(tmp_path: Path) -> None:
    (tmp_path / "train").write_text("a file")
    (tmp_path / "b.zip" / "x").mkdir(parents=True)
    (tmp_path / "mnist-folder").mkdir()
    (tmp_path / "mnist").mkdir()
    found = class_folders(tmp_path)
    assert found == {
        "b.zip": tmp_path / "b.zip",
        "mnist-folder": tmp_path / "mnist-folder",
        "mnist-folder (2)": tmp_path / "mnist",
    }
    assert title_of("-_ ") == "-_ "
