"""A network judged: on validation images while it trains, on the test images at the end.

What the numbers mean is core.analysis.evaluation's to say.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.analysis.evaluation import Evaluation, evaluate
from core.config import TrainingConfig, ViewsConfig
from core.data.pipeline import evaluation_stream
from core.files import replacing
from core.models.export import load_model
from core.models.inference import as_graph, predict_probabilities
from core.models.views import look_again
from core.runs import Run, TrainingResult
from core.training.failures import overflown
from core.training.prepare import Prepared
from core.training.progress import Progress
from core.training.selection import Measured
from core.training.trainer import Trainer


class Validation:
    """Judges a network on the validation images, epoch after epoch.

    Their stream is made once: to make it takes as long as a small set is judged in.
    """

    def __init__(self, prepared: Prepared, training: TrainingConfig) -> None:
        steps = training.validation_steps
        self._batches = evaluation_stream(
            prepared.splits.validation,
            num_classes=prepared.num_classes,
            batch_size=training.batch_size if steps else prepared.judged_at_once,
            limit_batches=steps,
        )

    def measure(self, trainer: Trainer, interrupted: Callable[[], bool]) -> Measured | None:
        """Loss and accuracy as the network is now; None where it was interrupted."""
        found = trainer.evaluate(self._batches, interrupted)
        return None if found is None else {"val_loss": found[0], "val_accuracy": found[1]}


def evaluate_saved(
    run: Run, prepared: Prepared, progress: Progress, views: ViewsConfig | None = None
) -> TrainingResult:
    """Predict the test images with the model as saved; write predictions.npz; the result.

    Args:
        views: from how many sides an image is looked at; None: as it is.
    """
    model = load_model(run.model_path)
    found, at_one_look = _predict(model, prepared, views)
    with replacing(run.predictions_path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, probabilities=found.probabilities, labels=found.labels)
    return TrainingResult(
        step=progress.step,
        test_accuracy=found.test_accuracy,
        one_view_accuracy=at_one_look if views is not None else None,
        test_loss=found.test_loss,
        best_epoch=progress.best_epoch or progress.epoch,
        best=progress.best,
        parameters=int(model.count_params()),
        seconds=round(progress.elapsed, 1),
    )


def _predict(
    model: object, prepared: Prepared, views: ViewsConfig | None
) -> tuple[Evaluation, float]:
    """What the model says of the test images; how many of them it gets right at one look, 0..1."""
    test, classes = prepared.splits.test, prepared.dataset.classes
    # Which lets go of each layer's output as soon as it can.
    graph = as_graph(model, prepared.trainer.towers)
    rows, labels, right = [], [], 0
    for start in range(0, len(test), prepared.judged_at_once):
        images, batch_labels = test.gather(
            np.arange(start, min(start + prepared.judged_at_once, len(test)))
        )
        probabilities = predict_probabilities(graph, images, len(classes))
        right += int(np.count_nonzero(probabilities.argmax(axis=1) == batch_labels))
        if views is not None:
            probabilities = look_again(graph, images, probabilities, views)
        rows.append(probabilities)
        labels.append(batch_labels)
    probabilities = np.concatenate(rows)
    if not np.isfinite(probabilities).all():
        raise overflown()
    return evaluate(np.concatenate(labels), probabilities, classes), right / max(len(test), 1)
