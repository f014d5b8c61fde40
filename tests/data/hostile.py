"""Data sets as none should be, drawn from a seed: names, files, archives, cache entries."""

from __future__ import annotations

import io
import os
import random
import socket
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

Draw = random.Random

NAMES = (
    *(b"caf\xe9", b"\xff\xfe", "日本".encode(), b"**bold**", b"<img src=x onerror=alert(1)>"),
    *(b"a\nb", b"\x1b[31mred", b"\x7f\x01", b"CON", b"nul", b"train", b"$x^2$", b":smile:", b" "),
    *(b"[l](javascript:x)", b"x" * 200, b"`code`", b"'\"", b"%2e%2e", b"-", b"\xe2\x80\xaeevil"),
    *(b"#", b"a|b", b"\\\\server", b"C:", b"~", b"...x", b"caf\xc3\xa9", b"a b ", b"\xc0\xaf"),
)


def name(draw: Draw) -> str:
    """A file's name, as the operating system has it."""
    parts = [draw.choice(NAMES) for _ in range(draw.choice((1, 1, 2)))]
    return os.fsdecode(b"".join(parts)[:230].lstrip(b"."))


def picture(draw: Draw) -> bytes:
    """A small PNG or JPEG that can be read."""
    buffer = io.BytesIO()
    colour = tuple(draw.randrange(256) for _ in range(3))
    Image.new("RGB", (9, 7), colour).save(buffer, draw.choice(("PNG", "JPEG")))
    return buffer.getvalue()


