"""Enlargement, PNG and contact sheets, to the pixel."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from core.figures.images import contact_sheet, scale_for, to_png, upscale

SAMPLES = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


def _opened(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG"
    return picture


def test_upscale_repeats_pixels() -> None:
    big = upscale(SAMPLES[0], 3)
    assert big.shape == (24, 24, 3)
    assert np.array_equal(big[::3, ::3], SAMPLES[0])
    assert np.array_equal(big[2::3, 1::3], SAMPLES[0])


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


def test_contact_sheet_places_images_in_rows() -> None:
    sheet = np.asarray(_opened(contact_sheet(SAMPLES, columns=3, cell=16, gap=2)))
    assert sheet.shape == (2 * 16 + 2, 3 * 16 + 2 * 2, 4)
    fourth = sheet[18:34:2, 0:16:2]  # the second row's first
    assert np.array_equal(fourth[:, :, :3], SAMPLES[3])
    assert sheet[17, 0, 3] == 0  # gaps are transparent
    assert sheet[33, -1, 3] == 0  # so is the place after the last image


def test_contact_sheet_leaves_empty_places() -> None:
    sheet = np.asarray(_opened(contact_sheet([None, SAMPLES[0]], columns=2, cell=8, gap=0)))
    assert not sheet[:, :8, 3].any()
    assert np.array_equal(sheet[:, 8:, :3], SAMPLES[0])
    assert _opened(contact_sheet([], columns=2)).size == (64, 64)


def test_labels_take_room_below_and_at_the_left() -> None:
    plain = _opened(contact_sheet(SAMPLES, columns=5, cell=64))
    below = _opened(contact_sheet(SAMPLES, columns=5, cell=64, labels=["automobile " * 9] * 5))
    left = _opened(contact_sheet(SAMPLES, columns=5, cell=64, row_labels=["frog"]))
    assert below.width == plain.width and below.height > plain.height
    assert left.width > plain.width and left.height == plain.height
    assert np.asarray(below)[plain.height :, :, 3].any()


def test_large_images_are_shrunk() -> None:
    large = np.zeros((2, 512, 256, 1), dtype=np.uint8)
    assert _opened(contact_sheet(large, columns=2, gap=0)).size == (192, 192)
