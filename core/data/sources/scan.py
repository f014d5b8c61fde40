"""What lies in a class folder or zip, looked through once for each change on disk.

Adding, removing or renaming a file changes the time of its folder, so that asking each
folder for its time tells whether to look again; a page asks several times a second. A file
overwritten in place changes no folder: FolderSource.fingerprint, which a load asks for,
looks at every file. Knows nothing of pictures.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.data.sources.class_folders import Layout, find_layout
from core.errors import DatasetError

# Of a path: times of modification and of change (ns), size, inode. One alone can stay the same
# when a file is replaced by another that was given its time, or made readable.
State = tuple[int, int, int, int]
States = tuple[tuple[Path, State], ...]

_REMEMBERED = 64
# File systems count time in ticks: two changes within one leave the same time behind.
_TICK_SECONDS = 2.0


@dataclass(frozen=True)
class Scan:
    """One look at a location."""

    version: str  # changes whenever files were added, removed or renamed
    paths: tuple[str, ...]  # of all files inside, with forward slashes
    layout: Layout | None  # None where there is no image, or a problem
    problem: DatasetError | None
    states: States  # of the zip, or of each folder
    settled: bool  # nothing changed within the last tick

    @property
    def holds(self) -> bool:
        """Nothing has changed since."""
        try:
            return self.settled and all(_state_of(path) == state for path, state in self.states)
        except OSError:
            return False


_scans: dict[Path, Scan] = {}
_lock = threading.Lock()


def look(location: Path) -> Scan:
    """What lies there now; from memory where nothing has changed since the last look."""
    with _lock:
        scan = _scans.get(location)
        if scan is None or not scan.holds:
            scan = _scan(location)
            _scans.pop(location, None)
            _scans[location] = scan
            while len(_scans) > _REMEMBERED:
                del _scans[next(iter(_scans))]
        return scan


def layout_of(location: Path) -> Layout | None:
    """The layout of a folder or zip; None where it holds no image.

    Raises:
        DatasetError: it cannot be opened, or is not laid out in class folders.
    """
    scan = look(location)
    if scan.problem is not None:
        raise DatasetError(scan.problem.message, scan.problem.advice)
    return scan.layout


def plain_name(member: zipfile.ZipInfo) -> str:
    """Its path with single forward slashes; some Windows tools write backslashes."""
    return PurePosixPath(member.filename.replace("\\", "/")).as_posix()


def _scan(location: Path) -> Scan:
    begun = time.time_ns()
    paths: tuple[str, ...] = ()
    states: States = ()
    layout, problem = None, None
    try:
        states, paths = _folder(location) if location.is_dir() else _zip(location)
        layout = find_layout(location.name, paths)
    except DatasetError as error:
        problem = error
    except OSError as error:
        problem = DatasetError(f"{location} cannot be read: {error.strerror or error}.")
    # A time ahead of this machine's clock, of a copy from elsewhere, is no change just made.
    settled = bool(states) and all(
        abs(begun - moment) > _TICK_SECONDS * 1e9 for _, state in states for moment in state[:2]
    )
    version = hashlib.sha256(repr(states).encode()).hexdigest()
    return Scan(version, paths, layout, problem, states, settled)


def _folder(location: Path) -> tuple[States, tuple[str, ...]]:
    states: list[tuple[Path, State]] = []
    paths = tuple(_walk(location, states))
    return tuple(states), paths


def _walk(location: Path, states: list[tuple[Path, State]]) -> Iterator[str]:
    """Paths of all files inside. `states` gets each folder's, taken before it is read."""
    states.append((location, _state_of(location)))
    for folder, folders, names in os.walk(location):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        states.extend((Path(folder) / name, _state_of(Path(folder) / name)) for name in folders)
        inside = Path(folder).relative_to(location).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        yield from (prefix + name for name in names)


def _zip(location: Path) -> tuple[States, tuple[str, ...]]:
    states = ((location, _state_of(location)),)
    try:
        with zipfile.ZipFile(location) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            return states, tuple(plain_name(info) for info in members)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise DatasetError(
            f"{location} cannot be opened as a zip ({error}). It may have been copied in part.",
            "Copy it again, or unpack it into a folder beside it.",
        ) from error


def _state_of(path: Path) -> State:
    found = path.stat()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
