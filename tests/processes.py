"""Processes: Python where nothing is imported yet, and who sees to a series of runs."""

from __future__ import annotations

import subprocess
import sys

import psutil

from core.series import SeriesRecord
from tests.conftest import ROOT


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    """Run it in the project's root; fails with what it wrote where it ends badly."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def conductor_of(record: SeriesRecord) -> int:
    """The process that sees to a study or a search."""
    wanted = (f"core.{record.kinds}.conductor", str(record.path))
    found = [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if all(part in (process.info["cmdline"] or []) for part in wanted)
    ]
    assert len(found) == 1
    return found[0]
