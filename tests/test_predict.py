"""From a photo to the network's tensor, and from its outputs to words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from core.predict import (
    classify,
    classify_files,
    read_photo,
    should_invert,
    to_network_input,
    top_k,
)
from core.runs import Run, RunError
from tests.photos import STROKES, encoded, written_digit


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
    seen = to_network_input(image, shape, light_on_dark=light_on_dark, dataset="digits")
    assert np.array_equal(seen, values)
    turned = to_network_input(image, shape, light_on_dark=light_on_dark, invert=True)
    assert np.array_equal(turned, 255 - values)


@pytest.mark.parametrize("factor", [2, 3, 10])
def test_an_enlarged_sample_comes_back(digits: np.ndarray, factor: int) -> None:
    for sample in digits[:20]:
        big = Image.fromarray(np.kron(sample, np.ones((factor, factor), dtype=np.uint8)))
        seen = to_network_input(big, (32, 32, 1), light_on_dark=True, dataset="digits")
        assert np.array_equal(seen[:, :, 0], sample)


def test_an_enlarged_sample_comes_back_through_jpeg_and_odd_sizes(digits: np.ndarray) -> None:
    for sample in digits[:20]:
        big = Image.fromarray(sample).resize((300, 300), Image.Resampling.NEAREST)
        image = read_photo(encoded(big, "JPEG", quality=85))
        seen = to_network_input(image, (32, 32, 1), light_on_dark=True, dataset="digits")
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
    seen = to_network_input(photo, (32, 32, 1), invert=turn, light_on_dark=True, dataset="digits")
    judge = KNeighborsClassifier(5).fit(digits.reshape(-1, 1024) / 255.0, load_digits().target)
    assert turn
    assert judge.predict(seen.reshape(1, -1) / 255.0)[0] == digit


def test_a_person_who_switches_inverting_off_sees_the_picture_as_it_is() -> None:
    seen = to_network_input(written_digit(4), (28, 28, 1), light_on_dark=True, dataset="mnist")
    assert np.median(seen) > 180


def test_a_blank_sheet_gives_a_blank_picture() -> None:
    blank = Image.new("L", (300, 400), 255)
    seen = to_network_input(blank, (28, 28, 1), invert=True, light_on_dark=True)
    assert seen.shape == (28, 28, 1)
    assert not seen.any()


def test_a_photo_is_cropped_to_the_middle_without_distortion() -> None:
    photo = Image.new("RGB", (300, 100), "blue")
    photo.paste((255, 0, 0), (100, 0, 200, 100))
    seen = to_network_input(photo, (32, 32, 3))
    assert seen.shape == (32, 32, 3) and seen.dtype == np.uint8
    assert np.all(np.abs(seen[4:-4, 4:-4].astype(int) - (255, 0, 0)) <= 2)


def test_channels_follow_the_network() -> None:
    grey, colour = Image.new("L", (50, 50), 7), Image.new("RGB", (50, 50), (255, 0, 0))
    assert to_network_input(grey, (10, 10, 3)).tolist() == np.full((10, 10, 3), 7).tolist()
    assert np.all(to_network_input(colour, (10, 10, 1)) == 76)


def test_top_classes() -> None:
    best = top_k(np.array([0.1, 0.6, 0.05, 0.25]), ["a", "b", "c", "d"], k=2)
    assert best == [("b", 0.6), ("d", 0.25)]
    assert len(top_k(np.array([0.4, 0.6]), ["a", "b"])) == 2


def _model(outputs: int, activation: str) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(outputs, activation=activation),
        ]
    )


def test_classify_in_batches() -> None:
    tensors = np.random.default_rng(0).integers(0, 256, (7, 8, 8, 1), dtype=np.uint8)
    model = _model(3, "softmax")
    probabilities = classify(model, tensors, ["a", "b", "c"], batch_size=3)
    assert probabilities.shape == (7, 3) and probabilities.dtype == np.float32
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(probabilities, classify(model, tensors, ["a", "b", "c"]), atol=1e-6)
    assert classify(model, tensors[:0], ["a", "b", "c"]).shape == (0, 3)


def test_a_sigmoid_head_gives_both_classes() -> None:
    tensors = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1), dtype=np.uint8)
    model = _model(1, "sigmoid")
    probabilities = classify(model, tensors, ["cats", "dogs"])
    raw = np.asarray(model(tensors.astype(np.float32)))[:, 0]
    assert np.allclose(probabilities, np.stack([1 - raw, raw], axis=1), atol=1e-6)


def test_outputs_that_do_not_fit_the_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="3 outputs, but there are 2 classes"):
        classify(_model(3, "softmax"), np.zeros((1, 8, 8, 1), dtype=np.uint8), ["a", "b"])


def test_classify_files_answers_for_every_file(tmp_path: Path) -> None:
    run = Run(tmp_path)
    facts = {"classes": ["a", "b", "c"], "image_shape": [8, 8, 1], "light_on_dark": True}
    (tmp_path / "classes.json").write_text(json.dumps(facts), encoding="utf-8")
    _model(3, "softmax").save(run.model_path)
    good, bad = tmp_path / "four.jpg", tmp_path / "notes.txt"
    good.write_bytes(encoded(written_digit(4), "JPEG"))
    bad.write_text("no picture", encoding="utf-8")
    first, second = classify_files(run, [good, bad])
    assert first["file"] == str(good)
    assert [set(item) for item in first["top"]] == [{"class", "probability"}] * 3
    assert sum(item["probability"] for item in first["top"]) == pytest.approx(1, abs=1e-4)
    assert "text" in second["error"]
    assert json.dumps([first, second])


def test_a_run_without_classes_yet(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not loaded its data yet"):
        classify_files(Run(tmp_path), [])


def test_reading_photos_and_drawing_figures_need_no_tensorflow() -> None:
    modules = (
        "core.predict, core.analysis.evaluation, core.analysis.feature_maps, core.figures.bars, "
        "core.figures.confusion, core.figures.curves, core.figures.images, core.figures.range_test"
    )
    script = (
        f"import sys, {modules}\n"
        "loaded = {'tensorflow', 'keras', 'streamlit', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "sys.exit(repr(loaded) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
