"""A file or upload -> an upright picture of 8 bits, or one sentence saying why not.

Knows nothing of networks or data sets.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import PhotoError

LARGEST_PIXELS = 64_000_000
LARGEST_BYTES = 100 * 1024 * 1024
READABLE = "JPEG, PNG, WebP, GIF, BMP, TIFF or HEIC"
# How the files of a folder are named that are worth opening.
_SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"),
    *(".heic", ".heif"),
)
SUFFIXES = frozenset(_SUFFIXES)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "PPM")
# Decoders answer a damaged file with whatever breaks first. Of these, OSError has EOFError
# among its kin, ValueError the errors of Unicode, LookupError those of keys and indices.
_DECODER_ERRORS = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError),
    *(RuntimeError, MemoryError, AttributeError, struct.error),
)

# How files that people take for pictures begin, and what they are.
_LOOKALIKES = (
    (b"%PDF", "a PDF document", "Save or photograph the page as a picture"),
    (b"PK\x03\x04", "a zip archive or an office document", "Take the picture out of it"),
    (b"\x1f\x8b", "a compressed archive", "Take the picture out of it"),
    (b"8BPS", "a Photoshop document", "Export it as PNG or JPEG"),
    (b"\x1aE\xdf\xa3", "a video", "Save one frame of it as a picture"),
    (b"RIFF", "a sound or a video", "Save one frame of it as a picture"),
)


def read_photo(source: bytes | Path, least_side: int | None = None) -> Image.Image:
    """Decode a picture: its first frame, upright, without transparency, in 8 bits.

    Args:
        source: the file's content, or where it lies.
        least_side: a large JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, as long as
            no side falls below so many pixels. Whoever is to see the same pixels must name
            the same. None decodes all of it.

    Returns: a Pillow image, "L" where the file is grey, else "RGB".

    Raises:
        PhotoError: the file is missing, empty, no picture, damaged, or enormous.
    """
    data = source if isinstance(source, bytes) else _read_file(source)
    if not data:
        raise PhotoError("The file is empty: it has no content at all.", "Choose another one.")
    if len(data) > LARGEST_BYTES:
        raise PhotoError(
            f"The file is larger than {LARGEST_BYTES // 2**20} MB, the most that is read.",
            "Save a smaller copy of it and choose that.",
        )
    picture = _open(data)
    _refuse_enormous(picture.width, picture.height)
    if least_side is not None:
        picture.draft(None, (least_side, least_side))
    return _flatten(_decode(picture))


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PhotoError(f"There is no file {path}.") from error
    except IsADirectoryError as error:
        raise PhotoError(f"{path} is a folder.", "Name the picture in it.") from error
    except OSError as error:
        raise PhotoError(f"{path} cannot be read: {error.strerror or error}.") from error


def _open(data: bytes) -> Image.Image:
    """Read the header only; nothing is decoded yet."""
    try:
        with warnings.catch_warnings():
            # Size is judged by our own limit, which is below the one that warns.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            if _is_heif(data):
                return _open_heif(data)
            return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _enormous(_claim(error)) from error
    except UnidentifiedImageError as error:
        raise _stranger(data) from error
    except _DECODER_ERRORS as error:
        raise _damaged() from error


def _is_heif(data: bytes) -> bool:
    """An ISO media file with one of the brands of HEIC (Apple's phones write `heic`)."""
    brands = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
    return data[4:8] == b"ftyp" and data[8:12] in brands


def _open_heif(data: bytes) -> Image.Image:
    from pillow_heif import HeifImageFile  # only who brings such a photo waits for it

    return HeifImageFile(io.BytesIO(data))


def _refuse_enormous(width: int, height: int) -> None:
    if width * height > LARGEST_PIXELS:
        raise _enormous(f"{width:,} x {height:,} pixels")


def _enormous(claim: str) -> PhotoError:
    return PhotoError(
        f"The picture claims to have {claim}; the most that is opened is "
        f"{LARGEST_PIXELS // 1_000_000} million.",
        "Save a smaller copy of it and choose that.",
    )


def _claim(error: Image.DecompressionBombError) -> str:
    """How many pixels, from Pillow's own words."""
    number = re.search(r"\d+", str(error))
    return f"{int(number[0]) / 1e6:,.0f} million pixels" if number else "far more pixels"


def _damaged() -> PhotoError:
    return PhotoError(
        "The picture is damaged or cut short, and cannot be decoded.",
        "Copy or download it again, then choose the new copy.",
    )


def _stranger(data: bytes) -> PhotoError:
    """What a file that is no known picture seems to be, and what to do."""
    for start, what, advice in _LOOKALIKES:
        if data.startswith(start):
            return PhotoError(f"The file is {what}, not a photo.", f"{advice}, as {READABLE}.")
    if data[4:8] == b"ftyp":
        return PhotoError(
            "The file is a video, not a photo.", f"Save one frame of it, as {READABLE}."
        )
    head = data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<svg", b"<?xml")) and b"<svg" in data[:65536].lower():
        return PhotoError("The file is an SVG drawing, not a photo.", f"Export it as {READABLE}.")
    if _is_text(data[:2048]):
        return PhotoError("The file holds text, not a picture.", f"Choose a photo: {READABLE}.")
    if data.startswith((b"\xff\xd8", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")):
        return _damaged()
    return PhotoError(
        "The file is not a picture that can be read here.", f"Choose a {READABLE} file."
    )


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # else only the last character is cut in two
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\r\n\t\f" for character in text)


def _decode(picture: Image.Image) -> Image.Image:
    """The first frame's pixels, turned the way the camera was held."""
    try:
        picture.load()
    except Image.DecompressionBombError as error:
        raise _enormous(_claim(error)) from error
    except _DECODER_ERRORS as error:
        raise _damaged() from error
    return _upright(picture)


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except _DECODER_ERRORS:
        # Garbled EXIF says nothing of how the camera was held, and spoils no pixel.
        return picture


def _flatten(picture: Image.Image) -> Image.Image:
    """Any mode -> "L" or "RGB"."""
    if picture.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return _from_deep_grey(picture)
    if picture.has_transparency_data:
        return _on_white(picture)
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    return _grey_if_grey(picture.convert("RGB"), picture.mode)


def _grey_if_grey(picture: Image.Image, mode: str) -> Image.Image:
    """Palettes of greys (GIF, BMP) are grey pictures."""
    if mode != "P":
        return picture
    red, green, blue = (np.asarray(band) for band in picture.split())
    grey = np.array_equal(red, green) and np.array_equal(green, blue)
    return picture.convert("L") if grey else picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Lay a transparent picture on white paper."""
    grey = picture.mode in ("LA", "La", "L")
    layer = picture.convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(paper, layer)
    return flat.convert("L" if grey else "RGB")


def _from_deep_grey(picture: Image.Image) -> Image.Image:
    """16-bit and wider grey -> 8 bits.

    A picture of 16 bits spans 0 to 65,535. Files whose numbers have another range (32-bit
    integers, floating point, a sensor's 12 bits kept in wider numbers) are spread over it.
    """
    values = np.asarray(picture, dtype=np.float64)
    if picture.mode.startswith("I;16"):
        return Image.fromarray(np.round(values / 257.0).astype(np.uint8))
    finite = np.isfinite(values)
    if not finite.any():
        raise PhotoError("The picture holds no numbers that can be shown.", "Export it as PNG.")
    low, high = float(values[finite].min()), float(values[finite].max())
    top = _top_of_range(low, high, floating=picture.mode == "F")
    if top is None:
        values, top = values - low, max(high - low, 1e-12)
    scaled = np.clip(np.nan_to_num(values) / top, 0.0, 1.0) * 255.0
    return Image.fromarray(np.round(scaled).astype(np.uint8))


def _top_of_range(low: float, high: float, *, floating: bool) -> float | None:
    """The usual range that the values lie in: 0..1, 0..255 or 0..65,535; None: another one."""
    if low < 0:
        return None
    tops = (1.0, 255.0, 65535.0) if floating else (255.0, 65535.0)
    return next((top for top in tops if high <= top), None)
