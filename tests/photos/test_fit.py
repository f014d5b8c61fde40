"""Crop, pad and squash, against what they promise; and photos decoded small."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from core.config import Fit, Interpolation
from core.photos.fit import Fitting
from core.photos.reader import read_photo
from tests.photos.pictures import encoded


def striped() -> Image.Image:
    """120 x 40: a red, a green and a blue square side by side."""
    picture = Image.new("RGB", (120, 40))
    for place, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255)]):
        picture.paste(colour, (40 * place, 0, 40 * place + 40, 40))
    return picture


def test_crop_takes_the_middle() -> None:
    fitted = np.asarray(Fitting((20, 20)).apply(striped()))
    assert fitted.shape == (20, 20, 3)
    assert (fitted[2:-2, 2:-2] == (0, 255, 0)).all()


def test_pad_shows_all_of_it_between_black_borders() -> None:
    fitted = np.asarray(Fitting((60, 60), "pad").apply(striped()))
    assert not fitted[:19].any() and not fitted[-19:].any()
    assert [tuple(fitted[30, x]) for x in (10, 30, 50)] == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


def test_squash_shows_all_of_it_out_of_proportion() -> None:
    fitted = np.asarray(Fitting((30, 30), "squash").apply(striped()))
    assert [tuple(fitted[15, x]) for x in (4, 15, 25)] == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    assert fitted.any(axis=2).all()


@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1), (20, 30, 3)])
def test_pixels_and_pictures_are_fitted_alike(
    fit: Fit, interpolation: Interpolation, shape: tuple[int, ...]
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    fitting = Fitting((12, 16), fit, interpolation)
    fitted = fitting.apply_to_pixels(pixels)
    assert fitted.shape == (12, 16, *shape[2:])
    picture = Image.fromarray(pixels.squeeze())
    assert np.array_equal(fitted.squeeze(), np.asarray(fitting.apply(picture)))


def test_pixels_of_the_size_wanted_are_left_alone() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 12, 3), dtype=np.uint8)
    for fit in ("crop", "pad", "squash"):
        assert np.array_equal(Fitting((16, 12), fit).apply_to_pixels(pixels), pixels)
        assert np.array_equal(
            np.asarray(Fitting((16, 12), fit).apply(Image.fromarray(pixels))), pixels
        )


def test_squashing_by_nearest_neighbour_is_that_of_keras() -> None:
    """What flow_from_directory gave the write-up of 2019."""
    from keras.utils import img_to_array, load_img

    noise = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "PNG")
    import io

    theirs = img_to_array(load_img(io.BytesIO(data), target_size=(15, 15))).astype(np.uint8)
    ours = Fitting((15, 15), "squash", "nearest").apply(read_photo(data))
    assert np.array_equal(np.asarray(ours), theirs)


def test_a_large_jpeg_is_decoded_small_and_well() -> None:
    ramp = np.tile(np.linspace(0, 255, 2048, dtype=np.uint8), (1536, 1))
    data = encoded(Image.fromarray(ramp), "JPEG", quality=95)
    small = read_photo(data, Fitting((16, 16)).decoded_side)
    assert small.size == (256, 192)  # an eighth
    pixels = np.asarray(Fitting((16, 16), "squash").apply(small))
    expected = np.linspace(0, 255, 33)[1::2]
    assert np.abs(pixels[8] - expected).max() < 4


def test_a_jpeg_is_never_decoded_smaller_than_twice_the_size_wanted() -> None:
    data = encoded(Image.new("RGB", (4000, 3000)), "JPEG")
    for side in (16, 400, 512):
        small = read_photo(data, Fitting((side, side)).decoded_side)
        assert min(small.size) >= min(2 * side, 3000)
        assert side > 400 or small.size != (4000, 3000)
