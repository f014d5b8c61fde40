"""What is held of an upload, both ways round where there are two; and what a canvas sends."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import PhotoError
from core.photos.network_input import read_for_network, to_network_input
from core.photos.sent import number_sent, picture_sent
from core.photos.upload import SHOWN_SIDE, read_upload, thumbnail
from core.runs import DatasetSummary
from tests.photos.pictures import encoded, written_digit

PETS = DatasetSummary(name="pets", classes=("cat", "dog"), image_shape=(40, 48, 3))
DIGITS = DatasetSummary(
    name="digits", classes=("0", "1"), image_shape=(32, 32, 1), light_on_dark=True
)


def test_a_photo_of_things_has_nothing_to_turn_round() -> None:
    data = encoded(Image.linear_gradient("L").resize((3000, 2000)), "JPEG")
    upload = read_upload(data, PETS)
    assert upload.picture.size == (SHOWN_SIDE, 427)
    assert upload.inverted is None and not upload.invert
    assert np.array_equal(upload.pixels, to_network_input(read_for_network(data, PETS), PETS))


def test_a_photo_of_ink_is_held_both_ways_round() -> None:
    data = encoded(written_digit(4), "PNG")
    upload = read_upload(data, DIGITS)
    picture = read_for_network(data, DIGITS)
    assert upload.invert
    assert np.array_equal(upload.pixels, to_network_input(picture, DIGITS))
    assert np.array_equal(upload.inverted, to_network_input(picture, DIGITS, invert=True))


def test_what_is_held_is_small() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1500, 2100, 3), dtype=np.uint8)
    upload = read_upload(encoded(Image.fromarray(noise), "BMP"), PETS)
    assert max(upload.picture.size) == SHOWN_SIDE
    assert upload.pixels.base is None or upload.pixels.base.nbytes < 10_000


def test_a_small_picture_is_shown_as_it_is() -> None:
    assert read_upload(encoded(Image.new("L", (30, 20)), "PNG"), PETS).picture.size == (30, 20)


def test_no_picture() -> None:
    with pytest.raises(PhotoError, match="text"):
        read_upload(b"Dear diary", PETS)


def test_a_thumbnail_is_a_copy() -> None:
    picture = Image.new("RGB", (400, 100))
    assert thumbnail(picture, 200).size == (200, 50)
    assert picture.size == (400, 100)


# What a page's own canvas sends, which may be anything.


def message(picture: Any, number: Any = 1) -> dict[str, Any]:
    return {"number": number, "picture": picture}


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_the_file_comes_out_as_it_went_in(kind: str) -> None:
    data = bytes(range(256))
    address = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    assert picture_sent(message(address)) == data


@pytest.mark.parametrize("sent", [None, "", {}, message(""), message(None), {"number": 3}])
def test_nothing_sent_is_no_picture_and_no_error(sent: Any) -> None:
    assert picture_sent(sent) == b""


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("https://example.org/a.png", "sent no picture"),
        ("data:image/svg+xml;base64,AAAA", "sent no picture"),
        (7, "sent no picture"),
        ({"a": 1}, "sent no picture"),
        ("data:image/png;base64,A", "damaged"),
        ("data:image/png;base64,ää", "damaged"),
        ("data:image/png;base64," + "A" * 2_000_000, "too large"),
    ],
)
def test_anything_else_is_told_in_a_sentence(picture: Any, said: str) -> None:
    with pytest.raises(PhotoError, match=said):
        picture_sent(message(picture))


@pytest.mark.parametrize(
    "sent", [None, 3, [], message("", -1), message("", True), message("", "9")]
)
def test_a_number_that_is_none_is_nought(sent: Any) -> None:
    assert number_sent(sent) == 0
    assert number_sent(message("", 12)) == 12
