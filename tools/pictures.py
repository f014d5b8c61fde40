"""Pictures to upload, as a person would make them. Knows nothing of the dashboard."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits


def digit_on_paper(digit: int) -> bytes:
    """A PNG of dark ink on light paper, as a person would upload it: scikit-learn's first one."""
    digits = load_digits()
    pixels = digits.images[int(np.flatnonzero(digits.target == digit)[0])]  # (8, 8) 0..16
    ink = Image.fromarray(np.uint8(pixels * 255 / 16)).resize((240, 240), Image.Resampling.BICUBIC)
    paper = np.full((360, 360), 245, np.uint8)
    paper[60:300, 60:300] -= np.uint8(np.asarray(ink) * (210 / 255))
    buffer = io.BytesIO()
    Image.fromarray(paper).save(buffer, "PNG")
    return buffer.getvalue()
