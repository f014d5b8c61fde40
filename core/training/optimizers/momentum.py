"""A momentum that each step is given, as it is given its learning rate (Smith 2018, section 4.3).

Keras's SGD and RMSprop ask in Python whether their momentum is 0, which no variable can answer;
the others take a variable in its place.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import ops


def set_momentum(optimizer: keras.optimizers.Optimizer, first: float) -> None:
    """Let `momentum_of(optimizer)` be a variable, which begins with `first`."""
    variable = tf.Variable(
        first,
        trainable=False,
        dtype=tf.float32,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
    )
    if isinstance(optimizer, CycledSgd | CycledRmsprop):
        optimizer.cycled = variable
    elif isinstance(optimizer, keras.optimizers.Muon):
        optimizer.momentum = optimizer.adam_beta_1 = variable
    else:  # Adam and its kin: the share that the average of gradients keeps
        optimizer.beta_1 = variable


def momentum_of(optimizer: Any) -> Any:
    """The variable () float32 that `set_momentum` made."""
    for name in ("cycled", "adam_beta_1", "beta_1"):
        if hasattr(optimizer, name):
            return getattr(optimizer, name)
    raise TypeError(f"{type(optimizer).__name__} has no momentum that is a variable")


class CycledSgd(keras.optimizers.SGD):
    """Keras's own step, with the momentum of a variable."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Take one step of one variable."""
        lr = ops.cast(learning_rate, variable.dtype)
        mu = ops.cast(self.cycled, variable.dtype)
        pull = ops.cast(gradient, variable.dtype) * lr
        velocity = self.momentums[self._get_variable_index(variable)]
        self.assign(velocity, velocity * mu - pull)
        self.assign_add(variable, velocity * mu - pull if self.nesterov else velocity)


class CycledRmsprop(keras.optimizers.RMSprop):
    """Keras's own step, with the momentum of a variable."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Take one step of one variable."""
        lr = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        mu = ops.cast(self.cycled, variable.dtype)
        index = self._get_variable_index(variable)
        square, velocity = self._velocities[index], self._momentums[index]
        self.assign(square, self.rho * square + (1.0 - self.rho) * ops.square(gradient))
        step = lr * gradient / ops.sqrt(square + self.epsilon)
        self.assign(velocity, mu * velocity + step)
        self.assign_sub(variable, velocity)
