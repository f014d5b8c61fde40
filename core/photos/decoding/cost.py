"""What decoding a picture would take, told from its header; refused where it is too much.

Any picture is decoded within about 5 s and 500 MB on two cores. Bytes a pixel were measured
for every decoder (benchmarks/photos.py goes through them). Knows nothing of how a file is read.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from PIL import Image

from core.photos.decoding import refusals
from core.photos.decoding.headers import Header

if TYPE_CHECKING:
    from pillow_heif import HeifFile

LARGEST_BYTES = 100 * 1024 * 1024
LARGEST_PIXELS = 64_000_000
# A JPEG may be decoded at an eighth, so it may be larger: phones take pictures of 200 megapixels.
LARGEST_JPEG = 210_000_000
LONGEST_SIDE = 65_535  # the longest that a JPEG can have
MOST_RETURNED = 16_000_000  # pixels of what is handed on, whatever was asked for
_MOST_MEMORY = 400_000_000  # bytes that a decoder may take
_REDUCED_FROM = 4_000_000  # pixels: smaller pictures are left as they are
_REDUCED_TO = 2_000_000
# Before libjpeg is through with a scan it has looked at each pixel, in about 0.7 ns.
_MOST_SCANNED = 2_500_000_000  # pixels times scans; a progressive photo has about 10 scans
_CHANNEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
# Canvases and planes of decoders that make the whole picture several times.
_BYTES_BY_FORMAT = {"WEBP": 16.0, "AVIF": 16.0, "DIB": 4.0, "BMP": 4.0}
_HEIF_BYTES = {400: 5.0, 420: 5.0}  # by how colours are thinned out
_HEIF_FULL_COLOUR, _HEIF_ALPHA, _HEIF_DEEP = 9.5, 3.0, 1.65  # not at all; more; times as much
# Decoders that Pillow has in Python: of so many bytes and pixels they take about 2 s.
_MOST_IN_PYTHON = 4_000_000


def refuse_enormous(kind: str, width: int, height: int) -> None:
    """Raises PhotoError by the size that the header claims."""
    most = LARGEST_JPEG if kind == "JPEG" else LARGEST_PIXELS
    if width * height > most:
        raise refusals.enormous(f"{width:,} x {height:,} pixels", most)
    if max(width, height) > LONGEST_SIDE:
        raise refusals.too_long(width, height, LONGEST_SIDE)


def refuse_costly(picture: Image.Image, header: Header, full: tuple[int, int]) -> float:
    """
    Args:
        picture: opened, not yet decoded, and drafted.
        full: its width and height before.

    Returns: bytes that its decoder will take, about.

    Raises:
        PhotoError: too many, or it would take too long.
    """
    pixels, decoded = full[0] * full[1], picture.width * picture.height
    if header.scans * pixels > _MOST_SCANNED:
        raise refusals.too_many_scans(header.scans, *full)
    codec = picture.tile[0].codec_name if picture.tile else ""  # type: ignore[attr-defined]
    if codec in Image.DECODERS and max(decoded, len(header.data)) > _MOST_IN_PYTHON:
        raise refusals.too_slow(picture.format or "picture")
    each = _BYTES_BY_FORMAT.get(picture.format or "", 0) or _CHANNEL_BYTES.get(picture.mode, 4)
    return within_memory(
        picture.format or "picture",
        full,
        each * decoded + header.held * pixels + _strip_bytes(picture),
    )


def refuse_costly_heif(file: HeifFile) -> float:
    """As `refuse_costly`, of a HEIC."""
    refuse_enormous("HEIC", *file.size)
    each = _HEIF_BYTES.get(int(file.info.get("chroma", 444)), _HEIF_FULL_COLOUR)
    each += _HEIF_ALPHA if file.has_alpha else 0.0
    each *= _HEIF_DEEP if int(file.info.get("bit_depth", 10)) > 8 else 1.0
    return within_memory("HEIC", file.size, each * file.size[0] * file.size[1])


def within_memory(kind: str, full: tuple[int, int], taken: float) -> float:
    """Raises PhotoError where a decoder would take more than it may."""
    if taken > _MOST_MEMORY:
        pixels = full[0] * full[1]
        raise refusals.too_costly(kind, *full, int(pixels * _MOST_MEMORY / taken))
    return taken


def _strip_bytes(picture: Image.Image) -> float:
    """TIFF is decoded by strips or tiles, each as large as the file wants."""
    tags = getattr(picture, "tag_v2", None)
    if picture.format != "TIFF" or tags is None:
        return 0.0
    width, height = picture.size
    across, down = tags.get(322, width), tags.get(323, tags.get(278, height))
    bits = tags.get(258, (8,))
    deep = max(8, sum(bits) if isinstance(bits, tuple) else bits)
    if not isinstance(across, int) or not isinstance(down, int):
        return 0.0
    # Where colours are converted, four bytes a pixel of the strip.
    return across * (down if 322 in tags else min(down, height)) * max(deep / 8, 4)


def most_reduction(size: tuple[int, int], least_side: int | None) -> int:
    """By what whole factor a picture is to be made smaller as it is read.

    One of more than 4 megapixels keeps 2 of them and `least_side`, and none hands on more than
    16, whatever its sides are then.
    """
    pixels = size[0] * size[1]
    factor = 1
    if least_side is not None and pixels > _REDUCED_FROM:
        factor = max(1, min(isqrt(pixels // _REDUCED_TO), min(size) // least_side))
    return max(factor, least_reduction(size))


def least_reduction(size: tuple[int, int]) -> int:
    """The factor that brings a picture to what may be handed on at most."""
    pixels = size[0] * size[1]
    return 1 if pixels <= MOST_RETURNED else isqrt((pixels - 1) // MOST_RETURNED) + 1
