"""From a subset to a stream of batches for training or evaluation.

Step s of a run, counted from 0 over all of it, is the same batch whenever it is asked
for: its images come from the permutation of (seed, data epoch), its augmentation from
(seed, step). A data epoch is one pass over all images; a run's own epoch may be cut
shorter or longer (`training.steps_per_epoch`). To resume is to ask for a slice of steps. No
cache and no shuffle buffer; images are copied out of the memory map batch by batch. Knows
nothing of models.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.config import AugmentationConfig, batches_in
from core.data.augmentation.augment import augment_batch
from core.data.dataset import Subset

_PREFETCHED_BATCHES: Final = 8
_PART_SEED: Final = 0  # of the part of a set that is judged, the same for all runs
_TURNS: Final = (0,)  # the key of flips by turns, beside a run's own seed

# Of a step: which images it takes, and which of them a flip by turns mirrors.
Order = Callable[[int], tuple[NDArray[np.int64], NDArray[np.bool_]]]
# No branch here hangs on a tensor, so AutoGraph has nothing to translate: looking for it took
# more than a second of each start.
_as_written = tf.autograph.experimental.do_not_convert
Finish = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def epoch_order(count: int, seed: int, data_epoch: int) -> NDArray[np.int64]:
    """The order of one data epoch: a permutation of 0..count-1.  # (count,) int64"""
    generator = np.random.default_rng(np.random.SeedSequence([seed, data_epoch]))
    return generator.permutation(count).astype(np.int64, copy=False)


def training_stream(
    subset: Subset,
    *,
    num_classes: int,
    batch_size: int,
    augmentation: AugmentationConfig | None,
    seed: int,
    first_step: int,
    last_step: int,
    augment_from_step: int = 0,
) -> tf.data.Dataset:
    """The batches of steps first_step..last_step-1, shuffled and augmented.

    Args:
        subset: the images to train on.
        num_classes: length of the one-hot labels.
        batch_size: images a step; the last step of a data epoch may have fewer.
        augmentation: None trains on the images as they are.
        seed: of order and augmentation.
        first_step: 0-based over the whole run.
        last_step: one past the last.
        augment_from_step: steps before it are not augmented.

    Returns:
        A dataset of images (b, H, W, C) float32 0..255 and labels (b, K) float32.
    """
    steps = tf.data.Dataset.range(first_step, last_step)
    batches = _gathered(steps, subset, _training_order(len(subset), batch_size, seed))
    active = augmentation is not None and augmentation.active and augment_from_step < last_step

    def finish(
        step: tf.Tensor, images: tf.Tensor, labels: tf.Tensor, mirrored: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        plain = tf.cast(images, tf.float32), tf.one_hot(labels, num_classes)
        if augmentation is None or not active:
            return plain
        step_seed = tf.stack([tf.constant(seed, tf.int64), step])

        def augmented() -> tuple[tf.Tensor, tf.Tensor]:
            turns = mirrored if augmentation.alternating_flip else None
            return augment_batch(images, plain[1], augmentation, step_seed, turns)

        if augment_from_step <= first_step:
            return augmented()
        return tf.cond(step >= augment_from_step, augmented, lambda: plain)

    return _finished(batches, finish)


def evaluation_stream(
    subset: Subset, *, num_classes: int, batch_size: int, limit_batches: int | None = None
) -> tf.data.Dataset:
    """The subset in order, unchanged; of a part of it always the same images, drawn from all.

    Args:
        subset: the images to judge by.
        num_classes: length of the one-hot labels.
        batch_size: images a batch; the last may have fewer.
        limit_batches: only so many batches; None takes all. The first ones in order may be of one
            class, for sets of folders lie class by class.

    Returns:
        A dataset of images (b, H, W, C) float32 0..255 and labels (b, K) float32.
    """
    total = batches_in(len(subset), batch_size)
    taken = min(total, limit_batches or total)
    steps = tf.data.Dataset.range(taken)
    order = np.arange(len(subset)) if taken == total else epoch_order(len(subset), _PART_SEED, 0)

    def in_order(step: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        chosen = order[step * batch_size : (step + 1) * batch_size]
        return chosen, np.zeros(len(chosen), bool)

    def finish(
        step: tf.Tensor, images: tf.Tensor, labels: tf.Tensor, mirrored: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cast(images, tf.float32), tf.one_hot(labels, num_classes)

    return _finished(_gathered(steps, subset, in_order), finish)


def _training_order(count: int, batch_size: int, seed: int) -> Order:
    """A step takes a slice of its data epoch's permutation; flips by turns go by data epochs."""
    per_epoch = batches_in(count, batch_size)
    order = lru_cache(maxsize=2)(lambda data_epoch: epoch_order(count, seed, data_epoch))
    turns = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=_TURNS))
    mirrored_at_first = turns.random(count) < 0.5

    def in_order(step: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        data_epoch, batch = divmod(step, per_epoch)
        first = batch * batch_size
        chosen: NDArray[np.int64] = order(data_epoch)[first : first + batch_size]
        return chosen, mirrored_at_first[chosen] ^ bool(data_epoch % 2)

    return in_order


def _gathered(steps: tf.data.Dataset, subset: Subset, order: Order) -> tf.data.Dataset:
    """(step, images uint8, labels int64, mirrored bool) a step: one call to Python a batch, none
    an image."""

    def gather(step: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        positions, mirrored = order(int(step))
        return (*subset.gather(positions), mirrored)

    @_as_written
    def load(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        kinds = [tf.uint8, tf.int64, tf.bool]
        images, *others = tf.numpy_function(gather, [step], kinds, stateful=False)
        images = tf.ensure_shape(images, [None, *subset.images.shape[1:]])
        return step, images, *(tf.ensure_shape(other, [None]) for other in others)

    return steps.map(load)


def _finished(batches: tf.data.Dataset, finish: Finish) -> tf.data.Dataset:
    """Batches made ready beside training, in order, by as many threads as there are cores.

    tf.data's own tuning is off. It found no better number, and its thread can miss being told that
    its iterator ends: whoever drops that then waits for its next look, some 5 s in a tenth of the
    short runs, and it looks ever more rarely.
    """
    threads = min(os.cpu_count() or 1, _PREFETCHED_BATCHES)
    stream = batches.map(_as_written(finish), num_parallel_calls=threads, deterministic=True)
    options = tf.data.Options()
    options.autotune.enabled = False
    return stream.prefetch(_PREFETCHED_BATCHES).with_options(options)
