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

Times = tuple[tuple[Path, int], ...]  # modification times in nanoseconds

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
    times: Times  # of the zip, or of each folder
    settled: bool  # nothing changed within the last tick

    @property
    def holds(self) -> bool:
        """Nothing has changed since."""
        try:
            return self.settled and all(_time_of(path) == moment for path, moment in self.times)
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
    times: Times = ()
    layout, problem = None, None
    try:
        times, paths = _folder(location) if location.is_dir() else _zip(location)
        layout = find_layout(location.name, paths)
    except DatasetError as error:
        problem = error
    except OSError as error:
        problem = DatasetError(f"{location} cannot be read: {error.strerror or error}.")
    newest = max((moment for _, moment in times), default=begun)
    settled = begun - newest > _TICK_SECONDS * 1e9
    version = hashlib.sha256(repr(times).encode()).hexdigest()
    return Scan(version, paths, layout, problem, times, settled)


def _folder(location: Path) -> tuple[Times, tuple[str, ...]]:
    times: list[tuple[Path, int]] = []
    paths = tuple(_walk(location, times))
    return tuple(times), paths


def _walk(location: Path, times: list[tuple[Path, int]]) -> Iterator[str]:
    """Paths of all files inside. `times` gets each folder's, taken before it is read."""
    times.append((location, _time_of(location)))
    for folder, folders, names in os.walk(location):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        times.extend((Path(folder) / name, _time_of(Path(folder) / name)) for name in folders)
        inside = Path(folder).relative_to(location).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        yield from (prefix + name for name in names)


def _zip(location: Path) -> tuple[Times, tuple[str, ...]]:
    times = ((location, _time_of(location)),)
    try:
        with zipfile.ZipFile(location) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            return times, tuple(plain_name(info) for info in members)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise DatasetError(
            f"{location} cannot be opened as a zip ({error}). It may have been copied in part.",
            "Copy it again, or unpack it into a folder beside it.",
        ) from error


def _time_of(path: Path) -> int:
    return path.stat().st_mtime_ns
