"""A file or upload -> an upright picture of 8 bits, or one sentence saying why not.

Whatever the file is, that takes a bounded time and memory: its header is looked through and
judged first, then it is decoded, as small as will do, and large ones one at a time.
Knows nothing of networks or data sets.
"""

from __future__ import annotations

import io
import re
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageFile, JpegImagePlugin, UnidentifiedImageError

from core import reading
from core.errors import PhotoError, ReadingError
from core.photos.decoding import cost, refusals
from core.photos.decoding.cost import LARGEST_BYTES, LARGEST_PIXELS
from core.photos.decoding.flatten import Decoded, flatten, of_image
from core.photos.decoding.headers import Header, look, orientation_of
from core.photos.decoding.refusals import READABLE

if TYPE_CHECKING:
    from pillow_heif import HeifFile

__all__ = ["LARGEST_BYTES", "LARGEST_PIXELS", "READABLE", "SUFFIXES", "read_photo"]

# How the files of a folder are named that are worth opening.
_SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"),
    *(".heic", ".heif"),
)
SUFFIXES = frozenset(_SUFFIXES)
_FORMATS = ("PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "PPM")
# Decoders answer a damaged file with whatever breaks first. Of these, OSError has EOFError
# among its kin, ValueError the errors of Unicode, LookupError those of keys and indices.
_DECODER_ERRORS = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError),
    *(RuntimeError, MemoryError, AttributeError, struct.error),
)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Size is judged by our own limits, and what Pillow finds odd, it still reads. Once for all:
# filters are the process's, and threads that change them for a while undo each other's.
warnings.filterwarnings("ignore", module=r"PIL\.")
# Threads that load a class folder and sessions that upload photos take their turns.
_ONE_LARGE = threading.Lock()
_LARGE = 32_000_000  # bytes that a decoder takes


def read_photo(source: bytes | Path, least_side: int | None = None) -> Image.Image:
    """Decode a picture: its first frame, upright, without transparency, in 8 bits.

    Args:
        source: the file's content, or where it lies.
        least_side: how small it may become. A large JPEG is then decoded at 1/2, 1/4 or 1/8
            of its size, another picture of more than 4 megapixels reduced by a whole factor,
            as long as no side falls below so many pixels. Whoever is to see the same pixels
            must name the same. None keeps all of it.

    Returns: a Pillow image, "L" where the file is grey, else "RGB". It never has more than
        16 megapixels: what does is reduced further, whatever `least_side` says.

    Raises:
        PhotoError: the file is missing, empty, no picture, damaged, or takes too much.
    """
    data = source if isinstance(source, bytes) else _read_file(source)
    if not data:
        raise refusals.empty()
    if len(data) < refusals.LEAST_BYTES:
        raise refusals.too_short(data)
    if len(data) > LARGEST_BYTES:
        raise refusals.too_many_bytes(LARGEST_BYTES)
    with _decoders_errors():
        header = look(data)
        if _is_heif(header.data):
            return _read_heif(header.data, least_side)
        return _read_image(header, least_side)


def _read_file(path: Path) -> bytes:
    if reading.is_folder(path):
        raise PhotoError(f"{path} is a folder.", "Name the picture in it.")
    try:
        return reading.read_bytes(path, LARGEST_BYTES)
    except ReadingError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise PhotoError(f"There is no file {path}.") from error
        raise PhotoError(error.message, error.advice) from error


@contextmanager
def _decoders_errors() -> Iterator[None]:
    """Whatever a decoder stumbles over is a sentence about the picture."""
    try:
        yield
    except PhotoError:
        raise
    except Image.DecompressionBombError as error:
        raise refusals.enormous(_claim(error), LARGEST_PIXELS) from error
    except _DECODER_ERRORS as error:
        raise refusals.from_decoder(error) from error


def _claim(error: Image.DecompressionBombError) -> str:
    """How many pixels, from Pillow's own words."""
    number = re.search(r"\d+", str(error))
    return f"{int(number[0]) / 1e6:,.0f} million pixels" if number else "far more pixels"


def _read_image(header: Header, least_side: int | None) -> Image.Image:
    picture = _open(header)
    full = picture.size
    cost.refuse_enormous(header.kind, *full)
    _draft(picture, least_side)
    with _in_turn(cost.refuse_costly(picture, header, full)):
        picture.load()
        # A JPEG drafted is as small as it may become.
        small = flatten(of_image(picture), cost.most_reduction(picture.size, least_side))
    turned = header.orientation
    if picture.format in ("WEBP", "AVIF"):
        turned = orientation_of(picture.info.get("exif", b""), picture.info.get("xmp", b""))
    return small.transpose(_TURNS[turned]) if turned in _TURNS else small


def _open(header: Header) -> ImageFile.ImageFile:
    """Read the header only; nothing is decoded yet."""
    try:
        if header.kind == "JPEG":
            # Not by Image.open, which refuses what could be decoded at an eighth.
            return JpegImagePlugin.JpegImageFile(io.BytesIO(header.data))
        return Image.open(io.BytesIO(header.data), formats=_FORMATS)
    except (UnidentifiedImageError, SyntaxError) as error:
        raise refusals.unopened(header.data) from error


def _draft(picture: Image.Image, least_side: int | None) -> None:
    """Let a JPEG be decoded smaller, where it may or must be."""
    width, height = picture.size
    may = min(picture.size) // least_side if least_side else 1
    must = 1 << (cost.least_reduction(picture.size) - 1).bit_length()
    if least_side is not None and may >= must:
        picture.draft(None, (least_side, least_side))
    elif must > 1:
        picture.draft(None, (max(1, width // must), max(1, height // must)))


@contextmanager
def _in_turn(taken: float) -> Iterator[None]:
    """One large picture at a time; small ones as they come."""
    with _ONE_LARGE if taken > _LARGE else nullcontext():
        yield


def _is_heif(data: bytes) -> bool:
    """An ISO media file with one of the brands of HEIC (Apple's phones write `heic`)."""
    brands = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
    return data[4:8] == b"ftyp" and data[8:12] in brands


def _read_heif(data: bytes, least_side: int | None) -> Image.Image:
    """Its decoder turns it upright by itself, and its rows are reduced where they lie."""
    from pillow_heif import open_heif  # only who brings such a photo waits for it

    file = open_heif(io.BytesIO(data), convert_hdr_to_8bit=True, remove_stride=False)
    with _in_turn(cost.refuse_costly_heif(file)):
        decoded = _rows_of(file)
        return flatten(decoded, cost.most_reduction(decoded.size, least_side))


def _rows_of(file: HeifFile) -> Decoded:
    rows, stride = memoryview(file.data), file.stride
    mode, (width, height) = file.mode, file.size  # asked after decoding, which may change them

    def cut(top: int, bottom: int) -> Image.Image:
        strip = rows[top * stride : bottom * stride]
        return Image.frombytes(mode, (width, bottom - top), strip, "raw", mode, stride)

    return Decoded(mode, (width, height), cut)
