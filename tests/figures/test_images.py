"""Images inside an address, to the pixel."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.figures.images import data_uri, indexed_uri

SAMPLES = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


def opened(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(";base64,")[2])))


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3)])
def test_a_picture_is_exact(shape: tuple[int, ...]) -> None:
    image = SAMPLES[0, :, :, : shape[2] if len(shape) > 2 else 1].reshape(shape)
    assert np.array_equal(np.asarray(opened(data_uri(image))).reshape(-1), image.reshape(-1))


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        data_uri(np.zeros((4, 4)))
    with pytest.raises(ValueError, match=r"\(4, 4, 2\)"):
        data_uri(np.zeros((4, 4, 2), dtype=np.uint8))


def test_steps_of_a_palette_come_out_in_its_colours() -> None:
    palette = np.random.default_rng(1).integers(0, 256, (256, 3), dtype=np.uint8)
    picture = opened(indexed_uri(SAMPLES[0, :, :, 0], palette))
    assert picture.format == "PNG"
    assert np.array_equal(np.asarray(picture.convert("RGB")), palette[SAMPLES[0, :, :, 0]])


def test_small_images_in_an_address_are_exact_and_large_ones_smooth() -> None:
    uri = data_uri(SAMPLES[0])
    assert uri.startswith("data:image/png;")
    picture = opened(uri)
    assert np.array_equal(np.asarray(picture), SAMPLES[0])
    assert data_uri(np.zeros((150, 150, 3), np.uint8)).startswith("data:image/webp;")
