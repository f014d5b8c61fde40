"""What lies on disk, read within bounds; whatever is wrong with it becomes one sentence.

A record, a draft, a data set may have been edited, cut short, made unreadable or replaced by
something else altogether since it was written. Everything here raises ReadingError about the
one path that it was asked for, and nothing else. Knows nothing of what the files mean.
"""

from __future__ import annotations

import json
import math
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np

from core.errors import ReadingError, describe_os_error, readable

MEGABYTE = 1_000_000
MOST_JSON = 16 * MEGABYTE
_READ_BLOCK = 1 << 20
# Control characters get their pictures; those that turn round the direction of what stands
# beside them, a mark that something is there.
_PICTURES = {
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
}


def is_file(path: Path) -> bool:
    """True for a file that can be seen; `Path.is_file` raises where a folder is closed to us."""
    return _mode(path, stat.S_ISREG)


def is_folder(path: Path) -> bool:
    """True for a folder that can be seen, or a link to one."""
    return _mode(path, stat.S_ISDIR)


def _mode(path: Path, wanted: Any) -> bool:
    try:
        return bool(wanted(path.stat().st_mode))
    except (OSError, ValueError):  # ValueError: a name with a null character
        return False


def modified(path: Path) -> int:
    """When it was changed last, in ns since the epoch; 0 where it cannot be asked."""
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


def version(path: Path) -> str:
    """Changes with a file's content, owner and mode; empty where it cannot be asked."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ""
    return f"{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_size}"


def listed(folder: Path, beginning: str = "") -> list[Path]:
    """What lies in a folder, by name; empty where there is no such folder.

    Args:
        beginning: how the names begin that are wanted.

    Raises:
        ReadingError: it is there, but is no folder or may not be read.
    """
    try:
        names = os.listdir(folder)
        return [folder / name for name in sorted(names) if name.startswith(beginning)]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise _unreadable(error, folder) from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A regular file, open for reading: never a pipe that waits, never a device without end.

    Raises:
        ReadingError: there is none, it is something else, or it may not be read.
    """
    try:
        # Without O_NONBLOCK the open itself would wait for a pipe's writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _unreadable(error, path) from error
    # Before it becomes a file: Python refuses a folder, and leaves its descriptor open.
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        kind = _kind(descriptor)
        os.close(descriptor)
        raise ReadingError(f"{name_of(path)} is not a file but {kind}.")
    with os.fdopen(descriptor, "rb") as file:
        try:
            yield file
        except OSError as error:
            raise _unreadable(error, path) from error


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a file of at most so many bytes.

    Raises:
        ReadingError: as `opened`, or it is larger.
    """
    with opened(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ReadingError(
            f"{name_of(path)} is larger than {most / MEGABYTE:,.0f} MB, the most that is read."
        )
    return data


def read_text(path: Path, most: int = MOST_JSON) -> str:
    """Text in UTF-8. Raises ReadingError: as `read_bytes`, or it is no such text."""
    try:
        return read_bytes(path, most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadingError(f"{name_of(path)} is not text in UTF-8.") from error


def read_json(path: Path, most: int = MOST_JSON) -> Any:
    """Parsed JSON. Raises ReadingError: as `read_text`, or it is not JSON."""
    return parse_json(read_text(path, most), name_of(path))


def parse_json(text: str | bytes, name: str) -> Any:
    """JSON of unknown origin. Raises ReadingError, quoting `name`, where it is none."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ReadingError(f"{name} is nested too deeply to be read.") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ReadingError(f"{name} is not JSON: {first_line(error)}.") from error
    except ValueError as error:  # JSON it is, but Python reads no whole number of 4,301 digits
        raise ReadingError(f"{name} holds a number that is too long to be read.") from error


def read_tail(path: Path, most: int) -> bytes:
    """The last bytes of a file, at most so many. Raises ReadingError as `opened`."""
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(size - most, 0))
        return file.read(most)


def read_arrays(path: Path, names: Sequence[str] | None = None, *, most: int) -> dict[str, Any]:
    """Arrays of numbers out of an .npz file, each as large as its header says.

    Every member's checksum is verified as it is read; nothing is unpickled.

    Args:
        names: which arrays; all of them where None.
        most: bytes, of all that are read.

    Raises:
        ReadingError: as `opened`, or it is no such file, or damaged, or larger.
    """
    name = name_of(path)
    try:
        with opened(path) as file, zipfile.ZipFile(file) as archive:
            wanted = _members(archive, names, name)
            if sum(member.file_size for member in wanted.values()) > most:
                raise ReadingError(f"{name} holds more than {most / MEGABYTE:,.0f} MB.")
            return {key: _array(archive, member) for key, member in wanted.items()}
    except ReadingError:
        raise
    except zipfile.BadZipFile as error:
        words = "damaged" if "CRC" in str(error) else "not a NumPy archive, or only a part of one"
        raise ReadingError(f"{name} is {words}.") from error
    except (ValueError, OSError, EOFError, zlib.error, RuntimeError) as error:
        # NumPy's own words tell of Python's objects.
        raise ReadingError(f"{name} is damaged.") from error
    except MemoryError as error:
        raise ReadingError(f"{name} claims to hold more than fits into memory.") from error


def _members(
    archive: zipfile.ZipFile, names: Sequence[str] | None, shown: str
) -> dict[str, zipfile.ZipInfo]:
    there = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    missing = [name for name in names or () if name not in there]
    if missing:
        raise ReadingError(f"{shown} lacks {', '.join(missing)}.")
    return there if names is None else {name: there[name] for name in names}


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """One array; refused before it is allocated where header and content differ in size."""
    with archive.open(member) as file:
        shape, _, kind = array_header(file)
        if kind.hasobject:
            raise ValueError("it holds Python objects, which are never unpickled")
        if math.prod(shape) * kind.itemsize != member.file_size - file.tell():
            raise ValueError("an array's header and content differ in size")
    with archive.open(member) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def array_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether columns go first, and type: how an .npy file begins.

    Raises:
        ValueError: it begins otherwise.
    """
    version = np.lib.format.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"its arrays are of an unknown format {version}")
    read = np.lib.format.read_array_header_1_0
    try:
        return (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(file)
    except (SyntaxError, TokenError, TypeError, LookupError, RecursionError, MemoryError) as error:
        raise ValueError("an array's header is not what NumPy writes") from error  # it parses it


def name_of(path: Path) -> str:
    """A path's own name, as text that can be shown, written and sent."""
    return readable(path.name or str(path))


def visible(text: str) -> list[str]:
    """Text of unknown origin as lines that can be shown: none for nothing.

    A tab is a space; no other character acts on what stands beside it.
    """
    return [line.replace("\t", " ").translate(_PICTURES) for line in readable(text).splitlines()]


def one_line(text: str) -> str:
    """The same in one line, as a name is shown."""
    return " ".join(visible(text))


def first_line(error: BaseException) -> str:
    """An exception's own words as the end of a sentence: one line, not too long."""
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(". ") if lines else "no reason is given"


def _unreadable(error: OSError | ValueError, path: Path) -> ReadingError:
    if isinstance(error, OSError):
        return ReadingError(describe_os_error(error, path))
    return ReadingError(f"{name_of(path)} is no name that a file can have.")


def _kind(descriptor: int) -> str:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"
