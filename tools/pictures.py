"""Pictures to upload, as a person would make them. Knows nothing of the dashboard."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

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


def class_folder(folder: Path, classes: Sequence[str], images: int, side: int = 32) -> None:
    """A data set of coloured patterns: `folder`/<split>/<class>/*.png, a hue and a stripe a class.

    Args:
        images: of each class to train on; a quarter as many to test.
        side: pixels, of square images.
    """
    rng = np.random.default_rng(0)
    for split, count in (("training_set", images), ("test_set", max(images // 4, 2))):
        for label, name in enumerate(classes):
            place = folder / split / name
            place.mkdir(parents=True)
            for number in range(count):
                picture = _pattern(rng, label / len(classes), side)
                picture.save(place / f"{number}.png")


def _pattern(rng: np.random.Generator, kind: float, side: int) -> Image.Image:
    """Stripes whose hue and slope tell the class, `kind` in 0..1, at a random place, with noise."""
    y, x = np.mgrid[:side, :side] / side
    slope = np.pi * kind
    wave = np.sin(20 * (x * np.cos(slope) + y * np.sin(slope)) + rng.uniform(0, 6))
    hue = np.array([np.cos(2 * np.pi * (kind - shift)) for shift in (0, 1 / 3, 2 / 3)])
    pixels = 128 + 60 * wave[..., None] + 50 * hue + rng.normal(0, 25, (side, side, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
