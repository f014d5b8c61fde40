"""What a page's own canvas sends, which may be anything."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from core.errors import PhotoError
from core.photos.sent import number_sent, picture_sent


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
