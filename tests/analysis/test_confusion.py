"""Confusion and per-class scores against scikit-learn's."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import confusion_matrix as reference_matrix
from sklearn.metrics import precision_recall_fscore_support

from core.analysis.confusion import confusion_matrix, normalize_confusion, per_class_scores


def test_matches_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 7, 500)
    predictions = np.where(rng.random(500) < 0.6, labels, rng.integers(0, 7, 500))
    confusion = confusion_matrix(labels, predictions, 7)
    assert np.array_equal(confusion, reference_matrix(labels, predictions))
    scores = per_class_scores(confusion, list("abcdefg"))
    expected = precision_recall_fscore_support(labels, predictions)
    for row, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        assert np.allclose([getattr(item, row) for item in scores], values)


def test_a_class_that_is_never_seen_or_predicted_scores_zero() -> None:
    scores = per_class_scores(confusion_matrix(np.array([0]), np.array([0]), 2), ["a", "b"])
    assert (scores[1].precision, scores[1].recall, scores[1].f1, scores[1].support) == (0, 0, 0, 0)


def test_rows_sum_to_one_and_empty_rows_stay_empty() -> None:
    shares = normalize_confusion(np.array([[3, 1], [0, 0]]))
    assert shares.tolist() == [[0.75, 0.25], [0.0, 0.0]]
