"""A batch cut into towers: shares of it that a network goes through side by side, in one graph.

TensorFlow runs what hangs on nothing else of a graph at the same time. Where each operation has
a core to itself, the towers keep as many cores busy, and none waits for another inside of an
operation. Knows nothing of losses or of optimizers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import keras
import tensorflow as tf

Sums = Callable[[Any, Any], tuple[Any, Any]]


def share_cores(towers: int) -> None:
    """Give each tower its share of the cores; before anything is asked of TensorFlow.

    With one tower nothing is changed: all cores are then for each operation.
    """
    if towers == 1:
        return
    tf.config.threading.set_intra_op_parallelism_threads(max((os.cpu_count() or 1) // towers, 1))
    tf.config.threading.set_inter_op_parallelism_threads(towers)


def side_by_side(network: Callable[[Any], Any], images: Any, towers: int) -> Any:
    """What a network at rest makes of images (B, ...), put together again: (B, ...)."""
    if towers == 1:
        return network(images)
    made = [network(images[span.first : span.end])[: span.own] for span in _spans(images, towers)]
    return tf.concat(made, axis=0)


class _Span:
    """The images of one tower, at least one; `own` () int32 says how many are no other's too."""

    def __init__(self, begin: Any, end: Any, count: Any) -> None:
        self.own = end - begin
        self.first = tf.minimum(begin, count - 1)
        self.end = tf.maximum(end, self.first + 1)


def _spans(images: Any, towers: int) -> list[_Span]:
    """As even as can be: of nine images in two towers, four and five."""
    count = tf.shape(images)[0]
    edges = [count * number // towers for number in range(towers + 1)]
    return [_Span(begin, end, count) for begin, end in pairwise(edges)]


class Towers:
    """Trains a network on a batch in so many towers, as if it were called once.

    Each tower has moments of its own for batch normalization and random numbers of its own for
    dropout, as devices have that share a batch. What the network keeps of a step it is given once.

    Args:
        network: built; its seeds are told from its weights.
        count: towers; with one the network is called as ever.
    """

    def __init__(self, network: keras.Model, count: int) -> None:
        self.count = count
        weights = {id(variable) for variable in network.weights}
        self._seeds = [item for item in network.variables if id(item) not in weights]
        self._averages = network.non_trainable_weights

    def add_up(self, sums: Sums, images: Any, labels: Any) -> tuple[Any, Any]:
        """What `sums` gives of each tower, added up.

        Args:
            sums: calls the network; of images and labels two sums over them. An image whose
                labels are all 0 must count for nothing: it is in another tower, too.
            images: (B, H, W, C) float32.
            labels: (B, K) float32.
        """
        if self.count == 1:
            return sums(images, labels)
        found, scopes = [], []
        for number, span in enumerate(_spans(images, self.count)):
            own = labels[span.first : span.end] * tf.cast(span.own > 0, labels.dtype)
            # What the network would assign inside is noted down in the scope and not done.
            with keras.StatelessScope(self._seeds_of(number), initialize_variables=False) as scope:
                found.append(sums(images[span.first : span.end], own))
            scopes.append(scope)
        self._keep(scopes)
        one, other = (tf.add_n(list(items)) for items in zip(*found, strict=True))
        return one, other

    def _seeds_of(self, number: int) -> list[tuple[Any, Any]]:
        """Every layer's seed (2,) int64 made this tower's own; the first has them as they are."""
        if number == 0:
            return []
        fold_in = tf.random.experimental.stateless_fold_in
        return [(seed, fold_in(seed.value, tf.constant(number, tf.int64))) for seed in self._seeds]

    def _keep(self, scopes: Sequence[keras.StatelessScope]) -> None:
        """Seeds go on as with one tower; moving averages get the mean of what towers gave them.

        As the averages are linear in a step's moments, that is one update with the mean of the
        towers' means, and of their variances.
        """
        for seed in self._seeds:
            drawn = scopes[0].get_current_value(seed)
            if drawn is not None:
                seed.assign(drawn)
        for average in self._averages:
            moved = [scope.get_current_value(average) for scope in scopes]
            if moved[0] is not None:
                average.assign(tf.add_n(moved) / len(moved))
