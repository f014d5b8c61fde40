"""Photos and a run -> the most probable classes; the same answer as the evaluation's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import RunError
from core.photos.classify import classify_files, in_words, top_k
from core.runs import DatasetSummary, Run
from tests.photos.pictures import encoded, written_digit


def test_top_classes() -> None:
    best = top_k(np.array([0.1, 0.6, 0.05, 0.25]), ["a", "b", "c", "d"], k=2)
    assert best == [("b", 0.6), ("d", 0.25)]
    assert len(top_k(np.array([0.4, 0.6]), ["a", "b"])) == 2


@pytest.mark.parametrize(
    ("guesses", "sentence", "certainty"),
    [
        ([("3", 0.987), ("8", 0.01)], "It is a 3", "98.7 % sure"),
        ([("8", 0.99999)], "It is an 8", "over 99.9 % sure"),
        ([("3", 0.5), ("8", 0.4)], "Perhaps a 3, or an 8", "50.0 % sure"),
        ([("T-shirt/top", 0.4), ("Dress", 0.1)], "Perhaps a T-shirt/top", "40.0 % sure"),
        ([("airplane", 0.7)], "It is an airplane", "70.0 % sure"),
        ([("cats", 0.9)], "It is one of the cats", "90.0 % sure"),
        ([("bus", 0.9)], "It is a bus", "90.0 % sure"),
        ([("*bomb*", 0.9)], "It is “*bomb*”", "90.0 % sure"),
        ([("猫", 0.9)], "It is “猫”", "90.0 % sure"),
    ],
)
def test_an_answer_in_words(
    guesses: list[tuple[str, float]], sentence: str, certainty: str
) -> None:
    assert in_words(guesses) == (sentence, certainty)


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


def test_classify_files_answers_for_every_file(tmp_path: Path) -> None:
    run = Run(tmp_path)
    summary = DatasetSummary(
        name="letters", classes=("a", "b", "c"), image_shape=(8, 8, 1), light_on_dark=True
    )
    run.write_dataset(summary)
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
