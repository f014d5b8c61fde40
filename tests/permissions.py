"""Makes modes of files count where the suite runs as root, whom they do not stop.

A check that a folder of mode 000 is survived proves nothing as root. `as_a_stranger` gives a
tree to an account without rights and takes its part for the time of a block; where the suite
runs as a person, the person is stranger enough.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """An empty folder that every account can reach; pytest's own lie below a closed one."""
    folder = Path(tempfile.mkdtemp(prefix="convscope-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        unlock(folder)
        shutil.rmtree(folder)


@contextmanager
def as_a_stranger(folder: Path) -> Iterator[None]:
    """What the block does, it does as an account that owns `folder` and is not root.

    The whole process takes the part, its threads too, so import first what is imported from
    places that only root may read. Modes are left as they are; links are not followed.
    """
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *_inside(folder)):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    group, user, groups = os.getegid(), os.geteuid(), os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        os.setegid(group)
        os.setgroups(groups)


def unlock(folder: Path) -> None:
    """Give every folder inside its rights back, so that it can be removed."""
    folder.chmod(0o755)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            unlock(path)


def _inside(folder: Path) -> list[Path]:
    return [Path(top) / name for top, folders, files in os.walk(folder) for name in folders + files]
