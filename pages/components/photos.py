"""Uploaded pictures on their way to the network: framed, inverted where asked, shown.

Shared by Feature maps and Classify. Knows nothing of networks but their input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from core.photo import read_photo
from core.predict import should_invert, to_network_input
from core.runs import Run, RunError

_SHOWN_WIDTH = 640  # pixels of the photo that the page shows


@dataclass(frozen=True)
class Photo:
    picture: Image.Image  # as the person sees it
    tensor: np.ndarray  # (H, W, C) uint8, as the network sees it


def facts_of(run: Run) -> dict[str, Any]:
    """What the run knows of its data.

    Raises:
        RunError: it ended before it had loaded them.
    """
    facts = run.facts()
    if not facts.get("classes") or not facts.get("image_shape"):
        raise RunError(f"Run {run.id} does not know its classes; choose another run.")
    return facts


def frame(data: bytes, facts: dict[str, Any], key: str) -> Photo:
    """Read a picture and bring it into the network's shape, with a switch for inversion.

    Raises:
        PhotoError: it is no picture, damaged or enormous.
    """
    picture = read_photo(data)
    tensor = to_network_input(
        picture,
        facts["image_shape"],
        invert=_inverted(picture, facts, key),
        light_on_dark=bool(facts.get("light_on_dark")),
        dataset=str(facts.get("dataset", "")),
    )
    return Photo(_thumbnail(picture), tensor)


def _inverted(picture: Image.Image, facts: dict[str, Any], key: str) -> bool:
    """Only a set of light ink on dark ground has anything to turn round."""
    if not facts.get("light_on_dark"):
        return False
    advised = should_invert(picture, True)
    return st.toggle(
        "Invert",
        value=advised,
        key=f"invert_{key}",
        help="The network has learned light ink on a dark ground. This picture looks like "
        + ("dark ink on a light ground, so it is inverted." if advised else "that already."),
    )


def _thumbnail(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((_SHOWN_WIDTH, _SHOWN_WIDTH))
    return small
