"""Layouts read off the paths of class folders."""

from __future__ import annotations

import pytest

from core.data.sources.class_folders import find_layout
from core.errors import DatasetError


def sizes(*paths: str) -> dict[str, int]:
    layout = find_layout("set", paths)
    assert layout is not None
    return layout.sizes


def test_the_write_ups_layout_with_a_wrapping_folder() -> None:
    names = ("training_set", "validation_set", "test_set")
    paths = [f"cats_vs_dogs/{split}/{kind}/1.jpg" for split in names for kind in ("dogs", "cats")]
    layout = find_layout("set", paths)
    assert layout is not None
    assert layout.classes == ("cats", "dogs")
    assert layout.sizes == {"train": 2, "validation": 2, "test": 2}
    assert [file.split for file in layout.files][::2] == ["train", "validation", "test"]
    assert layout.notes == ()


@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "valid", "testing")])
def test_other_names_of_splits(names: tuple[str, str, str]) -> None:
    paths = [f"{split}/{kind}/1.PNG" for split in names for kind in "ab"]
    assert sizes(*paths) == {"train": 2, "validation": 2, "test": 2}


def test_no_split_level() -> None:
    assert sizes("cats/1.jpg", "cats/2.jpg", "dogs/1.jpg") == {"train": 3}
    assert sizes("pets/cats/1.jpg", "pets/dogs/1.jpg", "pets/dogs/old/2.jpg") == {"train": 3}


def test_a_class_may_be_called_train() -> None:
    layout = find_layout("vehicles", ["train/1.jpg", "bus/1.jpg", "car/1.jpg"])
    assert layout is not None and layout.classes == ("bus", "car", "train")


def test_what_is_no_image_of_the_set_is_left_out() -> None:
    layout = find_layout(
        "set",
        [
            "__MACOSX/a/._1.jpg",
            "a/.hidden.jpg",
            "a/notes.txt",
            "../outside/1.jpg",
            "/etc/1.jpg",
            "loose.jpg",
            "a/1.jpg",
            "b/1.jpg",
        ],
    )
    assert layout is not None
    assert [file.path for file in layout.files] == ["a/1.jpg", "b/1.jpg"]
    assert layout.notes == (
        "2 files whose paths lead outside it are left out.",
        "1 images lie outside its class folders and are left out.",
    )


def test_unlabelled_test_images_are_left_out() -> None:
    paths = ["train/a/1.jpg", "train/b/1.jpg", "test/1.jpg", "test/2.jpg"]
    assert sizes(*paths) == {"train": 2}


def test_no_images_is_no_layout() -> None:
    assert find_layout("set", ["a/readme.txt", "b"]) is None


def test_images_that_all_lead_outside_are_told() -> None:
    with pytest.raises(DatasetError, match="the paths of 2 lead outside it"):
        find_layout("set", ["../a/1.jpg", "/b/1.jpg", "notes.txt"])


def test_classes_that_read_alike_are_one() -> None:
    layout = find_layout("set", ["caf\udce9/1.jpg", "café/2.jpg", "b\x1b\n/1.jpg", "CON/1.jpg"])
    assert layout is not None
    assert layout.classes == ("CON", "b\x1b\n", "café")
    assert [file.path for file in layout.files[2:]] == ["café/2.jpg", "caf\udce9/1.jpg"]


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["a/1.jpg", "a/2.jpg"], "at least two class folders to train on, and has only 'a'"),
        (["1.jpg", "2.jpg"], "and has none"),
        (["test/a/1.jpg", "test/b/1.jpg"], "and has only 'test'"),
        (["train/a/1.jpg", "train/b/1.jpg", "test/c/1.jpg"], "class 'c', which has no images"),
    ],
)
def test_layouts_that_cannot_be_trained_on(paths: list[str], words: str) -> None:
    with pytest.raises(DatasetError, match=words):
        find_layout("set", paths)
