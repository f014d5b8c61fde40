"""Classify a photo: empty, with a test image, with uploads good and bad."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

from core.runs import Run
from tests.pages.opening import errors, open_page, texts


def drawn_digit() -> bytes:
    """Dark ink on white paper, as a photo of handwriting has it."""
    picture = Image.new("RGB", (200, 260), "white")
    ImageDraw.Draw(picture).line([(100, 40), (100, 220)], fill=(20, 20, 40), width=18)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def test_without_runs_the_page_says_what_to_do_first(runs_folder: Path) -> None:
    assert "Train one first" in texts(open_page("classify", "Classify a photo"))


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
