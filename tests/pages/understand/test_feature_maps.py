"""Feature maps of pictures of one's own, and layers of single numbers."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from core.runs import Run
from pages.session import cache
from tests.pages.opening import healthy, open_page, texts


def a_line(ink: str, paper: str) -> bytes:
    picture = Image.new("RGB", (200, 260), paper)
    ImageDraw.Draw(picture).line([(100, 40), (100, 220)], fill=ink, width=18)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def with_picture(picture: bytes, **query: str) -> AppTest:
    """The page, and a picture given to it."""
    app = open_page("feature_maps", "Feature maps", **query)
    app.button_group(key="maps_source").set_value("My own").run()
    return give(app, picture)


def give(app: AppTest, picture: bytes) -> AppTest:
    """In the place of the one before."""
    app.file_uploader[0].set_value(("one.png", picture, "image/png")).run()
    return healthy(app)


def chart(app: AppTest) -> dict[str, Any]:
    """The bars, as sent to the browser."""
    (found,) = app.get("plotly_chart")
    return json.loads(found.proto.spec)


@pytest.fixture
def of_two_classes(with_finished_run: Run) -> Run:
    """A run with a sigmoid head: its one number speaks for the second class."""
    import keras

    layers = keras.layers
    said = json.loads(with_finished_run.dataset_path.read_text(encoding="utf-8"))
    said["classes"] = ["cats", "dogs"]
    with_finished_run.dataset_path.write_text(json.dumps(said), encoding="utf-8")
    pixels = keras.Input(said["image_shape"])
    logit = layers.Dense(1, name="head")(layers.GlobalAveragePooling2D()(pixels))
    model = keras.Model(pixels, layers.Activation("sigmoid", name="probabilities")(logit))
    model.save(with_finished_run.model_path)
    return with_finished_run


def test_the_bar_of_a_sigmoid_head_has_the_name_of_the_class_it_speaks_for(
    of_two_classes: Run,
) -> None:
    shown = chart(with_picture(a_line("black", "white"), layer="head"))
    assert shown["layout"]["xaxis"]["ticktext"] == ["dogs rather than cats"]
    assert shown["data"][0]["hovertext"] == ["dogs rather than cats"]


def test_more_numbers_than_a_chart_has_room_for_are_a_line_and_the_page_says_so(
    with_finished_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("feature_maps", "Feature maps", sample="5", layer="flatten")
    shown = chart(app)["data"][0]
    assert shown["type"] == "bar" and len(shown["hovertext"]) == 1024
    assert "more numbers than a chart has room for" not in texts(app)
    real = cache.activations
    many = np.zeros((1, 1, 524_288), dtype=np.float32)
    monkeypatch.setattr(cache, "activations", lambda *asked: {**real(*asked), "flatten": many})
    app = open_page("feature_maps", "Feature maps", sample="5", layer="flatten")
    shown = chart(app)["data"][0]
    assert shown["type"] == "scatter" and len(shown["hovertext"]) <= 1024
    assert "more numbers than a chart has room for" in texts(app)


def test_each_picture_is_inverted_or_not_as_it_looks(with_finished_run: Run) -> None:
    """Whatever the switch was for the picture before."""
    app = with_picture(a_line("black", "white"))
    assert app.toggle(key=inverting(app)).value
    give(app, a_line("white", "black"))
    assert not app.toggle(key=inverting(app)).value
    app.toggle(key=inverting(app)).set_value(True).run()
    assert app.toggle(key=inverting(app)).value
    give(app, a_line("white", "black"))
    assert not app.toggle(key=inverting(app)).value


def inverting(app: AppTest) -> str:
    """The key of the switch."""
    return next(item.key for item in app.toggle if item.label == "Invert")
