"""Small pictures: they are pictures, they show the data, and odd data break nothing."""

from __future__ import annotations

import base64
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from core.analysis.feature_maps import viridis
from core.figures import vignettes
from core.figures.theme import ACCENT, SUGGESTION, VALIDATION


def svg(uri: str) -> ElementTree.Element:
    kind, _, data = uri.partition(",")
    assert kind == "data:image/svg+xml;base64"
    return ElementTree.fromstring(base64.b64decode(data))


def png(uri: str) -> np.ndarray:
    kind, _, data = uri.partition(",")
    assert kind == "data:image/png;base64"
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    return np.asarray(picture.convert("RGB"))


def heights(uri: str) -> list[float]:
    line = svg(uri)[0].attrib["points"]
    return [float(point.split(",")[1]) for point in line.split()]


def test_a_sheet_has_each_image_at_its_place():
    images = np.arange(2 * 3 * 4 * 5, dtype=np.uint8).reshape(2, 3, 4, 5)
    sheet = png(vignettes.sheet(images, coloured=False))
    assert sheet.shape == (8, 15, 3)
    np.testing.assert_array_equal(sheet[4:8, 10:15, 0], images[1, 2])
    coloured = png(vignettes.sheet(images, coloured=True))
    np.testing.assert_array_equal(coloured[4:8, 10:15], viridis()[images[1, 2]])


def test_a_curve_goes_as_its_numbers_do():
    rising = heights(vignettes.sparkline([0.1, 0.5, 0.9]))
    assert rising == sorted(rising, reverse=True)  # y counts downwards
    assert len(heights(vignettes.sparkline(list(range(5000))))) <= 60
    assert SUGGESTION in ElementTree.tostring(svg(vignettes.sparkline([1, 2]))).decode()
    assert VALIDATION in ElementTree.tostring(svg(vignettes.sparkline([1, 2], good=False))).decode()


@pytest.mark.parametrize("values", [[0.3, 0.3, 0.3], [1e-12, 1e12], [1.0, float("nan"), 2.0]])
def test_odd_numbers_stay_inside_the_picture(values: list[float]):
    assert all(0 <= height <= 28 for height in heights(vignettes.sparkline(values)))


def test_too_few_points_are_no_curve():
    assert vignettes.sparkline([]) == vignettes.sparkline([0.5]) == ""
    assert len(svg(vignettes.curves([1.0], [0.1, 0.2], (150, 78)))) == 1


def test_a_matrix_tells_right_from_wrong():
    cells = list(svg(vignettes.matrix(np.array([[5, 0], [1, 4]]), 80)))
    fills = [cell.attrib["fill"] for cell in cells]
    assert fills[0] == fills[3] == ACCENT
    assert fills[2] == VALIDATION
    assert fills[1] not in (ACCENT, VALIDATION)


def test_an_answer_has_the_longest_bar_for_the_likeliest_class():
    image = np.zeros((32, 32), np.uint8)
    shapes = list(svg(vignettes.answer(image, np.array([0.1, 0.7, 0.2]), (150, 78))))
    lengths = [float(shape.attrib["width"]) for shape in shapes[2::2]]
    assert np.argmax(lengths) == 1
    assert shapes[4].attrib["fill"] == SUGGESTION
