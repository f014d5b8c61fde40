"""Why a file is not used as a picture: what it is instead, what it claims, and what to do.

Files are told apart by their content, never by their name. Knows nothing of decoding.
"""

from __future__ import annotations

import re

from core.errors import PhotoError

READABLE = "JPEG, PNG, WebP, GIF, BMP, TIFF or HEIC"
LEAST_BYTES = 8  # no picture of any format is shorter
_AS_PICTURE = "as PNG or JPEG"

# How files that people take for pictures begin, what they are, and what helps.
_LOOKALIKES = (
    (b"%PDF", "a PDF document", f"Save or photograph the page {_AS_PICTURE}."),
    (b"PK\x03\x04", "a zip archive or an office document", "Take the picture out of it."),
    (b"\x1f\x8b", "a compressed archive", "Take the picture out of it."),
    (b"8BPS", "a Photoshop document", f"Export it {_AS_PICTURE}."),
    (b"gimp xcf", "a GIMP document", f"Export it {_AS_PICTURE}."),
    (b"%!PS", "a PostScript document", f"Export it {_AS_PICTURE}."),
    (b"\x1aE\xdf\xa3", "a video", f"Save one frame of it {_AS_PICTURE}."),
    (b"RIFF", "a sound or a video", f"Save one frame of it {_AS_PICTURE}."),
)
# Pictures, but of kinds that are not read here.
_UNREAD_KINDS = (
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\1\0", "an icon (ICO)"),
    (b"\0\0\2\0", "a cursor or a TGA picture"),
    (b"DDS ", "a DDS texture"),
    (b"qoif", "a QOI picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"/* XPM */", "an XPM picture, which is written in text"),
    (b"! XPM2", "an XPM picture, which is written in text"),
    (b"\x01\xda", "an SGI picture"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"IIRO", "a camera's raw file"),
    (b"IIU\0", "a camera's raw file"),
)
_READ_KINDS = (
    (b"\xff\xd8", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    *((start, "TIFF") for start in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
)
_XBM = re.compile(rb"#define\s+\w+_width\s+\d+\s+#define\s+\w+_height\s")
_NOT_SUPPORTED = re.compile(r"un-?supported|not supported|not available|unknown", re.IGNORECASE)


def empty() -> PhotoError:
    return PhotoError("The file is empty: it has no content at all.", "Choose another one.")


def too_short(data: bytes) -> PhotoError:
    unit = "byte" if len(data) == 1 else "bytes"
    return PhotoError(
        f"The file has {len(data)} {unit}, too short to be a picture.", "Choose another one."
    )


def too_many_bytes(most: int) -> PhotoError:
    return PhotoError(
        f"The file is larger than {most // 2**20} MB, the most that is read.",
        "Save a smaller copy of it and choose that.",
    )


def enormous(claim: str, most: int) -> PhotoError:
    """
    Args:
        claim: what size the picture says that it has.
        most: pixels.
    """
    return PhotoError(
        f"The picture claims to have {claim}; the most that is opened is "
        f"{most // 1_000_000} million.",
        "Save a smaller copy of it and choose that.",
    )


def too_long(width: int, height: int, most: int) -> PhotoError:
    return PhotoError(
        f"The picture claims to have {width:,} x {height:,} pixels; no side of more than "
        f"{most:,} is opened.",
        "Cut it to what is to be seen and choose that.",
    )


def too_costly(kind: str, width: int, height: int, most: int) -> PhotoError:
    """More memory than there is for one picture, by what its decoder takes."""
    way = "a JPEG that is not progressive" if kind == "JPEG" else "a JPEG"
    return PhotoError(
        f"The picture has {width:,} x {height:,} pixels; stored as this one is, in {kind}, the "
        f"most that is decoded is {most / 1e6:,.1f} million.",
        f"Save it as {way}, or a smaller copy of it, and choose that.",
    )


def too_many_scans(scans: int, width: int, height: int) -> PhotoError:
    return PhotoError(
        f"The picture's {width:,} x {height:,} pixels are stored in {scans:,} scans, one over "
        "the other; no photo needs so many, and they would take too long to decode.",
        "Open it in another program, save it as a JPEG anew and choose that.",
    )


def too_slow(kind: str) -> PhotoError:
    return PhotoError(
        f"The picture is large, and stored in a rare way of {kind} that would take too long "
        "to decode.",
        "Save it as PNG and choose that.",
    )


def in_pieces(kind: str) -> PhotoError:
    return PhotoError(
        f"The {kind} file is made of far more pieces than any picture needs.",
        f"Open it in another program, save it anew {_AS_PICTURE} and choose that.",
    )


def damaged() -> PhotoError:
    return PhotoError(
        "The picture is damaged or cut short, and cannot be decoded.",
        "Copy or download it again, then choose the new copy.",
    )


def unsupported(what: str = "The picture") -> PhotoError:
    return PhotoError(
        f"{what} is of a kind that cannot be read here.",
        f"Open it in another program, save it {_AS_PICTURE} and choose that.",
    )


def from_decoder(error: BaseException) -> PhotoError:
    """A decoder knows, by its words, whether it gave up or never knew how."""
    if _NOT_SUPPORTED.search(str(error)):
        return PhotoError(
            "The picture is of a kind that cannot be read here, or its header is damaged.",
            f"Open it in another program, save it {_AS_PICTURE} and choose that.",
        )
    return damaged()


def unopened(data: bytes) -> PhotoError:
    """A file that no decoder takes for its own: what it seems to be, and what to do."""
    for kind in (_of_another_kind, _of_kind_read_here, _text):
        error = kind(data)
        if error is not None:
            return error
    return PhotoError(
        "The file is not a picture that can be read here.", f"Choose a {READABLE} file."
    )


def _of_kind_read_here(data: bytes) -> PhotoError | None:
    """It begins as it should: whether the rest is broken or only strange cannot be known."""
    webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    kind = next((name for start, name in _READ_KINDS if data.startswith(start)), None)
    if kind is None and not webp:
        return None
    return damaged_or_unsupported(kind or "WebP")


def damaged_or_unsupported(kind: str) -> PhotoError:
    return PhotoError(
        f"The file begins as a {kind} picture, but is damaged or cut short, or of a kind that "
        "cannot be read here.",
        f"If other programs show it, save it there {_AS_PICTURE}; else copy it again.",
    )


def _of_another_kind(data: bytes) -> PhotoError | None:
    for start, what in _UNREAD_KINDS:
        if data.startswith(start):
            return unsupported(f"The file is {what}; it")
    if data[-18:].startswith(b"TRUEVISION-XFILE"):
        return unsupported("The file is a TGA picture; it")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return None
    for start, what, advice in _LOOKALIKES:
        if data.startswith(start):
            return PhotoError(f"The file is {what}, not a photo.", advice)
    if data[4:8] == b"ftyp":
        if data[8:11] == b"crx":
            return unsupported("The file is a camera's raw file; it")
        if data[8:12] in (b"avif", b"avis"):
            return damaged_or_unsupported("AVIF")
        return PhotoError(
            "The file is a video, not a photo.", f"Save one frame of it {_AS_PICTURE}."
        )
    return None


def _text(data: bytes) -> PhotoError | None:
    head = data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<svg", b"<?xml")) and b"<svg" in data[:65536].lower():
        return PhotoError("The file is an SVG drawing, not a photo.", f"Export it {_AS_PICTURE}.")
    if _XBM.match(data[:2048]):
        return unsupported("The file is an XBM picture, which is written in text; it")
    if _is_text(data[:2048]):
        return PhotoError("The file holds text, not a picture.", f"Choose a photo: {READABLE}.")
    return None


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # else only the last character is cut in two
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\r\n\t\f" for character in text)
