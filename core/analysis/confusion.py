"""The confusion matrix and what follows from it, class by class.

Knows nothing of runs or of where predictions come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PerClass:
    """How one class fares; each score from 0 to 1."""

    name: str
    precision: float  # of the images called this class, the share that is
    recall: float  # of this class's images, the share that was found
    f1: float  # the harmonic mean of the two
    support: int  # how many images of this class there are


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, num_classes: int) -> np.ndarray:
    """Counts, rows true and columns predicted.

    Args:
        labels, predictions: (N,) int64, 0 to num_classes - 1.

    Returns: (num_classes, num_classes) int64
    """
    cells = labels.astype(np.int64) * num_classes + predictions.astype(np.int64)
    return np.bincount(cells, minlength=num_classes**2).reshape(num_classes, num_classes)


def normalize_confusion(confusion: np.ndarray) -> np.ndarray:
    """Each row's shares, summing to 1; a class without images keeps a row of zeros.

    Returns: (K, K) float64, 0..1
    """
    counts = np.asarray(confusion, dtype=np.float64)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)


def per_class_scores(confusion: np.ndarray, classes: Sequence[str]) -> list[PerClass]:
    """Precision, recall and F1 of each class; 0 where a score has nothing to divide by."""
    correct = np.diag(confusion).astype(np.float64)
    predicted = confusion.sum(axis=0)
    support = confusion.sum(axis=1)
    precision = correct / np.maximum(predicted, 1)
    recall = correct / np.maximum(support, 1)
    f1 = 2.0 * correct / np.maximum(predicted + support, 1)
    return [
        PerClass(name, float(precision[i]), float(recall[i]), float(f1[i]), int(support[i]))
        for i, name in enumerate(classes)
    ]
