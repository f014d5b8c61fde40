"""Enlargement and PNG, to the pixel."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.figures.images import data_uri, scale_for, to_png

SAMPLES = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


def _opened(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG"
    return picture


@pytest.mark.parametrize(("side", "target", "factor"), [(8, 64, 8), (28, 64, 2), (150, 64, 1)])
def test_scale_is_a_whole_factor(side: int, target: int, factor: int) -> None:
    assert scale_for(side, target) == factor


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3)])
def test_png_is_sharp(shape: tuple[int, ...]) -> None:
    image = SAMPLES[0, :, :, : shape[2] if len(shape) > 2 else 1].reshape(shape)
    picture = _opened(to_png(image, scale=4))
    assert picture.size == (32, 32)
    back = np.asarray(picture)[::4, ::4]
    assert np.array_equal(back.reshape(-1), image.reshape(-1))


def test_png_refuses_what_is_no_picture() -> None:
    with pytest.raises(ValueError, match="float64"):
        to_png(np.zeros((4, 4)))
    with pytest.raises(ValueError, match=r"\(4, 4, 2\)"):
        to_png(np.zeros((4, 4, 2), dtype=np.uint8))


def test_small_images_in_an_address_are_exact_and_large_ones_smooth() -> None:
    kind, _, content = data_uri(SAMPLES[0]).partition(";base64,")
    assert kind == "data:image/png"
    picture = Image.open(io.BytesIO(base64.b64decode(content)))
    assert np.array_equal(np.asarray(picture), SAMPLES[0])
    assert data_uri(np.zeros((150, 150, 3), np.uint8)).startswith("data:image/webp;")
