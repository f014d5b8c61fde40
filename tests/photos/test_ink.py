"""Finding handwriting in a photo."""

from __future__ import annotations

import numpy as np
import pytest

from core.photos.ink import Framing, frame_ink, framing_of, otsu_threshold
from core.photos.polarity import is_dark_on_light
from tests.photos.pictures import written_digit


def _dark_to_light(**options: object) -> np.ndarray:
    return 255 - np.asarray(written_digit(4, **options))  # type: ignore[arg-type]


def _box(framed: np.ndarray) -> tuple[int, int]:
    rows = np.flatnonzero((framed > 100).any(axis=1))
    columns = np.flatnonzero((framed > 100).any(axis=0))
    return rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


def test_otsu_parts_two_groups() -> None:
    values = np.concatenate([np.full(100, 10.0), np.full(30, 200.0)])
    assert 11 < otsu_threshold(values) < 199


@pytest.mark.parametrize("options", [{}, {"shade": 0.5}, {"table": True}, {"pen": 6}, {"pen": 60}])
def test_ink_is_centred_and_scaled_like_mnist(options: dict[str, object]) -> None:
    framed = frame_ink(_dark_to_light(**options), (28, 28), framing_of("mnist"))
    assert framed is not None
    height, width = _box(framed)
    assert 19 <= height <= 21
    assert 9 <= width <= 18
    mass = framed.astype(float)
    row, column = (np.average(index, weights=mass) for index in np.indices(mass.shape))
    assert abs(row - 13.5) <= 0.75 and abs(column - 13.5) <= 0.75
    assert framed.max() > 200
    assert np.all(framed[0] == 0) and np.all(framed[:, 0] == 0)


def test_where_and_how_large_it_is_written_does_not_matter() -> None:
    here = frame_ink(_dark_to_light(), (28, 28), Framing())
    there = frame_ink(_dark_to_light(box=(90, 100, 220, 325), pen=8), (28, 28), Framing())
    assert here is not None and there is not None
    assert np.corrcoef(here.ravel(), there.ravel())[0, 1] > 0.85


def test_digits_fill_the_height_and_are_coarse() -> None:
    framed = frame_ink(_dark_to_light(), (32, 32), framing_of("digits"))
    assert framed is not None
    assert _box(framed)[0] >= 28
    steps = np.abs(np.diff(framed.astype(int), axis=1)).max()
    assert steps < 120  # soft, as 8 x 8 pixels enlarged to 32 x 32 are


@pytest.mark.parametrize("level", [0, 35, 220])
def test_a_blank_sheet_has_no_ink(level: int) -> None:
    noise = np.random.default_rng(0).normal(level, 5, (400, 300))
    assert frame_ink(np.clip(noise, 0, 255).astype(np.uint8), (28, 28), Framing()) is None


@pytest.mark.parametrize("options", [{}, {"shade": 0.5}, {"table": True}, {"pen": 6}, {"pen": 60}])
def test_dark_ink_is_told_from_light_ink(options: dict[str, object]) -> None:
    photo = np.asarray(written_digit(7, **options))  # type: ignore[arg-type]
    assert is_dark_on_light(photo)
    if not options.get("table"):
        assert not is_dark_on_light(255 - photo)


def _garment(grey: int, ground: int = 10) -> np.ndarray:
    """A jumper as tall as it is wide, left and above of the middle of its picture."""
    photo = np.full((500, 400), ground, dtype=np.uint8)
    photo[60:300, 80:240] = grey
    photo[60:160, 40:280] = grey
    return photo


@pytest.mark.parametrize("contrast", [30, 78, 110, 220])
def test_a_pale_garment_is_cut_out_as_a_strong_one_is(contrast: int) -> None:
    framed = frame_ink(_garment(10 + contrast), (28, 28), framing_of("fashion-mnist"))
    strong = frame_ink(_garment(230), (28, 28), framing_of("fashion-mnist"))
    assert framed is not None and strong is not None
    assert abs(int(framed.max()) - contrast) <= 1  # as pale as it is
    np.testing.assert_allclose(framed / contrast, strong / 220, atol=0.06)
    filled = framed > contrast / 2
    assert filled.any(axis=1).all() and filled.any(axis=0).all()  # from edge to edge
    assert np.array_equal(filled, filled[:, ::-1])


def test_a_noisy_pale_garment_fills_its_picture() -> None:
    noise = np.random.default_rng(0).normal(0, 6, (500, 400))
    photo = np.clip(_garment(88) + noise, 0, 255).astype(np.uint8)
    framed = frame_ink(photo, (28, 28), framing_of("fashion-mnist"))
    assert framed is not None
    filled = framed > 39
    assert filled.any(axis=1).all() and filled.any(axis=0).all()
