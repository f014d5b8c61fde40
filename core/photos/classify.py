"""A photo and a run -> the most probable classes, as the pages and the command line say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from core import notation
from core.errors import ModelError, PhotoError
from core.models.inference import predict_probabilities
from core.photos.network_input import as_network_sees
from core.runs import DatasetSummary, Run

# From here on a person would say it without a "perhaps".
_SURE: Final = 0.7
_RIVAL: Final = 0.34  # of the best guess: what is less likely is not worth naming
# A number, a letter, or a word or three in the singular; folders are often named in the plural.
_COUNTABLE: Final = re.compile(r"\d{1,4}|[A-Za-z]|[A-Za-z][A-Za-z/ -]{0,28}([A-Za-rt-z]|[aiosu]s)")
_PLURAL: Final = re.compile(r"[A-Za-z][A-Za-z -]{0,28}[b-hj-np-rtv-z]s|[A-Za-z][A-Za-z -]{0,28}es")

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


def in_words(guesses: Sequence[tuple[str, float]]) -> tuple[str, str]:
    """The answer as one would say it: ("It is a 3", "98.7 % sure").

    Args:
        guesses: (class, probability 0..1), the most probable first; one at least.

    Returns: a sentence, "Perhaps a 3, or an 8" where the network is not sure; and how sure it is
    """
    name, probability = guesses[0]
    sure = notation.percent(probability)
    certainty = f"{'over 99.9 %' if probability >= 0.9995 else sure} sure"
    if probability >= _SURE:
        return f"It is {_called(name)}", certainty
    likely = [n for n, p in guesses[:2] if p >= _RIVAL * probability]
    return f"Perhaps {', or '.join(_called(n) for n in likely)}", certainty


def _called(name: str) -> str:
    """A class as a sentence has it: "a 3", "an airplane", "one of the cats"; else as it is."""
    if _PLURAL.fullmatch(name):
        return f"one of the {name}"
    if not _COUNTABLE.fullmatch(name):
        return f"“{name}”"
    vowel = name[0].lower() in "aeiou" or name == "8" or name in ("11", "18")
    if len(name) == 1 and name.isalpha():
        vowel = name.lower() in "aefhilmnorsx"  # as letters are called
    return f"{'an' if vowel else 'a'} {name}"


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
        wanted = None if invert == "auto" else invert == "yes"
        pixels = as_network_sees(photo, summary, wanted)
    except PhotoError as error:
        return {"file": str(photo), "error": str(error)}
    probabilities = predict_probabilities(model, pixels[None], summary.num_classes)[0]
    best = top_k(probabilities, summary.classes)
    return {"file": str(photo), "top": [{"class": c, "probability": p} for c, p in best]}
