"""Muon for convolutional networks: Keras's own, and kernels of convolutions besides.

Keras's leaves all but matrices to AdamW, and with them nearly all of such a network.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from core.config import MuonSgdConfig
from core.models.plan import HEAD

_STEPS = 3  # of Newton and Schulz, as there: singular values come near enough to 1


class KernelMuon(keras.optimizers.Muon):
    """Muon (Jordan et al. 2024) of dense and convolutional kernels but the head's.

    A kernel (H, W, C, F) is the matrix (H * W * C, F) of what goes into each of its F outputs, as
    in the authors' own code. Biases, normalization and the head are AdamW's, which has one
    learning rate with it through the scaling of Liu et al. 2025, equation 4.
    """

    def __init__(self, learning_rate: float, **options: Any) -> None:
        super().__init__(
            learning_rate, adam_weight_decay=None, exclude_layers=["^head/"], **options
        )

    def _should_use_adamw(self, variable: Any) -> bool:
        # A depthwise kernel (H, W, C, 1) is as many filters of one channel: no matrix.
        if len(variable.shape) == 4 and variable.shape[-1] > 1:
            return "depthwise" in variable.path
        found: bool = super()._should_use_adamw(variable)
        return found

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        """As Keras's, of the kernel as a matrix."""
        matrix = self.lr_adjust(lr * self._orthogonal(gradient, m))
        self.assign_sub(variable, ops.reshape(matrix, variable.shape))

    def _orthogonal(self, gradient: Any, m: Any) -> Any:
        """The direction of the next step, its singular values made 1, about.

        Args:
            gradient: of a kernel, (..., F); so is the momentum.

        Returns: (-1, F)
        """
        self.assign(m, m * self.momentum + gradient)
        direction = gradient + self.momentum * m if self.nesterov else m
        matrix = ops.reshape(direction, (-1, gradient.shape[-1]))
        return self.zeropower_via_newtonschulz5(matrix, self.ns_steps)

    def _apply_weight_decay(self, variables: Any) -> None:
        """As all other optimizers: both kinds of variables have one decay."""
        keras.optimizers.Optimizer._apply_weight_decay(self, variables)


class MuonSgd(KernelMuon):
    """Muon with SGD in AdamW's place, as in cifar10-airbench (Jordan 2024).

    A kernel is turned by as much whatever its shape. Before that a convolution's is made sqrt(F)
    long, its F filters 1 on average: what it makes is normalized, so that its length is of no
    account but for how far a step turns it.
    """

    def __init__(self, learning_rate: float, config: MuonSgdConfig, **options: Any) -> None:
        super().__init__(learning_rate, momentum=config.momentum, ns_steps=_STEPS, **options)
        self._config = config

    def build(self, variables: Any) -> None:
        """As Keras's; from then on it is known what is the head's."""
        super().build(variables)
        heads = [variable for variable in variables if variable.path.startswith(f"{HEAD}/")]
        self._outputs = {self._get_variable_index(variable) for variable in heads}

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        if len(variable.shape) == 4:
            length = ops.sqrt(ops.sum(ops.square(variable)))
            self.assign(variable, variable * (variable.shape[-1] ** 0.5 / length))
        step = lr * self._orthogonal(gradient, m)
        self.assign_sub(variable, ops.reshape(step, variable.shape))

    def _adamw_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any, v: Any) -> None:
        """SGD's step, as PyTorch has it (Sutskever et al. 2013, in the form that needs no look
        ahead); the name is Keras's for all that is not Muon's."""
        is_output = self._get_variable_index(variable) in self._outputs
        rate = self._config.output_rate if is_output else self._config.bias_rate
        mu = self._config.sgd_momentum
        self.assign(m, m * mu + gradient)
        self.assign_sub(variable, lr * rate * (gradient + mu * m))
