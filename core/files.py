"""Files written whole or not at all, and locks that processes and threads hold on them.

The only module that puts files in the place of others, syncs or takes a flock.
Knows nothing of what the files hold.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

RESERVE_BYTES = 64 * 1024
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{12}\.tmp(\.\w+)?")  # a name of `replacing`
_LOOK_SECONDS = 0.02
_TELL_SECONDS = 0.5


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A temporary path beside `path`, which takes its place once the block is through.

    The name is hidden, unique to the call (threads of one process write at once) and
    keeps the suffix, which some writers insist on. Where the block raises, nothing is
    left and a file already at `path` stays as it was.

    Args:
        path: where the file shall stand; its folder must exist.
        durable: outlive a machine that goes down right after.
    """
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(6)}.tmp{path.suffix}")
    try:
        yield temporary
        move_into_place(temporary, path, durable=durable)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_left_over(folder: Path, older_than: float = 0.0) -> None:
    """Throw away the temporary files of `replacing` whose process was killed.

    Args:
        older_than: seconds; above 0 where a living process may be writing there.
    """
    with suppress(OSError):  # no such folder, or closed to us
        for path in folder.iterdir():
            if _TEMPORARY.fullmatch(path.name):
                with suppress(OSError):
                    if time.time() - path.lstat().st_mtime >= older_than:
                        path.unlink()


def move_into_place(finished: Path, path: Path, *, durable: bool = True) -> None:
    """Give a file that is written whole its name, in place of what may be there.

    Args:
        finished: on the same file system.
        path: its name from now on.
        durable: outlive a machine that goes down right after.
    """
    if durable:
        _sync(finished)
    finished.replace(path)
    if durable:
        sync_folder(path.parent)


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file whole or not at all; see `replacing`."""
    with replacing(path, durable=durable) as temporary:
        temporary.write_bytes(data)


def hold_reserve(path: Path) -> None:
    """Occupy a little space, to be given up when there is no other left. Raises OSError."""
    with replacing(path) as temporary:
        temporary.write_bytes(b"\0" * RESERVE_BYTES)


def open_to_append(path: Path) -> IO[bytes]:
    """A file to write at the end of; made where there is none, without a buffer.

    Never through a link, behind which lies what is not ours to write to, and never a pipe
    that would wait for a reader.

    Raises:
        OSError: it cannot be opened, or is a link.
    """
    how = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, how, 0o644)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link", str(path)) from error
        raise
    return os.fdopen(descriptor, "ab", buffering=0)


def sync(file: IO[bytes]) -> None:
    """Put what was written to an open file on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make renames in a folder outlive a machine that goes down."""
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lock_exclusively(path: Path, wait_seconds: float = 0.0) -> IO[bytes] | None:
    """Take an exclusive flock; the open file holds it. None where another keeps it.

    Two opens of one file exclude each other, in one process as in two.
    """
    file = open_to_append(path)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(_LOOK_SECONDS)
        except BaseException:
            file.close()
            raise


def is_locked(path: Path) -> bool:
    """True where some open file holds the path's exclusive lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


@contextmanager
def exclusive(path: Path, tell_waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock on `path`; `tell_waiting` is called twice a second until it is free.

    The block may remove the file at its end: who waited for it waits on for its successor.
    """
    lock = lock_exclusively(path)
    while lock is None or not _is_at(path, lock):
        if lock is None:
            tell_waiting()
        else:
            lock.close()  # of a file that is gone; others hold a new one of that name
        lock = lock_exclusively(path, _TELL_SECONDS)
    with lock:
        yield


def _is_at(path: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
