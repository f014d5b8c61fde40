"""Fetch one file from the web: whole and verified, or not at all.

Knows nothing of data sets. A download lies under a hidden temporary name until its
MD5 is right; whatever interrupts it, the temporary file goes.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.data.sources.source import Progress, no_progress
from core.errors import DatasetError
from core.files import exclusive

_BLOCK_BYTES = 1 << 18
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class RemoteFile:
    """A file with a home on the web."""

    filename: str
    url: str
    md5: str
    size: int  # bytes


class _Trouble(Exception):
    """What went wrong, as the middle of a sentence."""


def download(
    remote: RemoteFile, folder: Path, progress: Progress = no_progress, timeout: float = 30.0
) -> Path:
    """Put a remote file into a folder, unless it lies there already.

    Args:
        timeout: seconds without a single byte, after which it is given up.

    Raises:
        DatasetError: says what happened, the address, and where to put the file by hand.
    """
    target = folder / remote.filename
    lock = folder / f".{remote.filename}.lock"
    waiting = f"Another process is downloading {remote.filename}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(lock, lambda: progress(None, waiting)):
            try:
                if not target.exists():
                    _fetch(remote, target, progress, timeout)
            finally:
                lock.unlink(missing_ok=True)
    except (_Trouble, OSError, http.client.HTTPException) as trouble:
        raise DatasetError(_advice(remote, folder, _reason(trouble, timeout))) from trouble
    return target


def _fetch(remote: RemoteFile, target: Path, progress: Progress, timeout: float) -> None:
    for left_behind in target.parent.glob(f".{remote.filename}.*.part"):
        left_behind.unlink()  # by a process that was killed: we hold the lock
    temporary = target.with_name(f".{remote.filename}.{os.getpid()}.part")
    try:
        found = _save(remote, temporary, progress, timeout)
        if found != remote.md5:
            raise _Trouble(
                f"what arrived is not the file that was expected (its MD5 is {found}, "
                f"it should be {remote.md5}), so it was thrown away"
            )
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _save(remote: RemoteFile, path: Path, progress: Progress, timeout: float) -> str:
    """Write the response to `path` and return its MD5."""
    request = urllib.request.Request(remote.url, headers={"User-Agent": "ConvScope"})
    digest = hashlib.md5(usedforsecurity=False)
    progress(None, f"Asking for {remote.filename}")
    with urllib.request.urlopen(request, timeout=timeout) as response, path.open("wb") as file:
        promised: int | None = response.length
        size = promised or remote.size
        _require_space(path.parent, size)
        done = 0
        for block in _blocks(response):
            file.write(block)
            digest.update(block)
            done += len(block)
            progress(min(done / size, 1.0) if size else None, _message(remote, done, size))
        if promised and done < promised:
            raise _Trouble(f"the connection was cut after {done:,} of {promised:,} bytes")
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _blocks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while block := response.read(_BLOCK_BYTES):
        yield block


def _require_space(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise _Trouble(
            f"the disk is full: it needs {size / _MEBIBYTE:,.0f} MB and only "
            f"{free / _MEBIBYTE:,.0f} MB are free"
        )


def _message(remote: RemoteFile, done: int, size: int) -> str:
    return f"Downloading {remote.filename}: {done / _MEBIBYTE:.0f} of {size / _MEBIBYTE:.0f} MB"


def _reason(trouble: Exception, timeout: float) -> str:
    if isinstance(trouble, _Trouble):
        return str(trouble)
    if isinstance(trouble, urllib.error.HTTPError):
        return f"the server answered {trouble.code} ({trouble.reason})"
    if isinstance(trouble, urllib.error.URLError):
        inner = trouble.reason
        return _reason(inner, timeout) if isinstance(inner, Exception) else str(inner)
    if isinstance(trouble, socket.gaierror):
        return "the server was not found, so this computer may be offline"
    if isinstance(trouble, TimeoutError):
        return f"the server did not answer for {timeout:g} seconds"
    if isinstance(trouble, ConnectionRefusedError):
        return "the server refused the connection"
    if isinstance(trouble, http.client.IncompleteRead | ConnectionError):
        return "the connection was cut before everything had arrived"
    if isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC:
        return "the disk is full"
    if isinstance(trouble, OSError) and trouble.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder for data sets cannot be written to"
    return str(trouble) or type(trouble).__name__


def _advice(remote: RemoteFile, folder: Path, reason: str) -> str:
    return (
        f"{remote.filename} could not be downloaded: {reason}. Nothing was kept. Try again, or "
        f"fetch {remote.url} by hand and put it at {folder / remote.filename}."
    )
