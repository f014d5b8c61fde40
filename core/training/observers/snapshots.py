"""Ten fixed validation images, and what the network thinks of them as it learns.

Looks on the network's own seconds: at the beginning, ever more rarely, and after epochs; all
looks together take a fiftieth of the time at most. It trains nothing and draws no random
number, so a run ends with the same weights whether it is watched or not.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from PIL import Image

from core.data.dataset import Subset
from core.models.inference import class_probabilities
from core.runs.live import snapshots
from core.runs.live.snapshots import LONGEST_SIDE, PINNED, Pinned
from core.runs.recorder import Recorder
from core.training.observers.observer import Observer

_FIRST_SECONDS = 0.4  # between the first looks
_GROWTH = 0.04  # of the time so far, the least between looks later
_COST = 50  # times what a look takes must lie between two


class Snapshots(Observer):
    """Writes RUN/pinned.npz and lines of RUN/snapshots.jsonl."""

    def __init__(self, recorder: Recorder, validation: Subset, num_classes: int, seed: int) -> None:
        self._recorder, self._num_classes = recorder, num_classes
        self._validation, self._seed = validation, seed
        self._begun = self._looked = time.monotonic()
        self._cost = 0.0  # seconds that a look takes

    def begin(self, trainer: Any) -> None:
        positions = pin(self._validation.label_array(), self._num_classes, self._seed)
        self._images, self._labels = self._validation.gather(positions)
        shown = np.stack([_small(image) for image in self._images])
        snapshots.write_pinned(self._recorder.run.pinned_path, Pinned(shown, self._labels))
        self._look(trainer, self._recorder.status.first_step)
        self._begun = self._looked  # the first look builds the graph
        self._cost = 0.0

    def steps_taken(self, trainer: Any, step: int) -> None:
        now = time.monotonic()
        due = max(_FIRST_SECONDS, _GROWTH * (now - self._begun), _COST * self._cost)
        if now - self._looked >= due:
            with self._recorder.writing():
                self._look(trainer, step)

    def epoch_ended(self, trainer: Any, epoch: int, measured: dict[str, float]) -> None:
        status = self._recorder.status
        last = epoch >= status.epochs
        if last or time.monotonic() - self._looked >= _COST * self._cost:
            self._look(trainer, round(epoch * status.steps / max(status.epochs, 1)))

    def _look(self, trainer: Any, step: int) -> None:
        begun = time.monotonic()
        status = self._recorder.status
        probabilities = class_probabilities(trainer.probabilities(self._images), self._num_classes)
        # A network that is about to be lost says nothing that could be shown.
        if np.isfinite(probabilities).all():
            epoch = step * status.epochs / max(status.steps, 1)
            path = self._recorder.run.snapshots_path
            snapshots.append(path, step, epoch, probabilities, self._labels)
        self._looked = time.monotonic()
        self._cost = self._looked - begun


def pin(labels: np.ndarray, num_classes: int, seed: int) -> np.ndarray:
    """Positions of the images to watch: PINNED, or all where there are fewer.

    The classes take turns, so that two have five each and a hundred are ten of them.

    Args:
        labels: (n,) int64, of the images to choose from.
        seed: the same one chooses the same images.

    Returns: (m,) int64, by class.
    """
    generator = np.random.default_rng([seed, PINNED])
    present = np.flatnonzero(np.bincount(labels, minlength=num_classes))
    if len(present) > PINNED:
        present = generator.permutation(present)[:PINNED]
    own = [generator.permutation(np.flatnonzero(labels == label)) for label in present]
    turns = [(turn, place) for place, one in enumerate(own) for turn in range(len(one[:PINNED]))]
    chosen = [own[place][turn] for turn, place in sorted(turns)[:PINNED]]
    return np.asarray(sorted(chosen, key=lambda position: labels[position]), dtype=np.int64)


def _small(image: np.ndarray) -> np.ndarray:
    """(H, W, C) uint8, as it is where it is small, else shrunk to be shown."""
    longest = max(image.shape[:2])
    if longest <= LONGEST_SIDE:
        return image
    height, width = (max(1, round(side * LONGEST_SIDE / longest)) for side in image.shape[:2])
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    shrunk = np.asarray(picture.resize((width, height), Image.Resampling.BOX))
    return shrunk.reshape(height, width, image.shape[2])
