"""A zip of unknown origin: its members by name, read one at a time within bounds.

Nothing is unpacked to disk. Whatever is wrong becomes a sentence: with the zip when it is
opened, with one member when that is read. Knows nothing of pictures.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path

from core.errors import DatasetError, ReadingError
from core.reading import first_line, opened

_ENCRYPTED = 0x1
_UTF8 = 0x800
_UNIX = 3
# Whatever breaks first in a damaged or made-up archive.
_DAMAGE = (
    *(OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(ValueError, LookupError, ArithmeticError, RuntimeError, MemoryError),
)


class Zip:
    """An open zip.

    Raises:
        DatasetError: it is no zip, or a damaged one.
        ReadingError: it is not there, no file, or may not be read.
    """

    def __init__(self, location: Path) -> None:
        self._open = ExitStack()
        try:
            # Opened here, where a pipe of that name is not waited for.
            file = self._open.enter_context(opened(location))
            self._archive = self._open.enter_context(zipfile.ZipFile(file))
            self.members = {
                _plain_name(info): info for info in self._archive.infolist() if not info.is_dir()
            }
        except _DAMAGE as error:
            self._open.close()
            raise DatasetError(
                f"{location} cannot be opened as a zip ({_words(error)}). It may have been "
                "copied in part.",
                "Copy it again, or unpack it into a folder beside it.",
            ) from error

    def read(self, path: str, most: int) -> bytes:
        """A member's content, at most so many bytes and one; more are never unpacked.

        Raises:
            KeyError: there is none of that name.
            ReadingError: it is locked, packed in an unknown way, or damaged.
        """
        member = self.members[path]
        if member.flag_bits & _ENCRYPTED:
            raise ReadingError("It is protected with a password.")
        if member.file_size > most:  # what follows unpacks no more than it claims
            raise ReadingError(f"It claims to be larger than {most / 2**20:,.0f} MB.")
        try:
            with self._archive.open(member) as file:
                return file.read(most + 1)
        except NotImplementedError as error:
            raise ReadingError("It is packed in a way that cannot be read here.") from error
        except _DAMAGE as error:
            raise ReadingError(f"It is damaged inside the zip ({_words(error)}).") from error

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Zip:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _plain_name(member: zipfile.ZipInfo) -> str:
    """Its path as text with forward slashes; some Windows tools write backslashes."""
    return _text(member).replace("\\", "/")


def _text(member: zipfile.ZipInfo) -> str:
    """Its path as whoever packed it wrote it.

    Without the mark of UTF-8 the format means code page 437; macOS and older tools write UTF-8
    all the same, and those of Unix the bytes that the file system has.
    """
    name = member.filename
    if member.flag_bits & _UTF8 or name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name  # from a field of its own, which Pythons from 3.12 on read
    if member.orig_filename.partition("\0")[0] != name:
        return name  # the same, of a name that code page 437 could hold too
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace") if member.create_system == _UNIX else name


def _words(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "a name in it is not in the encoding that it claims"
    return first_line(error)
