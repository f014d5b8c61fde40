"""A file of lines that grows, read each time only where it is new.

It may be cut short, replaced, or hold anything. Knows nothing of what the lines mean.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.errors import ReadingError
from core.reading import opened

LONGEST_LINE = 1 << 16  # bytes; a longer one is none of ours
_BLOCK = 1 << 20


class GrowingLines:
    """Hands out whole lines; one still being written waits for its end."""

    def __init__(self, path: Path, most: int) -> None:
        """`most`: bytes of what is new at one look; of more, only the newest are read."""
        self._path, self._most = path, most
        self._identity: tuple[int, int] | None = None  # of the file read so far
        self._offset = 0

    def new(self) -> Iterator[list[bytes] | None]:
        """The lines since the last look, in blocks; None first where the file is another one.

        None alone where there is no file that can be read.
        """
        try:
            with opened(self._path) as file:
                found = os.fstat(file.fileno())
                identity = (found.st_dev, found.st_ino)
                if identity != self._identity or found.st_size < self._offset:
                    self._identity, self._offset = identity, 0
                    yield None
                start = max(self._offset, found.st_size - self._most)
                file.seek(start)
                # Where the beginning was passed over, the first line is only the end of one.
                torn, rest = start > self._offset, b""
                while block := file.read(_BLOCK):
                    *lines, rest = (rest + block).split(b"\n")
                    yield lines[1:] if torn and lines else lines
                    torn = torn and not lines
                    if len(rest) > LONGEST_LINE:
                        rest, torn = b"", True
                self._offset = file.tell() - len(rest)
        except ReadingError:
            # Nothing has been written yet, or it has been taken away.
            self._identity, self._offset = None, 0
            yield None