def spoiled(draw: Draw, data: bytes) -> bytes:
    """The same bytes cut short, or some of them changed, or none."""
    if draw.random() < 0.4:
        return data[: draw.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(draw.randrange(1, 12)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


# A file or what stands in for one -------------------------------------------------------------


def _pipe(draw: Draw, path: Path) -> None:
    os.mkfifo(path)


def _socket(draw: Draw, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        here = os.open(path.parent, os.O_RDONLY)
        try:
            end.bind(f"/proc/self/fd/{here}/{path.name[:40]}")  # its address must be short
        except OSError:
            path.write_bytes(b"")
        finally:
            os.close(here)


def _odd_file(draw: Draw, path: Path) -> None:
    kinds: tuple[Callable[[], object], ...] = (
        lambda: _pipe(draw, path),
        lambda: _socket(draw, path),
        lambda: path.symlink_to("/dev/zero"),
        lambda: path.symlink_to("/dev/stdin"),
        lambda: path.symlink_to(path.name),
        lambda: path.symlink_to("nothing-there"),
        lambda: path.symlink_to("."),
        path.mkdir,
        lambda: path.write_bytes(b""),
        lambda: path.write_bytes(draw.randbytes(300)),
        lambda: path.write_bytes(spoiled(draw, picture(draw))),
        lambda: path.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    )
    chosen = draw.choice(kinds)
    if not os.path.lexists(path):
        chosen()


# Class folders --------------------------------------------------------------------------------


def class_folder(draw: Draw, path: Path) -> None:
    """Two to four classes of good images under hostile names, among them some odd files."""
    path.mkdir()
    odd = draw.choice((0, 0, 1, 5))
    inner = path / draw.choice(("", "train", "Training", name(draw)))
    for number in range(draw.randrange(2, 5)):
        folder = inner / f"{name(draw)[:200]}{draw.choice(('', number))}"
        folder.mkdir(parents=True, exist_ok=True)
        for index in range(draw.randrange(1, 16)):
            (folder / f"{name(draw)[:150]}{index}.png").write_bytes(picture(draw))
        for index in range(odd):
            _odd_file(draw, folder / f"odd{index}.png")
    if draw.random() < 0.3:
        _odd_file(draw, path / "test")


def nested(draw: Draw, path: Path) -> None:
    """Folders within folders, about as deep as a path may be long."""
    path.mkdir()
    here = os.open(path, os.O_RDONLY)
    for _ in range(draw.choice((30, 100, 100, 1200))):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


# Zips -----------------------------------------------------------------------------------------


def members(draw: Draw) -> list[str]:
    """Names inside a zip."""
    kinds = [os.fsencode(name(draw)).decode("utf-8", "replace") for _ in range(2)]
    names = [f"{kind}/{index}.png" for kind in kinds for index in range(draw.randrange(1, 9))]
    others = (
        *(
            "../out.png",
            "/etc/a/1.png",
            "a/../../b.png",
            "C:\\x\\1.png",
            "a\0b/1.png",
            "//x//y.png",
        ),
        *(
            "y" * 60_000 + "/1.png",
            "inner.zip",
            "./././q/1.png",
            "q/",
            "",
            "/",
            ".",
            "..",
            "q/.png",
        ),
        *("__MACOSX/x/1.png", "train/x/1.png", "test/zz/1.png", "a\nb/\x1b[1m.png", names[0]),
    )
    return names + draw.sample(others, draw.randrange(6))


def zipped(draw: Draw) -> bytes:
    buffer = io.BytesIO()
    ways = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of names that are there twice
        for member in members(draw):
            info = zipfile.ZipInfo(member)
            info.filename = member  # as it is, a null character too
            info.compress_type = draw.choice(ways)
            archive.writestr(info, picture(draw))
    return buffer.getvalue()


def lying_zip(draw: Draw) -> bytes:
    """Sizes, flags, methods, offsets or names of the central directory that are not true."""
    data = bytearray(zipped(draw))
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        if draw.random() < 0.5:
            continue
        field, form = draw.choice(
            (
                (8, "<H"),
                (10, "<H"),
                (16, "<I"),
                (20, "<I"),
                (24, "<I"),
                (28, "<H"),
                (30, "<H"),
                (42, "<I"),
            )
        )
        largest = 2 ** (8 * struct.calcsize(form)) - 1
        value = draw.choice((0, 1, 9, 99, 0x801, largest, draw.randrange(largest)))
        struct.pack_into(form, data, at + field, value & largest)
    return bytes(data)


def _zip(draw: Draw, path: Path) -> None:
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: zipped(draw),
        lambda: lying_zip(draw),
        lambda: lying_zip(draw),
        lambda: spoiled(draw, zipped(draw)),
        lambda: draw.randbytes(draw.randrange(100)),
        lambda: b"PK\x05\x06" + b"\xff" * 18,
    )
    path.write_bytes(draw.choice(makers)())


def hostile_set(draw: Draw, folder: Path) -> Path:
    """One thing in a datasets folder; its path."""
    path = folder / name(draw)
    if draw.random() < 0.55:
        path = path.with_name(f"{path.name}.{draw.choice(('zip', 'ZIP'))}")
        maker = draw.choice((_zip, _zip, _zip, _odd_file, class_folder))
    else:
        maker = draw.choice((class_folder, class_folder, class_folder, nested, _odd_file))
    if not os.path.lexists(path):
        maker(draw, path)
    return path


# The cache ------------------------------------------------------------------------------------


def edit_entry(draw: Draw, entry: Path) -> None:
    """Change one file of an entry of the cache so that it no longer says what it said."""
    path = entry / draw.choice(("meta.json", "images.npy", "labels.npy", "train.npy", "test.npy"))
    if not path.is_file() or path.is_symlink():
        return  # it was edited before; a pipe would be waited for
    if draw.random() < 0.25:
        path.unlink()
        _odd_file(draw, path)
    elif path.suffix == ".json":
        path.write_text(draw.choice(_METAS), encoding="utf-8")
    elif draw.random() < 0.3:
        path.write_bytes(path.read_bytes()[: draw.randrange(200)])
    elif draw.random() < 0.2:
        path.write_bytes(_header("{'descr': '|u1', 'fortran_order': False, 'shape': (9" + "9" * 30))
    else:
        np.save(path, draw.choice(_ARRAYS), allow_pickle=True)


def _header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


_METAS = (
    *("", "null", "[]", "{}", "3", "[" * 100_000, '{"classes": 1}', "\x00", '"x"', "9" * 5000),
    '{"classes": ["a", "b"], "notes": [], "parts": ["../train"]}',
    '{"classes": ["a"], "notes": [], "parts": ["train", "test"]}',
    '{"classes": ["a", 2], "notes": [], "parts": ["train", "test"]}',
    '{"classes": ["a", "\\ud800"], "notes": [], "parts": ["train", "test"]}',
    '{"classes": ["a", "a"], "notes": [], "parts": ["train", "test"]}',
    '{"classes": ["a", "b"], "notes": "x", "parts": ["train", "test"]}',
    '{"classes": ["a", "b"], "notes": [], "parts": {"train": 1}}',
    '{"classes": ["a", "b"], "notes": [], "parts": ["train", "train", "test"]}',
)
_ARRAYS = (
    np.zeros(0, dtype=np.int64),
    np.array([-1], dtype=np.int64),
    np.array([10**9], dtype=np.int64),
    np.zeros((3, 1), dtype=np.int64),
    np.zeros(7, dtype=np.float64),
    np.array(3, dtype=np.int64),
    np.array([{}], dtype=object),
    np.zeros((4, 8, 8, 3), dtype=np.float32),
    np.zeros((4, 8, 8, 2), dtype=np.uint8),
    np.zeros((0, 8, 8, 3), dtype=np.uint8),
    np.zeros((1, 8, 8, 3), dtype=np.uint8),
    np.zeros(100_000, dtype=np.int64),
    np.array(["a"]),
)
