"""A photo and a run -> the most probable classes, as the pages and the command line say it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.errors import ModelError, PhotoError
from core.models.inference import predict_probabilities
from core.photos.network_input import read_for_network, should_invert, to_network_input
from core.runs import DatasetSummary, Run

Invert = Literal["auto", "yes", "no"]


def top_k(probabilities: np.ndarray, classes: Sequence[str], k: int = 5) -> list[tuple[str, float]]:
    """The k most probable classes, the most probable first.

    Args:
        probabilities: (K,) float32

    Raises:
        ModelError: they are no numbers, as of a network whose weights are lost.
    """
    if not np.isfinite(probabilities).all():
        raise ModelError("The network's answers are no numbers.", "Train it again.")
    order = np.argsort(-np.asarray(probabilities), kind="stable")[:k]
    return [(classes[int(i)], float(probabilities[i])) for i in order]


def classify_files(
    run: Run, photos: Sequence[Path], invert: Invert = "auto"
) -> list[dict[str, Any]]:
    """What the run's network makes of each photo.

    Args:
        invert: auto turns dark ink on light ground round where the data set is light on dark.

    Returns: for each photo `{"file", "top": [{"class", "probability"}, ...]}`, five at most,
        or `{"file", "error"}` where it could not be read.

    Raises:
        RunError: the run does not know its classes yet.
        ModelError: its model is missing or damaged.
    """
    summary = run.dataset()
    from core.models.export import load_model_for  # brings TensorFlow with it

    model = load_model_for(run.model_path, summary.image_shape, summary.num_classes)
    return [_classify_file(model, summary, Path(photo), invert) for photo in photos]


def _classify_file(
    model: Any, summary: DatasetSummary, photo: Path, invert: Invert
) -> dict[str, Any]:
    try:
        picture = read_for_network(photo, summary)
    except PhotoError as error:
        return {"file": str(photo), "error": str(error)}
    advised = should_invert(picture, summary.light_on_dark)
    pixels = to_network_input(
        picture, summary, invert=advised if invert == "auto" else invert == "yes"
    )
    probabilities = predict_probabilities(model, pixels[None], summary.num_classes)[0]
    best = top_k(probabilities, summary.classes)
    return {"file": str(photo), "top": [{"class": c, "probability": p} for c, p in best]}
