"""Classify a photo: empty, with a test image, with uploads good and bad."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from core.photos.upload import Upload, read_upload
from core.runs import DatasetSummary, Run
from tests.pages.opening import errors, open_page, parameter, texts
from tests.photos.pictures import enormous_png


def drawn_digit() -> bytes:
    """Dark ink on white paper, as a photo of handwriting has it."""
    picture = Image.new("RGB", (200, 260), "white")
    ImageDraw.Draw(picture).line([(100, 40), (100, 220)], fill=(20, 20, 40), width=18)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_photo_is_classified_before_anything_is_trained(runs_folder: Path) -> None:
    app = open_page("classify", "Classify a photo")
    assert parameter(app, "run") == "digits-shipped"
    app.file_uploader[0].set_value(("one.png", drawn_digit(), "image/png")).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1


def test_a_test_image_is_classified(with_finished_run: Run) -> None:
    app = open_page("classify", "Classify a photo", sample="7")
    assert "Test image 7" in texts(app)
    assert len(app.get("plotly_chart")) == 1


def test_uploaded_photos_are_classified_and_bad_files_get_a_sentence(
    with_finished_run: Run,
) -> None:
    app = open_page("classify", "Classify a photo")
    app.file_uploader[0].set_value(
        [("one.png", drawn_digit(), "image/png"), ("notes.txt", b"hello", "text/plain")]
    ).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    assert len(app.error) == 1
    inverted = next(item for item in app.toggle if item.label == "Invert")
    assert inverted.value  # dark ink on white paper, and the set is light on dark
    inverted.set_value(False).run()
    assert not app.exception


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
    app = open_page("classify", "Classify a photo", sample="7")
    app.file_uploader[0].set_value([("*bomb*.png", enormous_png(9_000), "image/png")]).run()
    assert not app.exception
    assert "9,000" in errors(app)[0]
    assert "Test image 7" in texts(app)
    assert len(app.get("plotly_chart")) == 1
