"""Text that changes whenever files may have changed, and its hash. Knows no format."""

from __future__ import annotations

import hashlib
from pathlib import Path


def file_fingerprint(*paths: Path) -> str:
    """Path, size and time of change of files; one that cannot be asked is named alone."""
    return "|".join(_state(path) for path in paths)


def _state(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return f"{path}"
    return f"{path}:{found.st_size}:{found.st_mtime_ns}"


def digest(text: str) -> str:
    """A hash of text in which names may stand that are no text to the system."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
