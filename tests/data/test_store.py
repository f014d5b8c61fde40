"""The cache: whole or absent, shared between processes, never stale."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from core.data import store
from core.data.sources.source import Batch, Progress, no_progress
from core.data.store import Entry, open_or_build, open_path
from core.errors import DatasetError
from core.photos.fit import Fitting
from tests.conftest import ROOT


def batch(split: str, rank: int, labels: list[int], size: tuple[int, int] = (4, 4)) -> Batch:
    images = np.full((len(labels), *size, 1), rank, dtype=np.uint8)
    return Batch(split, rank, images, np.array(labels, dtype=np.int64))


@dataclass
class Toy:
    """Three batches of two splits, the second of train first."""

    name: str = "toy"
    classes: tuple[str, ...] = ("a", "b")
    notes: list[str] = field(default_factory=lambda: ["a note"])
    reads: int = 0
    count: int = 7
    error: Exception | None = None

    def fingerprint(self) -> str:
        return "1"

    def batches(self, fitting: Fitting | None, progress: Progress) -> Iterator[Batch]:
        self.reads += 1
        size = fitting.size if fitting else (4, 4)
        yield batch("train", 2, [0, 1, 1], size)
        if self.error:
            raise self.error
        yield batch("test", 1, [1, 0], size)
        yield batch("train", 1, [1, 1], size)


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    return Entry(tmp_path / "cache", "toy", Fitting((4, 4)), "/somewhere", "1")


def test_splits_come_in_the_order_of_ranks(entry: Entry) -> None:
    stored = open_or_build(entry, Toy(), no_progress)
    assert stored.images.shape == (7, 4, 4, 1)
    assert stored.images[stored.splits["train"], 0, 0, 0].tolist() == [1, 1, 2, 2, 2]
    assert stored.labels[stored.splits["train"]].tolist() == [1, 1, 0, 1, 1]
    assert stored.labels[stored.splits["test"]].tolist() == [1, 0]
    assert (stored.classes, stored.notes) == (("a", "b"), ("a note",))


def test_the_second_opening_maps_memory_and_reads_no_source(entry: Entry) -> None:
    source = Toy()
    open_or_build(entry, source, no_progress)
    stored = open_or_build(entry, source, no_progress)
    assert source.reads == 1
    assert isinstance(stored.images, np.memmap)
    for array in (stored.images, stored.labels, stored.splits["train"]):
        assert not array.flags.writeable


def test_another_fingerprint_replaces_the_entry(entry: Entry) -> None:
    kept = open_or_build(entry, Toy(), no_progress)
    changed = replace(entry, fingerprint="2")
    other_size = replace(entry, fitting=Fitting((8, 8)))
    open_or_build(other_size, Toy(), no_progress)
    open_or_build(changed, Toy(), no_progress)
    assert not entry.exists()
    assert changed.exists() and other_size.exists()
    assert changed.siblings() == [changed.path]
    assert kept.images.sum() == 2 * 16 * 1 + 2 * 16 * 1 + 3 * 16 * 2  # still mapped


@pytest.mark.parametrize("error", [DatasetError("broken"), ValueError("bug")])
def test_an_error_while_decoding_leaves_nothing(entry: Entry, error: Exception) -> None:
    with pytest.raises(type(error)):
        open_or_build(entry, Toy(error=error), no_progress)
    assert [path.suffix for path in entry.cache.iterdir()] == [".lock"]


def test_a_full_disk_is_told(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(DatasetError, match="the disk is full"):
        open_or_build(entry, Toy(), no_progress)
    assert [path.suffix for path in entry.cache.iterdir()] == [".lock"]


def test_what_cannot_fit_is_refused_before_decoding(entry: Entry) -> None:
    source = Toy(count=10**15)
    with pytest.raises(DatasetError, match=r"of 4x4 pixels take up to .* GB"):
        open_or_build(entry, source, no_progress)
    assert source.reads == 0


@pytest.mark.parametrize("name", ["images.npy", "labels.npy", "train.npy", "meta.json"])
def test_a_damaged_entry_is_built_anew(entry: Entry, name: str) -> None:
    open_or_build(entry, Toy(), no_progress)
    path = entry.path / name
    path.write_bytes(path.read_bytes()[:-3])
    assert open_path(entry.path) is None
    source = Toy()
    assert len(open_or_build(entry, source, no_progress).images) == 7
    assert source.reads == 1


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("labels", np.array([0, 1, 1, 1, 0, 1, 2])),  # no such class
        ("labels", np.array([0, 1, 1, 1, 0, 1, -1])),
        ("labels", np.zeros(6, dtype=np.int64)),
        ("labels", np.zeros((7, 1), dtype=np.int64)),
        ("labels", np.zeros(7, dtype=np.float64)),
        ("train", np.array([0, 7])),  # no such image
        ("train", np.array([0, 3])),  # in the test split too
        ("train", np.array([0, 0])),
        ("test", np.zeros(0, dtype=np.int64)),
        ("images", np.zeros((7, 4, 4, 1), dtype=np.float32)),
        ("images", np.zeros((7, 4, 4, 2), dtype=np.uint8)),
        ("images", np.zeros((7, 5, 4, 1), dtype=np.uint8)),  # of another size
        ("images", np.asfortranarray(np.zeros((7, 4, 4, 3), dtype=np.uint8))),
        ("images", np.zeros((0, 4, 4, 1), dtype=np.uint8)),
    ],
)
def test_an_edited_entry_is_built_anew(entry: Entry, name: str, array: np.ndarray) -> None:
    before = open_or_build(entry, Toy(), no_progress)
    images = before.images.copy()  # the map shows what is written over it
    np.save(entry.path / f"{name}.npy", array)
    assert open_path(entry.path, (4, 4)) is None
    again = open_or_build(entry, Toy(), no_progress)
    assert np.array_equal(again.images, images)
    assert np.array_equal(again.splits["train"], before.splits["train"])


def test_what_stands_in_an_entrys_place_is_removed_and_nothing_behind_a_link(
    entry: Entry, tmp_path: Path
) -> None:
    entry.cache.mkdir()
    entry.path.write_text("a file")
    assert len(open_or_build(entry, Toy(), no_progress).images) == 7
    other = tmp_path / "other"
    entry.path.rename(other)
    (other / "meta.json").write_text("{}")
    entry.path.symlink_to(other)
    assert len(open_or_build(entry, Toy(), no_progress).images) == 7
    assert not entry.path.is_symlink() and (other / "images.npy").exists()


def test_names_that_are_no_text_have_an_entry(tmp_path: Path) -> None:
    entry = Entry(tmp_path, "caf\udce9", Fitting((4, 4)), "/caf\udce9", "caf\udce9")
    assert len(open_or_build(entry, Toy(), no_progress).images) == 7


def test_a_pickle_in_the_cache_is_never_opened(entry: Entry) -> None:
    open_or_build(entry, Toy(), no_progress)
    np.save(entry.path / "labels.npy", np.array([{}], dtype=object), allow_pickle=True)
    assert open_path(entry.path) is None


def test_what_a_killed_process_left_is_removed(entry: Entry) -> None:
    left_behind = entry.cache / f".new-{entry.path.name}-12345"
    left_behind.mkdir(parents=True)
    (left_behind / "images.npy").write_bytes(b"half")
    open_or_build(entry, Toy(), no_progress)
    assert not left_behind.exists()


def test_names_cannot_leave_the_cache(tmp_path: Path) -> None:
    paths = {
        Entry(tmp_path, name, Fitting((4, 4)), "/x", "1").path
        for name in ("../../etc", "a/b", "a-b", "ä b")
    }
    assert len(paths) == 4
    assert all(path.parent == tmp_path for path in paths)


def test_a_source_without_images_is_refused(entry: Entry) -> None:
    class Empty(Toy):
        def batches(self, fitting: Fitting | None, progress: Progress) -> Iterator[Batch]:
            return iter(())

    with pytest.raises(DatasetError, match="holds no image to train on"):
        open_or_build(entry, Empty(), no_progress)


def test_two_processes_at_once_decode_once(tmp_path: Path, entry: Entry) -> None:
    script = tmp_path / "load.py"
    script.write_text(
        "import sys, time\n"
        "from dataclasses import dataclass\n"
        "from pathlib import Path\n"
        "from core.data.store import Entry, open_or_build\n"
        "from core.photos.fit import Fitting\n"
        "from tests.data.test_store import Toy\n"
        "class Slow(Toy):\n"
        "    def batches(self, fitting, progress):\n"
        "        time.sleep(1.0)\n"
        "        print('decoded', flush=True)\n"
        "        return super().batches(fitting, progress)\n"
        "entry = Entry(Path(sys.argv[1]), 'toy', Fitting((4, 4)), '/somewhere', '1')\n"
        "print(len(open_or_build(entry, Slow(), lambda *report: None).images))\n"
    )
    command = [sys.executable, str(script), str(entry.cache)]
    workers = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
        )
        for _ in range(2)
    ]
    outputs = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert sorted(word for words in outputs for word in words) == ["7", "7", "decoded"]
