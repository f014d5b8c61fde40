"""What the network thought of ten images: written, superseded, and never believed blindly."""

import json

import numpy as np
import pytest

from core.runs.live.snapshots import Pinned, SnapshotLog, append, read_pinned, write_pinned

LABELS = np.array([0, 1, 2])


def look(path, step, certain=0.9):
    """A snapshot of three images, the first of them taken rightly."""
    rest = (1 - certain) / 3
    row = [certain, rest, rest, rest]
    append(path, step, step / 10, np.array([row, row, row]), LABELS)


def read(path, images=3, num_classes=4):
    return SnapshotLog(path, images, num_classes).read()


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "snapshots.jsonl"
    look(path, 5)
    (found,) = read(path)
    assert (found.step, found.epoch) == (5, 0.5)
    assert [row[0] for row in found.classes] == [0, 0, 0]
    assert [len(row) for row in found.probabilities] == [3, 3, 3]
    assert found.probabilities[0][0] == pytest.approx(0.9)
    assert found.own == pytest.approx((0.9, 0.0333, 0.0333), abs=1e-4)


def test_a_growing_file_is_read_on(tmp_path):
    path = tmp_path / "snapshots.jsonl"
    log = SnapshotLog(path, 3, 4)
    assert log.read() == []
    for step in (0, 10, 20):
        look(path, step)
        assert log.read()[-1].step == step
    path.unlink()
    assert log.read() == []
    look(path, 7)
    assert [item.step for item in log.read()] == [7]


def test_lines_beyond_the_checkpoint_are_superseded(tmp_path):
    path = tmp_path / "snapshots.jsonl"
    for step in (0, 10, 20, 30):
        look(path, step)
    look(path, 20, certain=0.5)  # resumed at step 20
    look(path, 25)
    assert [item.step for item in read(path)] == [0, 10, 20, 25]
    assert read(path)[2].probabilities[0][0] == 0.5


def test_a_line_that_a_kill_cut_short_swallows_no_other(tmp_path):
    path = tmp_path / "snapshots.jsonl"
    look(path, 0)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    look(path, 10)
    assert [item.step for item in read(path)] == [0, 10]


@pytest.mark.parametrize(
    "change",
    [
        {"step": -1},
        {"step": 1.5},
        {"step": True},
        {"step": 10**30},
        {"epoch": "1"},
        {"epoch": float("nan")},
        {"classes": [[0], [1], [4]]},
        {"classes": [[0], [1]]},
        {"classes": [[], [], []]},
        {"classes": None},
        {"p": [[1.1], [0.5], [0.5]]},
        {"p": [[float("inf")], [0.5], [0.5]]},
        {"p": [[0.5, 0.5], [0.5], [0.5]]},
        {"own": [0.1]},
        {"own": {"0": 1}},
    ],
)
def test_a_line_of_other_numbers_is_left_out(tmp_path, change):
    path = tmp_path / "snapshots.jsonl"
    sound = {"step": 3, "epoch": 0.3, "classes": [[0], [1], [2]], "p": [[0.5]] * 3}
    sound["own"] = [0.5] * 3
    lines = [json.dumps(sound), json.dumps(sound | {"step": 4} | change), "[]", "{", "\x00" * 9]
    path.write_text("\n".join(lines) + "\n")
    assert [item.step for item in read(path)] == [3]


def test_however_long_the_run_memory_is_bounded(tmp_path):
    path = tmp_path / "snapshots.jsonl"
    for step in range(1500):
        look(path, step)
    steps = [item.step for item in read(path)]
    assert len(steps) <= 400
    assert (steps[0], steps[-1]) == (0, 1499)


def test_pinned_images_come_back(tmp_path):
    path = tmp_path / "pinned.npz"
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 6, 1)).astype(np.uint8)
    write_pinned(path, Pinned(images, LABELS))
    found = read_pinned(path, 4)
    assert np.array_equal(found.images, images) and np.array_equal(found.labels, LABELS)
    assert read_pinned(path, 2) is None  # a class that the run does not know


@pytest.mark.parametrize(
    "arrays",
    [
        {"images": np.zeros((3, 8, 8, 1), np.float32), "labels": LABELS},
        {"images": np.zeros((3, 8, 8, 2), np.uint8), "labels": LABELS},
        {"images": np.zeros((3, 8, 8), np.uint8), "labels": LABELS},
        {"images": np.zeros((3, 0, 8, 1), np.uint8), "labels": LABELS},
        {"images": np.zeros((3, 500, 8, 1), np.uint8), "labels": LABELS},
        {"images": np.zeros((11, 8, 8, 1), np.uint8), "labels": np.zeros(11, np.int64)},
        {"images": np.zeros((0, 8, 8, 1), np.uint8), "labels": np.zeros(0, np.int64)},
        {"images": np.zeros((3, 8, 8, 1), np.uint8), "labels": LABELS[:2]},
        {"images": np.zeros((3, 8, 8, 1), np.uint8), "labels": LABELS - 1},
        {"images": np.zeros((3, 8, 8, 1), np.uint8), "labels": LABELS.astype(np.float64)},
        {"images": np.zeros((3, 8, 8, 1), np.uint8)},
    ],
)
def test_a_pinned_file_of_other_shapes_is_none(tmp_path, arrays):
    path = tmp_path / "pinned.npz"
    np.savez(path, **arrays)
    assert read_pinned(path, 4) is None


def test_a_damaged_pinned_file_is_none(tmp_path):
    path = tmp_path / "pinned.npz"
    assert read_pinned(path, 4) is None
    write_pinned(path, Pinned(np.zeros((3, 8, 8, 1), np.uint8), LABELS))
    path.write_bytes(path.read_bytes()[:100])
    assert read_pinned(path, 4) is None
