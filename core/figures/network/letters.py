"""How wide words are, in the letters of the page, so that none runs into another.

From above: the widest of each kind in Source Sans, the page's own letters, in semibold. A browser
test measures the words as they are drawn. Knows nothing of what is written.
"""

from __future__ import annotations

from typing import Final
from unicodedata import combining

LETTERS: Final = 12.0  # pixels high
LINE: Final = 15.0  # from one line to the next
_EMS: Final = {
    letter: ems
    for letters, ems in (
        (" \u00a0", 0.21),
        ("ijlI.,;:'|·", 0.29),
        ("f!-()[]{}", 0.33),
        ("rt/\\", 0.38),
        ("csz*?", 0.47),
        ("evxyJLY0123456789×", 0.52),
        ("mwMW%@&", 0.88),
    )
    for letter in letters
}


def text_width(text: str) -> float:
    """Pixels, of one line."""
    return LETTERS * sum(_ems(letter) for letter in text)


def _ems(letter: str) -> float:
    if letter in _EMS:
        return _EMS[letter]
    if letter.isascii():
        return 0.68 if letter.isupper() else 0.57
    return 0.0 if combining(letter) else 1.05  # a square, as Chinese letters and pictures fill
