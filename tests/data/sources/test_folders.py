"""Class folders: images read from folders and zips."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.config import DatasetConfig
from core.data.load import load_dataset
from core.data.sources.folders import FolderSource
from core.data.sources.scan import layout_of
from core.data.sources.source import no_progress
from core.errors import DatasetError
from core.photos.fit import Fitting

Maker = Callable[..., Path]


def png(value: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (12, 10), (value, value, value)).save(buffer, "PNG")
    return buffer.getvalue()


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("zipped", [False, True])
def test_a_folder_and_its_zip_load_alike(
    tmp_path: Path, make_class_folder: Maker, zipped: bool
) -> None:
    make_class_folder(tmp_path, "pets", zipped=zipped)
    seen: list[float | None] = []
    data = load_dataset(
        DatasetConfig(name="pets", image_size=(16, 20)),
        tmp_path,
        progress=lambda fraction, _: seen.append(fraction),
    )
    assert data.classes == ("cats", "dogs")
    assert data.image_shape == (16, 20, 3)
    assert [len(subset) for subset in data.subsets.values()] == [12, 6, 8]
    assert data.validation is not None
    assert data.validation.class_counts(2).tolist() == [3, 3]
    images, labels = data.train.gather(np.arange(12))
    redness = images[..., 0].mean(axis=(1, 2))
    assert redness[labels == 1].min() > redness[labels == 0].max()
    assert seen[-1] == 1.0


def test_own_size_of_a_class_folder_is_150(tmp_path: Path, make_class_folder: Maker) -> None:
    make_class_folder(tmp_path)
    assert load_dataset(DatasetConfig(name="pets"), tmp_path).image_shape == (150, 150, 3)


def test_without_test_images_a_fifth_is_set_apart(tmp_path: Path) -> None:
    members = {f"{kind}/{index}.png": png(index) for kind in "abc" for index in range(10)}
    write_zip(tmp_path / "letters.zip", members)
    data = load_dataset(DatasetConfig(name="letters", image_size=(8, 8)), tmp_path)
    assert data.test.class_counts(3).tolist() == [2, 2, 2]
    assert data.train.class_counts(3).tolist() == [8, 8, 8]
    assert data.validation is None
    assert "6 of 30, a fifth of every class" in data.notes[-1]
    assert set(data.test.indices.tolist()).isdisjoint(data.train.indices.tolist())


def test_a_class_of_one_image_cannot_be_divided(tmp_path: Path) -> None:
    write_zip(tmp_path / "few.zip", {"a/1.png": png(), "a/2.png": png(), "b/1.png": png()})
    with pytest.raises(DatasetError, match="class 'b' has a single image"):
        load_dataset(DatasetConfig(name="few"), tmp_path)


def test_a_few_unreadable_images_are_left_out_and_told(tmp_path: Path) -> None:
    members = {f"train/{kind}/{index:02}.png": png() for kind in "ab" for index in range(20)}
    members |= {f"test/{kind}/1.png": png() for kind in "ab"}
    members["train/a/05.png"] = b"broken"
    write_zip(tmp_path / "letters.zip", members)
    data = load_dataset(DatasetConfig(name="letters", image_size=(8, 8)), tmp_path)
    assert data.train.class_counts(2).tolist() == [19, 20]
    assert data.notes[0].startswith("1 images cannot be read and are left out: 'train/a/05.png'")


def test_many_unreadable_images_are_refused(tmp_path: Path) -> None:
    members = {f"{kind}/{index}.png": png() for kind in "ab" for index in range(10)}
    members |= {f"a/{index}.png": b"broken" for index in range(3)}
    write_zip(tmp_path / "letters.zip", members)
    with pytest.raises(DatasetError, match="too many of its 20 images cannot be read"):
        load_dataset(DatasetConfig(name="letters"), tmp_path)


def test_a_class_none_of_whose_images_can_be_read(tmp_path: Path) -> None:
    members = {f"a/{index}.png": png() for index in range(40)} | {"b/1.png": b"broken"}
    write_zip(tmp_path / "letters.zip", members)
    with pytest.raises(DatasetError, match="none of the images of class 'b' can be read"):
        load_dataset(DatasetConfig(name="letters"), tmp_path)


def test_a_zip_bomb_is_an_unreadable_image(tmp_path: Path) -> None:
    members = {f"{kind}/{index:02}.png": png() for kind in "ab" for index in range(15)}
    members["a/99.png"] = bytes(101 << 20)
    write_zip(tmp_path / "bomb.zip", members)
    data = load_dataset(DatasetConfig(name="bomb", image_size=(8, 8)), tmp_path)
    assert "larger than 100 MB" in data.notes[0]


def test_odd_slashes_in_a_zip(tmp_path: Path) -> None:
    names = [f"set\\train\\{kind}\\{index}.png" for kind in "ab" for index in range(2)]
    names += [f"./set//test/{kind}/1.png" for kind in "ab"]
    write_zip(tmp_path / "odd.zip", {name: png() for name in names})
    data = load_dataset(DatasetConfig(name="odd", image_size=(8, 8)), tmp_path)
    assert [len(subset) for subset in data.subsets.values()] == [4, 2]


def test_an_encrypted_member_is_an_unreadable_image(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "locked.zip", {"a/1.png": png(), "b/1.png": png()})
    data = bytearray(path.read_bytes())
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(marker) + offset] |= 1  # general purpose flag: encrypted
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=r"too many of its 2 .* protected with a password"):
        list(FolderSource("locked", path).batches(Fitting((8, 8)), no_progress))


def test_a_broken_zip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DatasetError, match="cannot be opened as a zip"):
        layout_of(path)


def test_the_fingerprint_follows_the_files(tmp_path: Path, make_class_folder: Maker) -> None:
    folder = make_class_folder(tmp_path)
    before = FolderSource("pets", folder).fingerprint()
    assert FolderSource("pets", folder).fingerprint() == before
    (folder / "training_set" / "cats" / "cats.0.png").write_bytes(png(9))
    changed = FolderSource("pets", folder).fingerprint()
    assert changed != before
    (folder / "training_set" / "cats" / "cats.0.png").unlink()
    assert FolderSource("pets", folder).fingerprint() not in (before, changed)
