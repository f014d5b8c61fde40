"""Uploaded pictures on their way to the network: read, inverted where asked, shown.

Shared by Feature maps and Classify. Knows nothing of networks but their input.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.photos.reader import READABLE
from core.photos.upload import Upload
from core.runs import DatasetSummary
from pages.session import cache

__all__ = ["READABLE", "Photo", "as_advised", "prepare"]


@dataclass(frozen=True)
class Photo:
    picture: Image.Image  # as the person sees it
    pixels: np.ndarray  # (H, W, C) uint8, as the network sees it


def prepare(file: UploadedFile, summary: DatasetSummary, key: str) -> Photo:
    """Read a picture and bring it into the network's shape, with a switch for inversion.

    Args:
        key: another for each run and picture, or the switch stands as it did for the one before.

    Raises:
        PhotoError: it is no picture, damaged, or takes too much to decode.
    """
    upload = cache.upload(file, summary)
    if upload.inverted is not None and _inverted(upload, key):
        return Photo(upload.picture, upload.inverted)
    return Photo(upload.picture, upload.pixels)


def as_advised(file: UploadedFile, summary: DatasetSummary) -> Photo:
    """The same without a switch: inverted where it looks like that. Raises PhotoError."""
    upload = cache.upload(file, summary)
    inverted = upload.inverted if upload.invert else None
    return Photo(upload.picture, upload.pixels if inverted is None else inverted)


def _inverted(upload: Upload, key: str) -> bool:
    """Only a set of light ink on dark ground has anything to turn round."""
    return st.toggle(
        "Invert",
        value=upload.invert,
        key=f"invert_{key}",
        help="The network has learned light ink on a dark ground. This picture looks like "
        + ("dark ink on a light ground, so it is inverted." if upload.invert else "that already."),
    )
