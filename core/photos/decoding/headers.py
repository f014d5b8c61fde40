"""A file's own structure, looked through before any decoder sees it.

Decoders take a file at its word: they collect its remarks, follow its lists, hold all its
numbers, and a small file can so ask for gigabytes and minutes. What no pixel needs is left out
here, and what is to be judged is counted. Knows nothing of what is too much to decode.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from core.photos.decoding.refusals import in_pieces, unsupported
from core.photos.decoding.tiff_header import orientation_in, without_extras

_MOST_PIECES = 250_000  # segments, chunks or blocks; a real file of 50 MB has about 10,000
_MOST_COMMENTS = 1000  # of a PPM in text; for each, its decoder moves all that follows
_MOST_REMARK = 1 << 20  # bytes of EXIF or XMP that are looked through
_XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")
_NO_FRAMES = {0xC4, 0xC8, 0xCC}  # markers among those of frames that are something else
_UNREAD_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}  # lossless, hierarchical


@dataclass(frozen=True)
class Header:
    """What a file says before it is decoded.

    Args:
        kind: the format's name.
        data: the file without what no pixel needs.
        orientation: how the camera was held, as EXIF counts it; 1 is upright.
        scans: of a JPEG, at most.
        held: bytes a pixel of the full picture that a JPEG's decoder keeps.
    """

    kind: str
    data: bytes
    orientation: int = 1
    scans: int = 1
    held: float = 0.0


def look(data: bytes) -> Header:
    """
    Raises:
        PhotoError: the file is of a kind that is known and not read, or made of too many pieces.
    """
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Header("GIF", _first_frame_of_gif(data))
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        cleaned, orientation = without_extras(data)
        return Header("TIFF", cleaned, orientation)
    if data[4:8] == b"ftyp":
        return Header("HEIC or AVIF", _without_remarks(data))
    if data[:2] in (b"P1", b"P2", b"P3"):  # numbers written in text
        if data.count(b"#") > _MOST_COMMENTS:
            raise in_pieces("PPM")
        return Header("PPM", re.sub(rb"#[^\r\n]*", b"", data))
    return Header("picture", data)


def orientation_of(exif: bytes, xmp: bytes = b"") -> int:
    """1 to 8; 1 where nothing says another."""
    found = orientation_in(exif[:_MOST_REMARK].removeprefix(b"Exif\0\0"))
    if found is None:
        said = _XMP_ORIENTATION.search(xmp[:_MOST_REMARK])
        found = int(said[1]) if said else 1
    return found


def _jpeg(data: bytes) -> Header:
    """Up to the end of the first picture: phones append films, maps of depth and others."""
    whole = memoryview(data)  # whose slices are no copies
    kept, at, frame, exif, xmp = [whole[:2]], 2, b"", b"", b""
    for _ in range(_MOST_PIECES):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            return Header("JPEG", data)  # no pixels at all: its decoder will say so
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in (0xDA, 0xD9):
            break
        body = data[at + 4 : at + 2 + length]
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES:
            _refuse_rare_jpeg(marker, body)
            frame = bytes([marker]) + body
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif = exif or body
        elif marker == 0xE1 and body.startswith(b"http://ns.adobe.com/xap/"):
            xmp = xmp or body
        # Of the remarks only those of JFIF and Adobe say how colours are stored.
        if marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(whole[at : at + 2 + length])
        at += 2 + length
    else:
        raise in_pieces("JPEG")
    end = data.find(b"\xff\xd9", at)
    end = end + 2 if end >= 0 else len(data)
    scans = data.count(b"\xff\xda", at, end)
    held = _coefficients(frame) if scans > 1 or frame[:1] in (b"\xc2", b"\xca") else 0.0
    kept.append(whole[at:end])
    return Header("JPEG", b"".join(kept), orientation_of(exif, xmp), scans, held)


def _refuse_rare_jpeg(marker: int, body: bytes) -> None:
    if marker in _UNREAD_FRAMES:
        raise unsupported("The JPEG, lossless or hierarchical,")
    if body[:1] not in (b"\x08", b""):
        raise unsupported(f"The JPEG, of {body[0]} bits a channel,")


def _coefficients(frame: bytes) -> float:
    """Bytes a pixel of all coefficients, 2 each, as they are kept where a picture has scans."""
    factors = frame[8::3]  # after the marker, bits, height, width, count and a component's name
    grid = [(factor >> 4, factor & 15) for factor in factors[: frame[6] if len(frame) > 6 else 0]]
    if not grid or not all(across and down for across, down in grid):
        return 6.0
    most = max(across for across, _ in grid) * max(down for _, down in grid)
    return 2.0 * sum(across * down for across, down in grid) / most


def _png(data: bytes) -> Header:
    """Its own pixels and colours: no text, no profile, no other frames."""
    whole = memoryview(data)
    kept, at, exif, xmp = [whole[:8]], 8, b"", b""
    for _ in range(_MOST_PIECES):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data) or not kind.isalpha():
            kept.append(whole[at:])  # cut short or garbled: for the decoder to say
            break
        if kind == b"eXIf":
            exif = data[at + 8 : at + 8 + length]
        elif kind == b"iTXt" and data[at + 8 : at + 25] == b"XML:com.adobe.xmp":
            xmp = data[at + 8 : at + 8 + min(length, _MOST_REMARK)]
        if kind == b"tRNS" or kind[:1].isupper():
            kept.append(whole[at:end])
        if kind == b"IEND":
            break
        at = end
    else:
        raise in_pieces("PNG")
    return Header("PNG", b"".join(kept), orientation_of(exif, xmp))


def _first_frame_of_gif(data: bytes) -> bytes:
    """The head, the blocks that say what is transparent, and one image."""
    at = 13 + _gif_palette(data[10:11])
    whole = memoryview(data)
    kept, pieces = [whole[:at]], 0
    while at < len(data):
        begin, kind = at, data[at : at + 1]
        if kind == b"\x21":  # an extension
            at += 2
        elif kind == b"\x2c":  # an image
            at += 11 + _gif_palette(data[at + 9 : at + 10])
        else:
            at += 1  # the end, or garbage, which decoders pass over
        if kind in (b"\x21", b"\x2c"):
            at, pieces = _after_blocks(data, at, pieces)
        pieces += 1
        if pieces > 4 * _MOST_PIECES:  # of 255 bytes at most
            raise in_pieces("GIF")
        if kind == b"\x2c" or data[begin : begin + 2] == b"\x21\xf9":
            kept.append(whole[begin:at])
        if kind in (b"\x2c", b"\x3b"):
            break
    return b"".join([*kept, b"\x3b"])


def _gif_palette(flags: bytes) -> int:
    """Its bytes, where there is one."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _after_blocks(data: bytes, at: int, pieces: int) -> tuple[int, int]:
    """Past blocks that each begin with their length, up to an empty one."""
    while at < len(data) and data[at] and pieces <= 4 * _MOST_PIECES:
        at += 1 + data[at]
        pieces += 1
    return min(at + 1, len(data)), pieces


def _without_remarks(data: bytes) -> bytes:
    """An ISO media file whose pictures have no descriptions attached.

    A description may be as large as the file, belong to each of a hundred pictures, and be
    taken apart number by number; how the picture was turned does not stand in it.
    """
    at = 0
    for _ in range(1000):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack(">Q", data[at + 8 : at + 16])
        if length < 8 or at + length > len(data):
            return data
        if kind == b"meta":
            meta = data[at : at + length].replace(b"cdsc", b"skip")
            return b"".join([data[:at], meta, data[at + length :]])
        at += length
    raise in_pieces("HEIC")
