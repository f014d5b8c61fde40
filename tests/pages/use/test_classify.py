"""Classify a photo: empty, with a test image, with uploads good and bad."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from core.photos.upload import Upload, read_upload
from core.runs import DatasetSummary, Run
from pages.session import cache
from tests.pages.opening import errors, healthy, open_page, parameter
from tests.photos.pictures import enormous_png


def drawn_digit() -> bytes:
    """Dark ink on white paper, as a photo of handwriting has it."""
    picture = Image.new("RGB", (200, 260), "white")
    ImageDraw.Draw(picture).line([(100, 40), (100, 220)], fill=(20, 20, 40), width=18)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def told(app: AppTest) -> dict[str, Any]:
    """What the answer's component is given to show."""
    return component(app, "answer")


def component(app: AppTest, name: str) -> dict[str, Any]:
    found = [item.proto for item in app.get("bidi_component")]
    return json.loads(next(p.json for p in found if p.component_name == f"convscope.{name}"))


def draw(app: AppTest, picture: Any, number: int = 1) -> AppTest:
    """As the pad does when the pen is lifted; what it sends may be anything."""
    app.session_state["classify_pad"] = {"drawing": {"number": number, "picture": picture}}
    return app.run()


def address_of(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def test_a_photo_is_classified_before_anything_is_trained(runs_folder: Path) -> None:
    app = open_page("classify", "Classify a photo")
    assert parameter(app, "run") == "digits-shipped"
    app.file_uploader[0].set_value(("one.png", drawn_digit(), "image/png")).run()
    assert not app.exception
    assert told(app)["words"][0] == "It is a 1"


def test_before_a_picture_is_given_the_page_says_what_the_network_knows(
    with_finished_run: Run,
) -> None:
    said = told(open_page("classify", "Classify a photo"))
    assert said["words"] == [] and said["bars"] == []
    assert "knows 0, 1, 2, 3" in said["note"]


def test_a_test_image_is_classified(with_finished_run: Run) -> None:
    said = told(open_page("classify", "Classify a photo", sample="7"))
    assert "test image 7 is of the class 3" in said["note"]
    assert len(said["bars"]) == 5 and said["words"]


def test_what_is_said_of_a_test_image_is_what_the_network_says(with_finished_run: Run) -> None:
    """It is read from the run's evaluation, so that nobody waits for TensorFlow."""
    image = cache.test_images(with_finished_run).gather([7])[0][0]
    asked = cache.probabilities(with_finished_run, image)
    np.testing.assert_allclose(cache.test_probabilities(with_finished_run, 7), asked, atol=1e-4)
    with_finished_run.predictions_path.write_bytes(b"damaged")
    np.testing.assert_array_equal(cache.test_probabilities(with_finished_run, 7), asked)
    with_finished_run.predictions_path.unlink()
    np.testing.assert_array_equal(cache.test_probabilities(with_finished_run, 7), asked)


def test_uploaded_photos_are_classified_and_bad_files_get_a_sentence(
    with_finished_run: Run,
) -> None:
    app = open_page("classify", "Classify a photo")
    app.file_uploader[0].set_value(
        [("one.png", drawn_digit(), "image/png"), ("notes.txt", b"hello", "text/plain")]
    ).run()
    assert not app.exception
    before = told(app)
    assert before["note"] == "one.png" and before["words"]
    assert len(app.error) == 1
    inverted = next(item for item in app.toggle if item.label == "Invert")
    assert inverted.value  # dark ink on white paper, and the set is light on dark
    inverted.set_value(False).run()
    assert not app.exception
    assert told(app)["pictures"][1] != before["pictures"][1]  # what the network sees


def test_of_several_pictures_the_newest_is_large_and_the_others_are_rows(
    with_finished_run: Run,
) -> None:
    app = open_page("classify", "Classify a photo")
    files = [(f"{name}.png", drawn_digit(), "image/png") for name in ("first", "second", "third")]
    app.file_uploader[0].set_value(files).run()
    said = told(app)
    assert said["note"] == "third.png"
    assert [row["caption"] for row in said["rows"]] == ["second.png", "first.png"]
    assert len({row["value"] for row in said["rows"]}) == 2


def test_a_drawing_is_classified_and_takes_the_place_of_a_test_image(
    with_finished_run: Run,
) -> None:
    app = open_page("classify", "Classify a photo")
    draw(app, address_of(drawn_digit()), number=4)
    assert told(healthy(app))["bars"]
    assert component(app, "pad")["answered"] == 4
    drawn = told(app)
    app.query_params["sample"] = "7"
    assert "test image 7" in told(app.run())["note"]
    assert component(app, "pad")["blank"] == "7"
    del app.query_params["sample"]
    assert told(app.run()) == drawn


@pytest.mark.parametrize(
    "picture",
    [
        "data:text/html;base64,PHNjcmlwdD4=",
        "data:image/png;base64,%%%",
        address_of(b"no picture at all, but long enough to be one"),
        address_of(enormous_png(9_000)),
        "data:image/png;base64," + "A" * 3_000_000,
        12,
        ["data:image/png;base64,"],
    ],
)
def test_whatever_the_browser_sends_the_page_answers_in_a_sentence(
    with_finished_run: Run, picture: Any
) -> None:
    app = draw(open_page("classify", "Classify a photo"), picture)
    assert len(errors(healthy(app))) == 1
    draw(app, address_of(drawn_digit()), number=2)
    assert not app.error and told(app)["bars"]


@pytest.mark.parametrize("number", [-1, 10**40, "7", None, 1.5, True])
def test_a_number_that_is_none_is_taken_for_none(with_finished_run: Run, number: Any) -> None:
    app = draw(open_page("classify", "Classify a photo"), address_of(drawn_digit()), number)
    assert component(healthy(app), "pad")["answered"] is not True
    assert component(app, "pad")["answered"] == 0
    assert told(app)["bars"]


def test_a_run_whose_data_are_not_known_says_so(with_finished_run: Run) -> None:
    with_finished_run.dataset_path.unlink()
    app = open_page("classify", "Classify a photo")
    assert "its classes are not known" in errors(app)[0]


def test_an_upload_is_decoded_once_and_a_refused_one_refused_once(
    with_finished_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []

    def counted(data: bytes, summary: DatasetSummary) -> Upload:
        decoded.append(len(data))
        return read_upload(data, summary)

    monkeypatch.setattr("core.photos.upload.read_upload", counted)
    app = open_page("classify", "Classify a photo")
    app.file_uploader[0].set_value(
        [("one.png", drawn_digit(), "image/png"), ("notes.txt", b"no picture", "text/plain")]
    ).run()
    for inverted in (False, True, False):
        next(item for item in app.toggle if item.label == "Invert").set_value(inverted).run()
        assert not app.exception
        assert len(app.error) == 1
    assert sorted(decoded) == sorted([len(drawn_digit()), len(b"no picture")])


def test_a_refused_picture_leaves_the_others_as_they_are(with_finished_run: Run) -> None:
    app = open_page("classify", "Classify a photo")
    app.file_uploader[0].set_value(
        [("one.png", drawn_digit(), "image/png"), ("*bomb*.png", enormous_png(9_000), "image/png")]
    ).run()
    assert not app.exception
    assert "9,000" in errors(app)[0]
    assert told(app)["note"] == "one.png"
