"""Checkpoints written whole, read back exactly, never half-used."""

import os

import numpy as np
import pytest

from core.training.checkpoints import (
    CheckpointError,
    read_variables,
    restore_newest,
    save_checkpoint,
    write_variables,
)


class Box:
    """A variable without TensorFlow."""

    def __init__(self, path, value):
        self.path, self.value = path, np.asarray(value)

    @property
    def shape(self):
        return self.value.shape

    def numpy(self):
        return self.value

    def assign(self, value):
        self.value = np.asarray(value)


@pytest.fixture
def boxes():
    return [
        Box("block1_conv1/kernel", np.arange(6, dtype=np.float32).reshape(2, 3)),
        Box("dropout/seed", np.array([3, 2**31], dtype=np.uint32)),
        Box("adam/iteration", np.int64(7)),
    ]


def _blank(boxes):
    return [Box(box.path, np.zeros_like(box.value)) for box in boxes]


def test_every_value_and_type_comes_back(tmp_path, boxes):
    save_checkpoint(tmp_path, 7, boxes, {"progress": {"epoch": 2}})
    other = _blank(boxes)
    assert restore_newest(tmp_path, other) == {"progress": {"epoch": 2}, "step": 7}
    for box, copy in zip(boxes, other, strict=True):
        assert np.array_equal(box.value, copy.value)
        assert box.value.dtype == copy.value.dtype


def test_the_newest_two_are_kept(tmp_path, boxes):
    for step in (1, 20, 300):
        save_checkpoint(tmp_path, step, boxes, {})
    assert sorted(os.listdir(tmp_path)) == ["step-000000020.npz", "step-000000300.npz"]


def test_a_damaged_newest_falls_back_to_the_one_before(tmp_path, boxes):
    save_checkpoint(tmp_path, 1, boxes, {})
    path = save_checkpoint(tmp_path, 2, boxes, {})
    path.write_bytes(path.read_bytes()[:-200])
    assert restore_newest(tmp_path, _blank(boxes))["step"] == 1


def test_all_damaged_is_said(tmp_path, boxes):
    save_checkpoint(tmp_path, 1, boxes, {}).write_bytes(b"PK")
    with pytest.raises(CheckpointError, match=r"step-000000001\.npz is damaged"):
        restore_newest(tmp_path, _blank(boxes))


def test_none_there(tmp_path, boxes):
    assert restore_newest(tmp_path, boxes) is None
    assert restore_newest(tmp_path / "missing", boxes) is None


def test_another_network_is_refused_and_nothing_assigned(tmp_path, boxes):
    path = save_checkpoint(tmp_path, 1, boxes, {})
    other = [Box("a", np.zeros((2, 3))), Box("b", np.zeros(3)), Box("c", np.int64(0))]
    with pytest.raises(CheckpointError, match="another network"):
        read_variables(path, other)
    with pytest.raises(CheckpointError, match="another network"):
        read_variables(path, other[:2])
    assert not other[0].value.any()


def test_a_full_disk_leaves_the_old_file_and_no_litter(tmp_path, boxes, monkeypatch):
    path = tmp_path / "best.npz"
    write_variables(path, boxes, {"epoch": 1})

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_variables(path, boxes, {"epoch": 2})
    assert read_variables(path, _blank(boxes)) == {"epoch": 1}
    assert os.listdir(tmp_path) == ["best.npz"]
