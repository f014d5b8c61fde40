"""Run records of the version before, read as those of this one. Nothing is rewritten.

What a record said in other words then: which split was a "part", phases as sentences, a loss
that was lost as an error like any other, data in `classes.json`, and, unsaid because there was
no choice, how pictures were fitted.
"""

from __future__ import annotations

import re
from typing import Any

from core.runs.status import Phase, State

OLD_SUMMARY = "classes.json"
# Square images at their own size: there is nothing to crop, and photos were cropped.
_SQUARE_SETS = ("digits", "mnist", "fashion-mnist", "cifar10", "cifar100")
_OLD_PHASES = {
    "evaluating on the test part": Phase.EVALUATING,
    "waiting": Phase.WAITING,
    **{str(state): Phase.ENDED for state in State},
}
# How a run that failed because the loss was lost said so, in words alone.
_LOST = re.compile(
    r"The loss (?:stopped being|grew without).*\(learning rate (\d+(?:\.\d+)?(?:e[-+]?\d+)?)\)"
)
_OLD_PROGRESS = {"hits": "correct", "stale": "epochs_without_improvement"}


def upgrade_config(data: Any) -> Any:
    """config.json, which names every field that its version had."""
    if not isinstance(data, dict):
        return data
    return _with_fit(_with_decay(data))


def _with_decay(data: dict[str, Any]) -> dict[str, Any]:
    """Before it was a choice, AdamW's weight decay took normalization and biases along."""
    optimizer, name = data.get("optimizer"), "decay_normalization_and_biases"
    if not isinstance(optimizer, dict) or optimizer.get("kind") != "adamw" or name in optimizer:
        return data
    return {**data, "optimizer": {**optimizer, name: True}}


def _with_fit(data: dict[str, Any]) -> dict[str, Any]:
    """Before `fit` was a choice, class folders were squashed."""
    dataset = data.get("dataset")
    if not isinstance(dataset, dict) or "fit" in dataset:
        return data
    size = dataset.get("image_size")
    square = not isinstance(size, list) or (len(size) == 2 and size[0] == size[1])
    fit = "crop" if dataset.get("name") in _SQUARE_SETS and square else "squash"
    return {**data, "dataset": {**dataset, "fit": fit, "interpolation": "bilinear"}}


def upgrade_status(data: dict[str, Any]) -> dict[str, Any]:
    """status.json: phases were sentences, and what was not known yet an empty object."""
    data = {
        **data,
        "result": data.get("result") or None,
        "resources": data.get("resources") or None,
    }
    lost = _LOST.match(str(data.get("error", "")))
    if lost and "lost_learning_rate" not in data:
        data["lost_learning_rate"] = float(lost[1]) or None  # of 0 nothing follows
    phase, _, detail = str(data.get("phase", Phase.WAITING)).partition(": ")
    if phase not in set(Phase):
        data["phase"] = _OLD_PHASES.get(phase, Phase.WAITING)
    elif detail:
        data |= {"phase": phase, "phase_detail": detail}
    return data


def upgrade_summary(data: dict[str, Any]) -> dict[str, Any]:
    """classes.json, as dataset.json has it now."""
    return {**data, "name": data.get("name", data.get("dataset", ""))}


def upgrade_progress(data: dict[str, Any]) -> dict[str, Any]:
    """Where training stood, inside a checkpoint."""
    found = {_OLD_PROGRESS.get(name, name): value for name, value in data.items()}
    if "seen" in found:  # all images counted as timed, the first step's too
        found.setdefault("timed", found["seen"])
    return found
