"""Uploaded pictures on their way to the network: read, inverted where asked, shown.

Shared by Feature maps and Classify. Knows nothing of networks but their input.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from core.figures.images import thumbnail
from core.photos.network_input import read_for_network, should_invert, to_network_input
from core.photos.reader import READABLE, read_photo
from core.runs import DatasetSummary

__all__ = ["READABLE", "Photo", "prepare"]

_SHOWN_WIDTH = 640  # pixels of the photo that the page shows


@dataclass(frozen=True)
class Photo:
    picture: Image.Image  # as the person sees it
    pixels: np.ndarray  # (H, W, C) uint8, as the network sees it


def prepare(data: bytes, summary: DatasetSummary, key: str) -> Photo:
    """Read a picture and bring it into the network's shape, with a switch for inversion.

    Raises:
        PhotoError: it is no picture, damaged or enormous.
    """
    picture = read_for_network(data, summary)
    pixels = to_network_input(picture, summary, invert=_inverted(picture, summary, key))
    # What suffices for the network may be too coarse for a person.
    shown = picture if max(picture.size) >= _SHOWN_WIDTH else read_photo(data, _SHOWN_WIDTH)
    return Photo(thumbnail(shown, _SHOWN_WIDTH), pixels)


def _inverted(picture: Image.Image, summary: DatasetSummary, key: str) -> bool:
    """Only a set of light ink on dark ground has anything to turn round."""
    if not summary.light_on_dark:
        return False
    advised = should_invert(picture, True)
    return st.toggle(
        "Invert",
        value=advised,
        key=f"invert_{key}",
        help="The network has learned light ink on a dark ground. This picture looks like "
        + ("dark ink on a light ground, so it is inverted." if advised else "that already."),
    )
