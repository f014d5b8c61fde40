"""The lists of numbers with which TIFF files begin, and EXIF too.

A directory holds entries: a number that says what is told, a kind, how many, and the values or
where they lie (TIFF Revision 6.0, section 2; BigTIFF the same with longer numbers).
Knows nothing of pixels.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from core.photos.decoding.refusals import in_pieces

_ORIENTATION = 274
# What is needed to decode the pixels; remarks, profiles, previews and further directories are not.
_NEEDED = frozenset(
    (
        *(254, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317),
        *(*range(320, 326), 332, 334, 336, 338, 339, 340, 341, 347),
        *(*range(512, 522), *range(529, 533)),
    )
)
_BYTES_EACH = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8}
_MOST_NUMBERS = 500_000  # of one file: 64 megapixels in tiles of 16 x 16 have 250,000
_MOST_ENTRIES = 4096


@dataclass(frozen=True)
class _Layout:
    """How wide the numbers of a file are."""

    order: str  # "<" or ">"
    count: str  # of entries
    entry: str
    at: str  # where something lies

    def unpack(self, what: str, data: bytes, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + what, data, at)


def without_extras(data: bytes) -> tuple[bytes, int]:
    """The file with one directory that says only what decoding needs, and its orientation.

    Raises:
        PhotoError: it lists more numbers than any picture needs.
    """
    layout = _layout_of(data)
    if layout is None:
        return data, 1
    at = 8 if layout.at == "Q" else 4
    try:
        (start,) = layout.unpack(layout.at, data, at)
        entries = list(_entries(data, start, layout))
    except (struct.error, OverflowError):
        return data, 1  # cut short: for the decoder to say
    needed = [entry for entry in entries if entry[0] in _NEEDED]
    numbers = sum(count for _, kind, count, _ in needed if kind not in (2, 7))
    if len(entries) > _MOST_ENTRIES or numbers > _MOST_NUMBERS:
        raise in_pieces("TIFF")
    packed = [struct.pack(layout.order + layout.entry, *entry) for entry in needed]
    place = len(data) + len(data) % 2
    head = struct.pack(layout.order + layout.at, place)
    count = struct.pack(layout.order + layout.count, len(packed))
    last = struct.pack(layout.order + layout.at, 0)
    body, even = memoryview(data)[at + len(head) :], b"\0" * (len(data) % 2)
    whole = b"".join([data[:at], head, body, even, count, *packed, last])
    return whole, _orientation(entries, layout) or 1


def orientation_in(exif: bytes) -> int | None:
    """What an EXIF block says of how the camera was held; None where it does not, or garbled."""
    layout = _layout_of(exif)
    if layout is None:
        return None
    try:
        (start,) = layout.unpack(layout.at, exif, 8 if layout.at == "Q" else 4)
        return _orientation(list(_entries(exif, start, layout)), layout)
    except (struct.error, OverflowError):
        return None


def _layout_of(data: bytes) -> _Layout | None:
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 16:
        return None
    if data[2:4] in (b"+\0", b"\0+"):
        return _Layout(order, "Q", "HHQ8s", "Q")
    return _Layout(order, "H", "HHL4s", "L")


def _entries(data: bytes, start: int, layout: _Layout) -> Iterator[tuple[int, int, int, bytes]]:
    """(what, kind, how many, values or where) of a directory."""
    (count,) = layout.unpack(layout.count, data, start)
    at = start + struct.calcsize(layout.order + layout.count)
    step = struct.calcsize(layout.order + layout.entry)
    for number in range(min(count, _MOST_ENTRIES + 1)):
        what, kind, many, value = struct.unpack_from(
            layout.order + layout.entry, data, at + number * step
        )
        if kind in _BYTES_EACH:  # decoders skip what they don't know
            yield what, kind, many, value


def _orientation(entries: list[tuple[int, int, int, bytes]], layout: _Layout) -> int | None:
    for what, kind, many, value in entries:
        if what == _ORIENTATION and kind in (3, 4) and many == 1:
            (found,) = layout.unpack("H" if kind == 3 else "L", value, 0)
            return found if 1 <= found <= 8 else None
    return None
