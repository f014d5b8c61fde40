"""What lies in a class folder or zip, looked through once for each change on disk.

Adding, removing or renaming a file changes the time of its folder, so that asking each
folder for its time tells whether to look again; a page asks several times a second. A file
overwritten in place changes no folder: FolderSource.fingerprint, which a load asks for,
looks at every file. Knows nothing of pictures.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.data.sources.class_folders import Layout, find_layout, quoted
from core.data.sources.fingerprints import digest
from core.data.sources.zips import Zip
from core.errors import DatasetError, ReadingError, describe_os_error
from core.reading import is_folder

# Of a path: times of modification and of change (ns), size, inode. One alone can stay the same
# when a file is replaced by another that was given its time, or made readable.
State = tuple[int, int, int, int]
States = tuple[tuple[str, State], ...]

_REMEMBERED = 64
# File systems count time in ticks: two changes within one leave the same time behind.
# What file systems keep for themselves at the top of a disk.
_OF_THE_SYSTEM = ("lost+found", "System Volume Information", "$RECYCLE.BIN")
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


class _Place:
    """A location with its last look. Only who looks at the same one waits."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.scan: Scan | None = None


_places: dict[Path, _Place] = {}
_lock = threading.Lock()


def look(location: Path) -> Scan:
    """What lies there now; from memory where nothing has changed since the last look."""
    with _lock:
        place = _places.pop(location) if location in _places else _Place()
        _places[location] = place
        while len(_places) > _REMEMBERED:
            del _places[next(iter(_places))]
    with place.lock:
        if place.scan is None or not place.scan.holds:
            place.scan = _scan(location)
        return place.scan


def layout_of(location: Path) -> Layout | None:
    """The layout of a folder or zip; None where it holds no image.

    Raises:
        DatasetError: it cannot be opened, or is not laid out in class folders.
    """
    scan = look(location)
    if scan.problem is not None:
        raise DatasetError(scan.problem.message, scan.problem.advice)
    return scan.layout


def _scan(location: Path) -> Scan:
    begun = time.time_ns()
    states: list[tuple[str, State]] = []
    paths: tuple[str, ...] = ()
    layout, problem = None, None
    try:
        paths = tuple(_paths(location, states))
        layout = find_layout(location.name, paths)
        _require_no_inner_zip(location, layout, paths)
    except DatasetError as error:
        layout, problem = None, error
    except FileNotFoundError:  # it was taken away meanwhile
        paths = ()
    except (ReadingError, OSError) as error:
        states.clear()  # it may become readable without a change of its own
        problem = _cannot_be_read(error)
    # A time ahead of this machine's clock, of a copy from elsewhere, is no change just made.
    settled = bool(states) and all(
        abs(begun - moment) > _TICK_SECONDS * 1e9 for _, state in states for moment in state[:2]
    )
    return Scan(digest(repr(states)), paths, layout, problem, tuple(states), settled)


def _cannot_be_read(error: ReadingError | OSError) -> DatasetError:
    words = error.message if isinstance(error, ReadingError) else describe_os_error(error)
    return DatasetError(words, "Change who may read it, or take it out of the datasets folder.")


def _paths(location: Path, states: list[tuple[str, State]]) -> Iterator[str]:
    """Paths of all files inside. `states` gets what tells a change, taken before it is read."""
    if is_folder(location):
        yield from _walk(location, states)
        return
    states.append((str(location), _state_of(str(location))))
    with Zip(location) as archive:
        yield from archive.members


def _require_no_inner_zip(location: Path, layout: Layout | None, paths: tuple[str, ...]) -> None:
    inner = next((path for path in paths if path.lower().endswith(".zip")), None)
    if layout is None and inner is not None and not is_folder(location):
        raise DatasetError(
            f"{location.name} holds no images but other zips, among them {quoted(inner)}.",
            "Unpack it, and put what is inside into the datasets folder.",
        )


def _walk(location: Path, states: list[tuple[str, State]]) -> Iterator[str]:
    """Paths of all files in a folder, those in hidden folders and behind links left out."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        folder = os.path.join(location, inside)
        states.append((folder, _state_of(folder)))
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name, reverse=True):
                if not entry.is_dir(follow_symlinks=False):
                    yield inside + entry.name
                elif not entry.name.startswith(".") and entry.name not in _OF_THE_SYSTEM:
                    waiting.append(f"{inside}{entry.name}/")


def _state_of(path: str) -> State:
    found = os.stat(path)
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
