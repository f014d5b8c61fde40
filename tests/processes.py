"""Python in a process of its own, for what must begin where nothing is imported yet."""

from __future__ import annotations

import subprocess
import sys

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
