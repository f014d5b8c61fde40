"""The stranger is really kept out, and gone after the block."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.permissions import as_a_stranger


def test_a_stranger_is_kept_out_of_what_is_closed(reachable_folder: Path) -> None:
    closed = reachable_folder / "closed"
    (closed / "inner").mkdir(parents=True)
    secret = reachable_folder / "secret.txt"
    secret.write_text("x")
    before = os.geteuid(), os.getegid(), os.getgroups()
    with as_a_stranger(reachable_folder):
        closed.chmod(0o000)
        secret.chmod(0o000)
        for attempt in (lambda: list(closed.iterdir()), secret.read_bytes):
            with pytest.raises(PermissionError):
                attempt()
        (reachable_folder / "own.txt").write_text("it may write what is its own")
    assert (os.geteuid(), os.getegid(), os.getgroups()) == before
