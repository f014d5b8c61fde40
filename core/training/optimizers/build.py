"""From configuration to a Keras optimizer, made for a network's variables.

Knows nothing of steps or of learning rates: those are given with each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from core.config import (
    AdamConfig,
    AdamWConfig,
    EmaConfig,
    LionConfig,
    MuonConfig,
    MuonSgdConfig,
    OptimizerConfig,
    RmspropConfig,
    SgdConfig,
    TrainingConfig,
)
from core.training.optimizers.momentum import CycledRmsprop, CycledSgd, set_momentum
from core.training.optimizers.muon import KernelMuon, MuonSgd

_LR = 1e-3  # of no account: each step is given its own
_CYCLED = 0.9  # of no account either, but not 0: at 0 Keras would keep no velocities


@dataclass(frozen=True)
class Surroundings:
    """What an optimizer must know beyond its configuration.

    Args:
        scaled: scale the loss, which float16 gradients need (Micikevicius et al. 2017).
        momentum: the first step's, where each step is given its own; None: the configured one.
        replicas: devices that share each batch, whose mean gradient it is given.
    """

    scaled: bool = False
    momentum: float | None = None
    replicas: int = 1


_PLAIN, _ALONE = TrainingConfig(), Surroundings()


def build_optimizer(
    config: OptimizerConfig,
    variables: Sequence[Any],
    training: TrainingConfig = _PLAIN,
    surroundings: Surroundings = _ALONE,
) -> keras.optimizers.Optimizer:
    """The Keras optimizer of these trainable variables; its learning rate is set before each step.

    Args:
        training: for clipping and for the average of weights.
    """
    optimizer = _bare(
        config,
        _common(training, surroundings.replicas),
        cycled=surroundings.momentum is not None,
    )
    if not isinstance(config, AdamConfig):
        # With a decay of 0 Keras would go over all weights at every step, for nothing.
        optimizer.weight_decay = config.weight_decay or None
        if not config.decay_normalization_and_biases:
            optimizer.exclude_from_weight_decay([v for v in variables if len(v.shape) < 2])
    if surroundings.momentum is not None:
        set_momentum(optimizer, surroundings.momentum)
    if surroundings.scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(list(variables))
    return optimizer


def innermost(optimizer: keras.optimizers.Optimizer) -> Any:
    """The optimizer itself, where what was given scales the loss for it."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def _common(training: TrainingConfig, replicas: int) -> dict[str, Any]:
    """What Keras's optimizers all know."""
    # Keras adds up what each device gives: of the mean on each, so many times the clipped mean.
    found: dict[str, Any] = {}
    if training.clip_norm is not None:
        found["global_clipnorm"] = training.clip_norm / replicas
    if training.clip_value is not None:
        found["clipvalue"] = training.clip_value / replicas
    if isinstance(training.averaging, EmaConfig):
        found |= {"use_ema": True, "ema_momentum": training.averaging.momentum}
    return found


def _bare(
    config: OptimizerConfig, common: dict[str, Any], *, cycled: bool
) -> keras.optimizers.Optimizer:
    """Without weight decay; `cycled`: each step is given its momentum."""
    if isinstance(config, SgdConfig):
        momentum = _CYCLED if cycled else config.momentum
        sgd = CycledSgd if cycled else keras.optimizers.SGD
        return sgd(_LR, momentum, config.nesterov, **common)
    if isinstance(config, RmspropConfig):
        momentum = _CYCLED if cycled else config.momentum
        rmsprop = CycledRmsprop if cycled else keras.optimizers.RMSprop
        return rmsprop(_LR, config.rho, momentum, **common)
    if isinstance(config, AdamConfig):
        return keras.optimizers.Adam(_LR, config.beta_1, config.beta_2, **common)
    if isinstance(config, AdamWConfig):
        betas = {"beta_1": config.beta_1, "beta_2": config.beta_2}
        return keras.optimizers.AdamW(_LR, config.weight_decay, **betas, **common)
    if isinstance(config, LionConfig):
        return keras.optimizers.Lion(_LR, config.beta_1, config.beta_2, **common)
    if isinstance(config, MuonSgdConfig):
        return MuonSgd(_LR, config, weight_decay=None, **common)
    assert isinstance(config, MuonConfig)
    return KernelMuon(_LR, momentum=config.momentum, weight_decay=None, **common)
