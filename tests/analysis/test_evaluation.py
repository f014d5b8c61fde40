"""Evaluation from a run's record, without TensorFlow."""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.analysis.evaluation import evaluate, load_evaluation, most_confused, select_images
from core.errors import RunError
from core.runs import DatasetSummary, Run

CLASSES = ["cat", "dog", "frog"]
LABELS = np.array([0, 0, 1, 1, 2, 2])
PROBABILITIES = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.3, 0.6, 0.1],  # a cat called dog, 60 %
        [0.1, 0.8, 0.1],
        [0.9, 0.1, 0.0],  # a dog called cat, 90 %
        [0.2, 0.1, 0.7],
        [0.1, 0.7, 0.2],  # a frog called dog, 70 %
    ],
    dtype=np.float32,
)


def _record(folder: Path, **arrays: np.ndarray) -> Run:
    run = Run(folder)
    run.write_dataset(DatasetSummary(name="pets", classes=tuple(CLASSES), image_shape=(8, 8, 3)))
    np.savez(run.predictions_path, **arrays)
    return run


def test_reads_a_run(tmp_path: Path) -> None:
    run = _record(tmp_path, labels=LABELS, probabilities=PROBABILITIES)
    evaluation = load_evaluation(run)
    assert evaluation.test_accuracy == 0.5
    true = [0.8, 0.3, 0.8, 0.1, 0.7, 0.2]
    assert math.isclose(evaluation.test_loss, -sum(map(math.log, true)) / 6, rel_tol=1e-6)
    assert evaluation.confusion.tolist() == [[1, 1, 0], [1, 1, 0], [0, 1, 1]]
    assert [item.name for item in evaluation.per_class] == CLASSES
    assert evaluation.per_class[2].precision == 1.0


def test_report_is_json(tmp_path: Path) -> None:
    report = load_evaluation(
        _record(tmp_path, labels=LABELS, probabilities=PROBABILITIES)
    ).to_dict()
    assert json.loads(json.dumps(report)) == report
    assert {"test_accuracy", "test_loss", "confusion", "classes", "per_class"} <= set(report)
    assert report["per_class"][0]["recall"] == 0.5


def test_a_sure_mistake_costs_much_but_not_infinitely_much() -> None:
    certain = np.array([[0.0, 1.0]], dtype=np.float32)
    assert math.isclose(evaluate(np.array([0]), certain, ["a", "b"]).test_loss, -math.log(1e-7))


def test_mistakes_most_confident_first() -> None:
    evaluation = evaluate(LABELS, PROBABILITIES, CLASSES)
    assert select_images(evaluation).tolist() == [3, 5, 1]
    assert select_images(evaluation, predicted=1).tolist() == [5, 1]
    assert select_images(evaluation, true=0).tolist() == [1]
    assert select_images(evaluation, true=0, predicted=0).tolist() == []


def test_images_that_are_shown_and_their_order() -> None:
    evaluation = evaluate(LABELS, PROBABILITIES, CLASSES)
    assert select_images(evaluation, sort="unsure").tolist() == [1, 5, 3]
    assert select_images(evaluation, sort="class").tolist() == [1, 3, 5]
    assert select_images(evaluation, show="correct").tolist() == [0, 2, 4]
    assert select_images(evaluation, true=0, predicted=0, show="correct").tolist() == [0]
    assert select_images(evaluation, show="all", sort="class").tolist() == [0, 1, 3, 2, 5, 4]
    assert select_images(evaluation, predicted=1, show="all").tolist() == [2, 5, 1]


def test_most_confused_pairs() -> None:
    labels = np.array([0, 0, 0, 1, 2])
    predictions = np.eye(3, dtype=np.float32)[[1, 1, 0, 2, 2]]
    assert most_confused(evaluate(labels, predictions, CLASSES)) == [(0, 1, 2), (1, 2, 1)]


def test_not_evaluated_yet(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not been evaluated yet"):
        load_evaluation(Run(tmp_path))


def test_classes_missing(tmp_path: Path) -> None:
    run = _record(tmp_path, labels=LABELS, probabilities=PROBABILITIES)
    run.dataset_path.write_text('{"name": "pets"}', encoding="utf-8")
    with pytest.raises(RunError, match="says of its data cannot be read: classes"):
        load_evaluation(run)
    run.dataset_path.unlink()
    with pytest.raises(RunError, match="has not loaded its data yet"):
        load_evaluation(run)


def test_a_damaged_header_of_an_array_is_told_of_without_numpys_words(tmp_path: Path) -> None:
    run = _record(tmp_path, labels=LABELS, probabilities=PROBABILITIES)
    with zipfile.ZipFile(run.predictions_path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = members["labels.npy"].replace(b"'<i8'", b"'<i8", 1).replace(b"'shape'", b"shape ", 1)
    with zipfile.ZipFile(run.predictions_path, "w") as archive:
        for name, data in {**members, "labels.npy": header}.items():
            archive.writestr(name, data)
    with pytest.raises(RunError, match=r"predictions\.npz is damaged\. Train it again"):
        load_evaluation(run)


def test_torn_file(tmp_path: Path) -> None:
    run = _record(tmp_path, labels=LABELS, probabilities=PROBABILITIES)
    data = run.predictions_path.read_bytes()
    run.predictions_path.write_bytes(data[: len(data) // 2])
    with pytest.raises(RunError, match="cannot be read"):
        load_evaluation(run)
    run.predictions_path.write_bytes(b"")
    with pytest.raises(RunError, match="cannot be read"):
        load_evaluation(run)


@pytest.mark.parametrize(
    ("labels", "probabilities", "words"),
    [
        (LABELS, PROBABILITIES[:, :2], r"\(6, 2\)"),
        (LABELS + 1, PROBABILITIES, "label 3"),
        (LABELS, PROBABILITIES * np.nan, "not finite"),
        (LABELS[:0], PROBABILITIES[:0], "no predictions"),
    ],
)
def test_wrong_content(
    tmp_path: Path, labels: np.ndarray, probabilities: np.ndarray, words: str
) -> None:
    run = _record(tmp_path, labels=labels, probabilities=probabilities)
    with pytest.raises(RunError, match=words):
        load_evaluation(run)
    with pytest.raises(RunError, match=r"cannot be read"):
        load_evaluation(_record(tmp_path, labels=labels))
