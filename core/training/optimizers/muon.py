"""Muon for convolutional networks: Keras's own, and kernels of convolutions besides.

Keras's leaves all but matrices to AdamW, and with them nearly all of such a network.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


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
        self.assign(m, m * self.momentum + gradient)
        direction = gradient + self.momentum * m if self.nesterov else m
        matrix = ops.reshape(direction, (-1, variable.shape[-1]))
        matrix = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, ops.reshape(matrix, variable.shape))

    def _apply_weight_decay(self, variables: Any) -> None:
        """As all other optimizers: both kinds of variables have one decay."""
        keras.optimizers.Optimizer._apply_weight_decay(self, variables)
