"""Averages of a network's weights: training goes on with the raw ones, all else uses these.

An exponential average is Keras's own, which lies in the optimizer; lookahead's slow weights are
kept here. Knows nothing of what is done with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from core.config import AveragingConfig, LookaheadConfig
from core.training.optimizers.build import innermost


class Averaging:
    """Made in the scope of the strategy that trains, with the weights that training begins with.

    Args:
        config: None averages nothing: what is asked of it then does nothing.
        optimizer: built for the variables, with the exponential average where there is to be one.
        variables: the trainable ones.
    """

    def __init__(
        self,
        config: AveragingConfig | None,
        optimizer: keras.optimizers.Optimizer,
        variables: Sequence[Any],
    ) -> None:
        self._config, self._optimizer = config, optimizer
        self._fast = list(variables)
        self._in_place = False
        self.variables: list[Any] = []  # those that a checkpoint needs besides the optimizer's
        if isinstance(config, LookaheadConfig):
            self.variables = [_copy(variable) for variable in self._fast]

    def after_step(self) -> None:
        """In the graph, outside of the devices' own parts: every k steps of lookahead.

        An update that loss scaling skips counts as no step; to do this twice changes nothing.
        """
        if isinstance(self._config, LookaheadConfig):
            steps = innermost(self._optimizer).iterations
            due = tf.equal(tf.cast(steps.value, tf.int64) % self._config.k, 0)
            tf.cond(due, self._synchronize, lambda: None)

    def _synchronize(self) -> None:
        """Zhang et al. 2019, algorithm 1: the slow weights move, the fast ones begin there."""
        assert isinstance(self._config, LookaheadConfig)
        for slow, fast in zip(self.variables, self._fast, strict=True):
            place = slow + self._config.alpha * (fast - slow)
            slow.assign(place)
            fast.assign(place)

    def put_in_place(self) -> None:
        """The averages into the network; its raw weights are lost."""
        if self._config is None or not int(innermost(self._optimizer).iterations.numpy()):
            return  # before the first step Keras's average is of nothing
        if isinstance(self._config, LookaheadConfig):
            for slow, fast in zip(self.variables, self._fast, strict=True):
                fast.assign(slow)
        else:
            self._optimizer.finalize_variable_values(self._fast)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The averages are in the network inside, and the raw weights again after it."""
        if self._config is None or self._in_place:
            yield
            return
        raw = [tf.identity(variable.value) for variable in self._fast]
        self._in_place = True
        try:
            self.put_in_place()
            yield
        finally:
            for variable, value in zip(self._fast, raw, strict=True):
                variable.assign(value)
            self._in_place = False


def _copy(variable: Any) -> Any:
    """A variable of its own with the same value."""
    name = f"slow_{variable.path.replace('/', '_')}"
    return keras.Variable(variable.numpy(), dtype=variable.dtype, trainable=False, name=name)
