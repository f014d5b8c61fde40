"""From a photo to the pixels that a network sees of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from core.photos.fit import Fitting
from core.photos.network_input import should_invert, to_network_input
from core.photos.reader import read_photo
from core.runs import DatasetSummary
from tests.photos.pictures import STROKES, encoded, written_digit


def trained_on(
    shape: tuple[int, int, int], name: str = "pets", *, light_on_dark: bool = False, **fields: Any
) -> DatasetSummary:
    """What a run of ten classes says of its data."""
    classes = tuple("0123456789")
    return DatasetSummary(
        name=name, classes=classes, image_shape=shape, light_on_dark=light_on_dark, **fields
    )


DIGITS = trained_on((32, 32, 1), "digits", light_on_dark=True)
MNIST = trained_on((28, 28, 1), "mnist", light_on_dark=True)


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """scikit-learn's digits enlarged to 32 x 32.  # (N, 32, 32) uint8"""
    eighths = [np.round(image * 255 / 16).astype(np.uint8) for image in load_digits().images]
    return np.stack(
        [np.asarray(Image.fromarray(x).resize((32, 32), Image.Resampling.BICUBIC)) for x in eighths]
    )


@pytest.mark.parametrize("shape", [(32, 32, 1), (20, 32, 3)])
@pytest.mark.parametrize("light_on_dark", [False, True])
def test_a_picture_of_the_networks_size_passes_unchanged(
    shape: tuple[int, int, int], light_on_dark: bool
) -> None:
    values = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    image = read_photo(encoded(Image.fromarray(values.squeeze()), "PNG"))
    summary = trained_on(shape, "digits", light_on_dark=light_on_dark)
    assert np.array_equal(to_network_input(image, summary), values)
    turned = to_network_input(image, summary, invert=True)
    assert np.array_equal(turned, 255 - values)


@pytest.mark.parametrize("factor", [2, 3, 10])
def test_an_enlarged_sample_comes_back(digits: np.ndarray, factor: int) -> None:
    for sample in digits[:20]:
        big = Image.fromarray(np.kron(sample, np.ones((factor, factor), dtype=np.uint8)))
        seen = to_network_input(big, DIGITS)
        assert np.array_equal(seen[:, :, 0], sample)


def test_an_enlarged_sample_comes_back_through_jpeg_and_odd_sizes(digits: np.ndarray) -> None:
    for sample in digits[:20]:
        big = Image.fromarray(sample).resize((300, 300), Image.Resampling.NEAREST)
        image = read_photo(encoded(big, "JPEG", quality=85))
        seen = to_network_input(image, DIGITS)
        assert np.abs(seen[:, :, 0].astype(int) - sample).mean() < 4


def test_samples_are_never_inverted_and_their_negatives_are(digits: np.ndarray) -> None:
    assert not any(should_invert(Image.fromarray(sample), True) for sample in digits)
    negatives = [should_invert(Image.fromarray(255 - sample), True) for sample in digits]
    assert np.mean(negatives) > 0.99


def test_sets_that_are_not_light_on_dark_are_never_inverted() -> None:
    assert not should_invert(written_digit(4), light_on_dark=False)


def test_a_thing_that_fills_most_of_its_sample_is_not_inverted() -> None:
    shirt = np.zeros((28, 28), dtype=np.uint8)
    shirt[1:27, 5:23] = 200
    shirt[0:28, 9:19] = 230
    assert not should_invert(Image.fromarray(shirt), True)
    assert should_invert(Image.fromarray(255 - shirt), True)


@pytest.mark.parametrize("options", [{}, {"shade": 0.5}, {"table": True}, {"pen": 7}])
@pytest.mark.parametrize("digit", list(STROKES))
def test_a_photo_of_a_written_digit_is_recognised(
    digits: np.ndarray, digit: int, options: dict[str, Any]
) -> None:
    """Judged by its nearest neighbours among the data set's own digits."""
    photo = read_photo(encoded(written_digit(digit, **options), "JPEG", quality=80))
    turn = should_invert(photo, True)
    seen = to_network_input(photo, DIGITS, invert=turn)
    judge = KNeighborsClassifier(5).fit(digits.reshape(-1, 1024) / 255.0, load_digits().target)
    assert turn
    assert judge.predict(seen.reshape(1, -1) / 255.0)[0] == digit


def test_a_person_who_switches_inverting_off_sees_the_picture_as_it_is() -> None:
    seen = to_network_input(written_digit(4), MNIST)
    assert np.median(seen) > 180


def test_a_blank_sheet_gives_a_blank_picture() -> None:
    blank = Image.new("L", (300, 400), 255)
    seen = to_network_input(blank, MNIST, invert=True)
    assert seen.shape == (28, 28, 1)
    assert not seen.any()


def test_a_photo_is_cropped_to_the_middle_without_distortion() -> None:
    photo = Image.new("RGB", (300, 100), "blue")
    photo.paste((255, 0, 0), (100, 0, 200, 100))
    seen = to_network_input(photo, trained_on((32, 32, 3)))
    assert seen.shape == (32, 32, 3) and seen.dtype == np.uint8
    assert np.all(np.abs(seen[4:-4, 4:-4].astype(int) - (255, 0, 0)) <= 2)


def test_channels_follow_the_network() -> None:
    grey, colour = Image.new("L", (50, 50), 7), Image.new("RGB", (50, 50), (255, 0, 0))
    assert (
        to_network_input(grey, trained_on((10, 10, 3))).tolist() == np.full((10, 10, 3), 7).tolist()
    )
    assert np.all(to_network_input(colour, trained_on((10, 10, 1))) == 76)


@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
def test_a_photo_is_fitted_as_those_trained_on_were(fit: str, interpolation: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (90, 130, 3), dtype=np.uint8)
    photo = Image.fromarray(noise)
    summary = trained_on((32, 40, 3), fit=fit, interpolation=interpolation)
    expected = np.asarray(Fitting((32, 40), fit, interpolation).apply(photo))
    assert np.array_equal(to_network_input(photo, summary), expected)
