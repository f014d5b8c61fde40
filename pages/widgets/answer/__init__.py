"""A network's answer, large: in words, how sure, the likeliest classes as bars, what it saw.

One st.components.v2 component (answer.js) that keeps its nodes: bars move and nothing
flickers, however often the answer changes. Knows nothing of where the picture came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core import notation
from core.figures.images import SMALL, data_uri
from core.photos.classify import in_words
from core.reading import one_line

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.answer",
    html='<div class="convscope-answer"></div>',
    css=(_HERE / "answer.css").read_text(encoding="utf-8"),
    js=(_HERE / "answer.js").read_text(encoding="utf-8"),
)
Guesses = Sequence[tuple[str, float]]  # (class, probability 0..1), the most probable first


@dataclass(frozen=True)
class Picture:
    """A picture (H, W, C) uint8 and what stands under it."""

    pixels: np.ndarray
    caption: str


@dataclass(frozen=True)
class Row:
    """Another picture that was given; `value` is what a click on it brings."""

    value: str
    pixels: np.ndarray
    name: str
    guesses: Guesses


def answer(
    guesses: Guesses,
    key: str,
    *,
    pictures: Sequence[Picture] = (),
    note: str = "",
    rows: Sequence[Row] = (),
    live: bool = False,
) -> str | None:
    """Show the answer, and below it the other pictures; the value of the row clicked just now.

    Args:
        note: a few words under the answer; alone where there are no guesses yet.
        live: it changes several times a second, which a screen reader is not to read out.
    """
    data = {
        "words": [one_line(words) for words in in_words(guesses)] if guesses else [],
        "note": one_line(note),
        "bars": [_bar(name, probability) for name, probability in guesses],
        "pictures": [_picture(picture) for picture in pictures],
        "rows": [_row(row) for row in rows],
        "live": live,
    }
    picked = _MOUNT(key=key, data=data, on_picked_change=_nothing).picked
    return picked if isinstance(picked, str) else None


def _nothing() -> None:
    """A trigger needs a callback to be known; what it brings is read from the result."""


def _bar(name: str, probability: float) -> dict[str, Any]:
    return {
        "name": one_line(name),
        "share": round(float(probability), 4),
        "text": notation.percent(probability),
    }


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "source": data_uri(picture.pixels),
        "caption": one_line(picture.caption),
        "sharp": max(picture.pixels.shape[:2]) <= SMALL,
    }


def _row(row: Row) -> dict[str, Any]:
    sentence, certainty = in_words(row.guesses)
    return {
        "value": row.value,
        **_picture(Picture(row.pixels, row.name)),
        "sentence": one_line(sentence),
        "certainty": certainty,
    }
