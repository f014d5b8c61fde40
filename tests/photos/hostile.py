"""Files that ask a decoder for far more than they are worth, made on the spot.

Shared by tests and benchmarks: name -> the file, and whether a picture comes out of it.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image

from tests.photos.pictures import encoded

SIDE = 8000  # 64 megapixels
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by PNG's colour type
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, bits: int, colour: int, *, interlaced: bool = False, extra: bytes = b""
) -> bytes:
    """A black PNG, made without holding its pixels."""
    packed, passes = zlib.compressobj(6), [(width, height)]
    if interlaced:
        passes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in _ADAM7]
        passes.append((width, height // 2))
    rows = b""
    for across, down in passes:
        row = b"\0" + bytes((across * bits * _CHANNELS[colour] + 7) // 8)
        for _ in range(down):
            rows += packed.compress(row)
    rows += packed.flush()
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    body = chunk(b"IHDR", head) + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def flat(mode: str, kind: str, side: int = SIDE, **options: Any) -> bytes:
    return encoded(Image.new(mode, (side, side)), kind, **options)


def jpeg(mode: str = "RGB", size: tuple[int, int] = (SIDE, SIDE), **options: Any) -> bytes:
    gradient = Image.linear_gradient("L").resize(size)
    return encoded(gradient.convert(mode), "JPEG", quality=85, **options)


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan is said again and again."""
    data = encoded(Image.new("L", (side, side), 100), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * scans + b"\xff\xd9"


def rational_bomb(megabytes: int) -> bytes:
    """A TIFF whose resolution is millions of numbers, of which decoders make objects."""
    numbers = megabytes * 1_000_000 // 8
    tags = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 8), (278, 3, 1, 8), (279, 4, 1, 64), (282, 5, numbers, 200)]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags)
    return b"II*\0" + struct.pack("<I", 72) + bytes(64) + directory + bytes(60 + numbers * 8)


def gif_with_remarks(megabytes: int) -> bytes:
    """A comment in blocks of 255 bytes, which decoders join one to the other."""
    data = encoded(Image.new("P", (8, 8)), "GIF")
    at = data.index(b"\x2c")
    comment = b"\x21\xfe" + (b"\xff" + bytes(255)) * (megabytes * 4000) + b"\0"
    return data[:at] + comment + data[at:]


def heic(size: tuple[int, int]) -> bytes:
    from pillow_heif import from_pillow

    buffer = io.BytesIO()
    from_pillow(Image.linear_gradient("L").resize(size).convert("RGB")).save(buffer, quality=50)
    return buffer.getvalue()


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


# Those that are decoded, and turned by it where that makes a second picture.
LARGE: dict[str, Callable[[], bytes]] = {
    "PNG, 64 megapixels": lambda: png(SIDE, SIDE, 8, 2),
    "PNG, transparent": lambda: png(SIDE, SIDE, 8, 6),
    "PNG, 16 bits, interlaced": lambda: png(SIDE, SIDE, 16, 6, interlaced=True),
    "PNG, 16 bits, grey": lambda: png(SIDE, SIDE, 16, 0),
    "PNG, palette, transparent": lambda: flat("P", "PNG", transparency=0),
    "PNG, long": lambda: png(65_000, 900, 8, 2),
    "GIF, 64 megapixels": lambda: flat("P", "GIF"),
    "TIFF, floats": lambda: flat("F", "TIFF", compression="tiff_lzw"),
    "TIFF, turned": lambda: flat("RGB", "TIFF", compression="tiff_adobe_deflate", exif=_exif(6)),
    "JPEG, 108 megapixels, turned": lambda: jpeg("RGB", (12_000, 9_000), exif=_exif(6)),
    "JPEG, 200 megapixels": lambda: jpeg("L", (16_320, 12_240)),
    "JPEG, 64 megapixels, progressive": lambda: jpeg(progressive=True, subsampling=0),
    "JPEG, 108 megapixels, progressive": lambda: jpeg("RGB", (12_000, 9_000), progressive=True),
    "WebP, 25 megapixels, transparent": lambda: flat("RGBA", "WEBP", 4990, lossless=True, method=0),
    "AVIF, 25 megapixels": lambda: flat("RGBA", "AVIF", 4990, speed=10, subsampling="4:4:4"),
    "HEIC, 48 megapixels": lambda: heic((8000, 6000)),
}
# And those that are refused, by a sentence with this in it.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "PNG, 60,000,000 wide": (lambda: png(60_000_000, 1, 8, 0), "no side"),
    "PNG, three million chunks": (
        lambda: png(8, 8, 8, 0, extra=chunk(b"tEXt", b"k\0v") * 3_000_000),
        "pieces",
    ),
    "JPEG, 3,000 scans": (lambda: many_scans(2000, 3000), "scans"),
    "JPEG, 100 scans of 64 megapixels": (lambda: many_scans(SIDE, 100), "scans"),
    "JPEG, 108 megapixels, progressive, full colour": (
        lambda: jpeg("RGB", (12_000, 9_000), progressive=True, subsampling=0),
        "decoded is",
    ),
    "WebP, 64 megapixels": (lambda: flat("RGB", "WEBP", lossless=True, method=0), "decoded is"),
    "AVIF, 36 megapixels": (lambda: flat("RGB", "AVIF", 6000, speed=10), "decoded is"),
    "TIFF, one strip of 64 megapixels": (
        lambda: flat("RGB", "TIFF", compression="tiff_lzw", strip_size=1 << 30),
        "decoded is",
    ),
    "PPM, remarks": (lambda: b"P1\n4000 2080\n" + b"#a\n" * 16_000_000, "pieces"),
    "PPM, 25 million numbers in text": (
        lambda: b"P3\n4000 2080\n255\n" + b"0 " * 24_960_000,
        "too long",
    ),
    "PPM, odd range": (lambda: b"P6\n4000 4000\n254\n" + bytes(48_000_000), "too long"),
    "BMP, run lengths": (lambda: _bmp_rle(5000, b"\1\5" * 20_000_000), "too long"),
}
# Small pictures in files full of remarks: read as if there were none.
REMARKS: dict[str, Callable[[], bytes]] = {
    "TIFF, resolution of millions": lambda: rational_bomb(40),
    "GIF, remarks": lambda: gif_with_remarks(40),
    "PNG, profile": lambda: png(
        8, 8, 8, 0, extra=chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(200_000_000)))
    ),
}


def _bmp_rle(side: int, runs: bytes) -> bytes:
    offset = 14 + 40 + 1024
    head = b"BM" + struct.pack("<IHHI", offset + len(runs), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(runs), 0, 0, 256, 0)
    return head + info + bytes(1024) + runs
