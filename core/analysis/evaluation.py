"""How well a network does on the test images: accuracy, loss, confusion, mistakes.

Reads what the worker wrote, so that it needs no TensorFlow. Knows nothing of figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from core.analysis.confusion import (
    PerClass,
    confusion_matrix,
    per_class_scores,
)
from core.errors import DatasetError, ReadingError, RunError
from core.reading import first_line, is_file, read_arrays
from core.runs import DatasetSummary, Run

Show = Literal["mistakes", "correct", "all"]
Sort = Literal["surest", "unsure", "class"]

_MOST_BYTES = 4 * 2**30  # of all predictions
_SLACK = 1e-3  # of sums in low precision
_SMALLEST = 1e-7  # probabilities are clipped here, as Keras does before taking a logarithm


@dataclass(frozen=True)
class Evaluation:
    """Test labels and probabilities, and all that follows from them."""

    classes: tuple[str, ...]
    labels: np.ndarray  # (N,) int64
    probabilities: np.ndarray  # (N, K) float32, rows sum to 1

    @cached_property
    def predictions(self) -> np.ndarray:
        """The most probable class of each image.  # (N,) int64"""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def confidences(self) -> np.ndarray:
        """The probability of the predicted class.  # (N,) float32, 0..1"""
        return self.probabilities.max(axis=1)

    @property
    def num_mistakes(self) -> int:
        """Images classified wrongly."""
        return int(np.count_nonzero(self.predictions != self.labels))

    @cached_property
    def test_accuracy(self) -> float:
        return float(np.mean(self.predictions == self.labels))

    @cached_property
    def test_loss(self) -> float:
        """Mean cross-entropy of the true class, in nats."""
        true = self.probabilities[np.arange(len(self.labels)), self.labels].astype(np.float64)
        return float(np.log(1.0 / np.clip(true, _SMALLEST, 1.0)).mean())  # no minus: no -0.0

    def has_labels(self, labels: np.ndarray) -> bool:
        """Whether these are the labels of the images that were predicted.  # (n,) int64"""
        return np.array_equal(self.labels, labels)

    @cached_property
    def confusion(self) -> np.ndarray:
        """Counts, rows true and columns predicted.  # (K, K) int64"""
        return confusion_matrix(self.labels, self.predictions, len(self.classes))

    @cached_property
    def per_class(self) -> list[PerClass]:
        return per_class_scores(self.confusion, self.classes)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the single images, ready for JSON."""
        return {
            "test_accuracy": self.test_accuracy,
            "test_loss": self.test_loss,
            "images": len(self.labels),
            "classes": list(self.classes),
            "confusion": self.confusion.tolist(),
            "per_class": [asdict(item) for item in self.per_class],
        }


def evaluate(labels: np.ndarray, probabilities: np.ndarray, classes: Sequence[str]) -> Evaluation:
    """An Evaluation of arrays whose shapes and values have been checked.

    Raises:
        ValueError: quoting what does not fit.
    """
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(f"labels have shape {labels.shape} and type {labels.dtype}")
    if probabilities.dtype.kind != "f":
        raise ValueError(f"probabilities are of type {probabilities.dtype}")
    if probabilities.ndim != 2 or probabilities.shape != (len(labels), len(classes)):
        raise ValueError(
            f"probabilities have shape {probabilities.shape}; "
            f"{len(labels)} labels and {len(classes)} classes ask for "
            f"{(len(labels), len(classes))}"
        )
    if not len(labels):
        raise ValueError("there are no predictions in it")
    if labels.min() < 0 or labels.max() >= len(classes):
        wrong = labels[(labels < 0) | (labels >= len(classes))][0]
        raise ValueError(f"label {wrong} is not one of 0 to {len(classes) - 1}")
    if not np.isfinite(probabilities).all():
        raise ValueError("some probabilities are not finite numbers")
    if probabilities.min() < -_SLACK or probabilities.max() > 1.0 + _SLACK:
        raise ValueError("some probabilities are not between 0 and 1")
    return Evaluation(tuple(classes), labels.astype(np.int64), probabilities.astype(np.float32))


def load_evaluation(run: Run) -> Evaluation:
    """The evaluation of a run's test predictions.

    Raises:
        RunError: the run has none yet, or its files cannot be read.
    """
    if not is_file(run.predictions_path):
        raise RunError(
            f"Run {run.id} has not been evaluated yet: its test predictions are written when "
            "training ends.",
            "Wait until it has finished, or choose another run.",
        )
    classes = run.dataset().classes
    try:
        arrays = read_arrays(run.predictions_path, ("labels", "probabilities"), most=_MOST_BYTES)
        return evaluate(arrays["labels"], arrays["probabilities"], classes)
    except (ReadingError, ValueError) as error:
        raise RunError(
            f"The test predictions of run {run.id} cannot be read: {first_line(error)}.",
            "Train it again, or choose another run.",
        ) from error


def require_same_images(
    summary: DatasetSummary,
    classes: Sequence[str],
    digest: str | None,
    labels: np.ndarray,
    predicted: Evaluation | None,
) -> None:
    """That a run's test images are those that are here now.

    Args:
        summary: what the run noted of its data.
        classes, digest, labels: of the test images here now; labels (n,) int64.
        predicted: for a record of the versions before, which noted no digest: its labels
            are compared in its place.

    Raises:
        DatasetError: they are others now.
    """
    same = tuple(classes) == summary.classes
    if summary.test_digest:
        same = same and digest == summary.test_digest
    elif predicted is not None:
        same = same and predicted.has_labels(labels)
    if not same:
        raise DatasetError(
            f"The images of {summary.name} have changed since this run was trained, so what it "
            "says of its test images is not about those that are here now.",
            "Put the images back as they were, or train again on those there are.",
        )


def select_images(
    evaluation: Evaluation,
    true: int | None = None,
    predicted: int | None = None,
    *,
    show: Show = "mistakes",
    sort: Sort = "surest",
) -> np.ndarray:
    """Positions of test images, of those classified wrongly where nothing else is asked for.

    Args:
        true, predicted: keep only those of this true, of this predicted class.
        sort: by how sure the network was of its answer, or by true, then predicted class and
            the surest of each first.

    Returns: (n,) int64 positions in the test split
    """
    wrong = evaluation.predictions != evaluation.labels
    wanted = {"mistakes": wrong, "correct": ~wrong, "all": np.ones_like(wrong)}[show]
    if true is not None:
        wanted &= evaluation.labels == true
    if predicted is not None:
        wanted &= evaluation.predictions == predicted
    positions = np.flatnonzero(wanted)
    doubt = -evaluation.confidences[positions]
    if sort == "class":
        keys = (doubt, evaluation.predictions[positions], evaluation.labels[positions])
        return positions[np.lexsort(keys)]
    return positions[np.argsort(doubt if sort == "surest" else -doubt, kind="stable")]


def most_confused(evaluation: Evaluation, n: int = 5) -> list[tuple[int, int, int]]:
    """(true, predicted, count) of the n most frequent confusions, the most frequent first."""
    counts = evaluation.confusion.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:n]
    pairs = (np.unravel_index(flat, counts.shape) for flat in order)
    return [(int(i), int(j), int(counts[i, j])) for i, j in pairs if counts[i, j]]
