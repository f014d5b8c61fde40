"""Makes modes of files count where the suite runs as root, whom they do not stop.

A check that a folder of mode 000 is survived proves nothing as root. `as_a_stranger` puts aside,
for the time of a block, root's right to pass over modes; where the suite runs as a person,
nothing has to be put aside.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_DAC_OVERRIDE, _DAC_READ_SEARCH = 1 << 1, 1 << 2  # linux/capability.h
_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Rights(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """An empty folder whose closed parts are opened again at the end, and all removed."""
    folder = Path(tempfile.mkdtemp(prefix="convscope-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        # Not shutil.rmtree, which stops at closed folders and at a thousand within each other.
        subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=True)
        subprocess.run(["rm", "-rf", str(folder)], check=True)


@contextmanager
def as_a_stranger(folder: Path) -> Iterator[None]:
    """What the block does to `folder`, it does as an account that modes stop.

    Holds for this thread and those that it starts. Modes and owners are left as they are.
    """
    if os.geteuid() != 0:
        yield
        return
    before = _rights()
    stopped = before[0].effective & ~(_DAC_OVERRIDE | _DAC_READ_SEARCH)
    _set(stopped, before)
    try:
        yield
    finally:
        _set(before[0].effective, before)


def _rights() -> ctypes.Array[_Rights]:
    found = (_Rights * 2)()
    _call("capget", found)
    return found


def _set(effective: int, rights: ctypes.Array[_Rights]) -> None:
    wanted = (_Rights * 2)(*(_Rights(r.effective, r.permitted, r.inheritable) for r in rights))
    wanted[0].effective = effective
    _call("capset", wanted)


def _call(name: str, rights: ctypes.Array[_Rights]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(ctypes.byref(_Header(_VERSION_3, 0)), rights) != 0:
        pytest.skip(f"{name} is refused, so that modes of files cannot be tested as root")


def unlock(folder: Path) -> None:
    """Give every folder inside its rights back, so that it can be removed."""
    folder.chmod(0o755)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            unlock(path)
