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
from core.training.progress import Progress


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
    assert restore_newest(tmp_path, other, dict) == {"progress": {"epoch": 2}, "step": 7}
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
    assert restore_newest(tmp_path, _blank(boxes), dict)["step"] == 1


def test_all_damaged_is_said(tmp_path, boxes):
    save_checkpoint(tmp_path, 1, boxes, {}).write_bytes(b"PK")
    with pytest.raises(CheckpointError, match=r"step-000000001\.npz is damaged"):
        restore_newest(tmp_path, _blank(boxes), dict)


def test_none_there(tmp_path, boxes):
    assert restore_newest(tmp_path, boxes, dict) is None
    assert restore_newest(tmp_path / "missing", boxes, dict) is None


def test_another_network_is_refused_and_nothing_assigned(tmp_path, boxes):
    path = save_checkpoint(tmp_path, 1, boxes, {})
    other = [Box("a", np.zeros((2, 3))), Box("b", np.zeros(3)), Box("c", np.int64(0))]
    with pytest.raises(CheckpointError, match="another network"):
        read_variables(path, other, dict)
    with pytest.raises(CheckpointError, match="another network"):
        read_variables(path, other[:2], dict)
    assert not other[0].value.any()


def test_a_full_disk_leaves_the_old_file_and_no_litter(tmp_path, boxes, monkeypatch):
    path = tmp_path / "best.npz"
    write_variables(path, boxes, {"epoch": 1})

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_variables(path, boxes, {"epoch": 2})
    assert read_variables(path, _blank(boxes), dict) == {"epoch": 1}
    assert os.listdir(tmp_path) == ["best.npz"]


def _edited(path, **changes):
    """Write a checkpoint's file anew with other members, as whole as before."""
    with np.load(path) as file:
        members = dict(file)
    np.savez(path, **{**members, **changes})


def test_an_edited_value_is_noticed_by_the_checksum(tmp_path, boxes):
    save_checkpoint(tmp_path, 1, boxes, {})
    _edited(save_checkpoint(tmp_path, 2, boxes, {}), v00000=np.ones((2, 3), np.float32))
    assert restore_newest(tmp_path, _blank(boxes), dict)["step"] == 1


@pytest.mark.parametrize("header", [b"", b"{", b"[]", b'{"names": 3, "meta": {}}', b"[" * 10_000])
def test_a_damaged_header_falls_back_to_the_one_before(tmp_path, boxes, header):
    save_checkpoint(tmp_path, 1, boxes, {})
    path = save_checkpoint(tmp_path, 2, boxes, {})
    _edited(path, header=np.frombuffer(header, np.uint8))
    assert restore_newest(tmp_path, _blank(boxes), dict)["step"] == 1


def test_weights_that_are_no_numbers_fall_back_to_the_one_before(tmp_path, boxes):
    save_checkpoint(tmp_path, 1, boxes, {})
    lost = [Box(boxes[0].path, np.full((2, 3), np.nan, np.float32)), *boxes[1:]]
    save_checkpoint(tmp_path, 2, lost, {})
    other = _blank(boxes)
    assert restore_newest(tmp_path, other, dict)["step"] == 1
    assert np.array_equal(other[0].value, boxes[0].value)


def test_meta_that_makes_no_sense_falls_back_to_the_one_before(tmp_path, boxes):
    save_checkpoint(tmp_path, 1, boxes, {"progress": Progress(step=1).to_dict()})
    save_checkpoint(tmp_path, 2, boxes, {"progress": {"step": "two"}})

    def understand(meta):
        return Progress.from_dict(meta["progress"])

    assert restore_newest(tmp_path, _blank(boxes), understand).step == 1


def test_a_linked_folder_is_never_written_into(tmp_path, boxes):
    other = tmp_path / "other"
    save_checkpoint(other, 1, boxes, {})
    (tmp_path / "checkpoints").symlink_to(other)
    with pytest.raises(CheckpointError, match="is a link"):
        save_checkpoint(tmp_path / "checkpoints", 2, boxes, {})
    assert os.listdir(other) == ["step-000000001.npz"]


def test_refused_later_checkpoints_do_not_count_as_kept(tmp_path, boxes):
    save_checkpoint(tmp_path, 100, boxes, {})
    for step in (200, 300):
        (tmp_path / f"step-{step:09d}.npz").write_bytes(b"PK")
    for step in (110, 120):
        save_checkpoint(tmp_path, step, boxes, {})
    assert sorted(os.listdir(tmp_path)) == ["step-000000110.npz", "step-000000120.npz"]
