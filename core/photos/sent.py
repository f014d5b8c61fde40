"""A picture that a page's own canvas sent -> the bytes of its file.

What comes from a browser may be anything; the reader judges the rest of it as it does every
file. Knows nothing of pages.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from core.errors import PhotoError

_LONGEST: Final = 2_000_000  # characters; a canvas of 640 x 640 sends a quarter of it at most
_MOST: Final = 10**9
_KIND = re.compile(r"data:image/(?:png|jpeg|webp);base64,")


def number_sent(message: object) -> int:
    """The number of `{"number": 3, "picture": "data:image/png;base64,..."}`, else 0."""
    number = message.get("number") if isinstance(message, dict) else None
    return number if type(number) is int and 0 <= number <= _MOST else 0


def picture_sent(message: object) -> bytes:
    """The file in such a message; empty where nothing was sent.

    Raises:
        PhotoError: it holds no such address of a picture, or one that is too long.
    """
    value = message.get("picture") if isinstance(message, dict) else message
    if value is None or value == "":
        return b""
    if not isinstance(value, str) or (kind := _KIND.match(value[:40])) is None:
        raise PhotoError("The browser sent no picture.", "Reload the page.")
    if len(value) > _LONGEST:
        raise PhotoError("The browser sent a picture that is too large.", "Reload the page.")
    try:
        return base64.b64decode(value[kind.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise PhotoError("The browser sent a damaged picture.", "Reload the page.") from error
