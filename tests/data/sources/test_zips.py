"""Zips of unknown origin: names as their packer wrote them, and one sentence a member."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

import pytest

from core.data.sources.scan import layout_of, look
from core.data.sources.zips import Zip
from core.errors import DatasetError, ReadingError


def write(path: Path, *names: str, system: int = 3, data: bytes = b"x" * 500) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.create_system = system
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return path


def patched(path: Path, field: int, form: str, value: int) -> Path:
    """A field of every record in the central directory replaced."""
    data = bytearray(path.read_bytes())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        struct.pack_into(form, data, at + field, value)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("raw", "system", "shown"),
    [
        ("é".encode(), 3, "é"),  # macOS packs UTF-8 and does not say so
        (b"\xe9", 3, "é"),  # a Unix tool packs what the file system has
        (b"\x82", 0, "é"),  # code page 437, as the format says
    ],
)
def test_names_are_read_as_their_packer_wrote_them(
    tmp_path: Path, raw: bytes, system: int, shown: str
) -> None:
    plain = write(tmp_path / "a.zip", "N" * len(raw) + "/1.png", system=system)
    plain.write_bytes(plain.read_bytes().replace(b"N" * len(raw) + b"/", raw + b"/"))
    with Zip(plain) as archive:
        assert list(archive.members) == [f"{shown}/1.png"]
        assert archive.read(f"{shown}/1.png", 1000) == b"x" * 500


@pytest.mark.parametrize(
    ("field", "form", "value", "words"),
    [
        (8, "<H", 1, "protected with a password"),
        (10, "<H", 99, "packed in a way that cannot be read"),
        (24, "<I", 2_000_000, "claims to be larger than 1 MB"),
        (24, "<I", 100, "damaged inside the zip"),  # a size that lies
        (16, "<I", 7, "damaged inside the zip"),  # a checksum that lies
        (42, "<I", 5, "damaged inside the zip"),  # lies elsewhere
    ],
)
def test_a_member_that_cannot_be_read_is_told(
    tmp_path: Path, field: int, form: str, value: int, words: str
) -> None:
    with Zip(patched(write(tmp_path / "a.zip", "a/1.png"), field, form, value)) as archive:
        with pytest.raises(ReadingError, match=words):
            archive.read("a/1.png", 1_048_576)
        with pytest.raises(KeyError):
            archive.read("b/1.png", 10)


def test_a_pipe_and_a_device_named_like_a_zip_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "device.zip").symlink_to("/dev/zero")
    (tmp_path / "loop.zip").symlink_to("loop.zip")
    for name, words in (
        ("pipe", "is not a file but a pipe"),
        ("device", "is not a file but a device"),
        ("loop", "symbolic links"),
    ):
        with pytest.raises(DatasetError, match=words):
            layout_of(tmp_path / f"{name}.zip")


def test_a_zip_of_zips_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no images but other zips, among them 'pets\.zip'"):
        layout_of(write(tmp_path / "outer.zip", "pets.zip", "readme.txt"))
    assert look(write(tmp_path / "other.zip", "readme.txt")).problem is None


def test_paths_that_lead_outside_are_counted(tmp_path: Path) -> None:
    names = ("a/1.png", "b/1.png", "../c/1.png", "/etc/d/1.png", "a/../../x.png", "../notes.txt")
    layout = layout_of(write(tmp_path / "a.zip", *names))
    assert layout is not None and layout.classes == ("a", "b")
    assert layout.notes == ("3 files whose paths lead outside it are left out.",)
