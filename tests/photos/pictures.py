"""Pictures in every format and mode that people bring, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# Strokes of digits in a box of 1 x 1, as (x, y).
STROKES: dict[int, list[tuple[float, float]]] = {
    1: [(0.35, 0.2), (0.6, 0.0), (0.6, 1.0)],
    2: [(0.1, 0.25), (0.3, 0.0), (0.7, 0.0), (0.9, 0.25), (0.05, 1.0), (0.95, 1.0)],
    4: [(0.7, 1.0), (0.7, 0.0), (0.1, 0.65), (0.95, 0.65)],
    7: [(0.05, 0.0), (0.95, 0.0), (0.4, 1.0)],
}


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of that format."""
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **options)
    return buffer.getvalue()


def corners() -> Image.Image:
    """40 x 20, its quarters red, green, blue and white: turning and flipping show."""
    picture = Image.new("RGB", (40, 20), "white")
    for box, colour in (
        ((0, 0, 20, 10), (255, 0, 0)),
        ((20, 0, 40, 10), (0, 255, 0)),
        ((0, 10, 20, 20), (0, 0, 255)),
    ):
        picture.paste(colour, box)
    return picture


def png16(values: np.ndarray) -> bytes:
    """A PNG of 16 bits a channel, which Pillow itself cannot write in colour.

    Args:
        values: (H, W, C) 0..65535, C 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA)
    """
    height, width, channels = values.shape
    colour_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return _png(header, zlib.compress(rows))


def enormous_png(side: int) -> bytes:
    """A tiny file that claims side x side pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return _png(header, zlib.compress(b"\0" * 64))


def _png(header: bytes, data: bytes) -> bytes:
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", data), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def tiff16(values: np.ndarray) -> bytes:
    """An uncompressed TIFF of 16 bits a channel.  # (H, W, 1 or 3), 0..65535"""
    height, width, channels = values.shape
    data = values.astype("<u2").tobytes()
    bits_at = 8 + 2 + 9 * 12 + 4
    data_at = bits_at + 2 * channels
    tags: Sequence[tuple[int, int, int, int]] = (
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, channels, bits_at if channels > 2 else 16),
        (259, 3, 1, 1),
        (262, 3, 1, 2 if channels == 3 else 1),
        (273, 4, 1, data_at),
        (277, 3, 1, channels),
        (278, 3, 1, height),
        (279, 4, 1, len(data)),
    )
    directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + directory + struct.pack("<I", 0)
    return head + struct.pack(f"<{channels}H", *[16] * channels) + data


def written_digit(
    digit: int,
    *,
    size: tuple[int, int] = (900, 1200),
    box: tuple[int, int, int, int] = (300, 350, 560, 800),
    pen: int = 14,
    shade: float = 0.0,
    table: bool = False,
) -> Image.Image:
    """A phone's photo of a digit written on paper.

    Args:
        size: (width, height) of the photo.
        box: left, top, right, bottom of the digit.
        pen: width of the stroke.
        shade: how much darker the paper is at the right than at the left, 0..1.
        table: dark table seen at the left and at the bottom of the sheet.
    """
    picture = Image.new("L", size, 222)
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = box
    points = [(left + x * (right - left), top + y * (bottom - top)) for x, y in STROKES[digit]]
    draw.line(points, fill=45, width=pen, joint="curve")
    if table:
        draw.rectangle((0, 0, size[0] // 9, size[1]), fill=48)
        draw.rectangle((0, size[1] - size[1] // 14, *size), fill=48)
    values = np.asarray(picture.filter(ImageFilter.GaussianBlur(2)), dtype=np.float32)
    light = 1.0 - shade / (1.0 + np.exp(-12.0 * np.linspace(-0.5, 0.5, size[0])))
    noise = np.random.default_rng(digit).normal(0.0, 6.0, values.shape)
    return Image.fromarray(np.clip(values * light + noise, 0, 255).astype(np.uint8))
