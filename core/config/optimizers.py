"""Optimizers and averages of weights, told apart by `kind`. The learning rate is the schedule's.

Weight decay is decoupled (Loshchilov and Hutter 2017): a step takes learning rate times decay of
each weight away, whatever its gradient.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.config.base import Fraction, Momentum, Section

WeightDecay = Annotated[float, Field(ge=0.0, le=1.0)]
_Multiple = Annotated[float, Field(gt=0.0, le=1e4)]


class _Decaying(Section):
    decay_normalization_and_biases: bool = Field(
        False, description="weight decay takes those along, too; they have one dimension"
    )


class SgdConfig(_Decaying):
    kind: Literal["sgd"] = "sgd"
    momentum: Momentum = 0.9
    nesterov: bool = True
    weight_decay: WeightDecay = 0.0


class AdamConfig(Section):
    """Kingma and Ba 2014."""

    kind: Literal["adam"] = "adam"
    beta_1: Momentum = 0.9
    beta_2: Momentum = 0.999


class AdamWConfig(_Decaying):
    """Adam with weight decay (Loshchilov and Hutter 2017)."""

    kind: Literal["adamw"] = "adamw"
    beta_1: Momentum = 0.9
    beta_2: Momentum = 0.999
    weight_decay: WeightDecay = 0.01


class RmspropConfig(_Decaying):
    kind: Literal["rmsprop"] = "rmsprop"
    rho: Momentum = 0.9
    momentum: Momentum = 0.0
    weight_decay: WeightDecay = 0.0


class LionConfig(_Decaying):
    """The sign of an averaged gradient (Chen et al. 2023): each weight moves by the learning rate,
    which wants to be three to ten times lower than Adam's, and the decay as much higher."""

    kind: Literal["lion"] = "lion"
    beta_1: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.9
    beta_2: Momentum = 0.99
    weight_decay: WeightDecay = 0.1


class MuonConfig(_Decaying):
    """Orthogonal updates of kernels (Jordan et al. 2024); AdamW for all else and for the head.

    Scaled as in Liu et al. 2025, section 2.2, so that Adam's learning rates and decays fit.
    """

    kind: Literal["muon"] = "muon"
    momentum: Momentum = 0.95
    weight_decay: WeightDecay = 0.01


class MuonSgdConfig(_Decaying):
    """Muon of kernels, SGD with Nesterov momentum for all else and for the head (Jordan 2024).

    The schedule's rate, some 0.2, is how far a kernel turns in a step, whatever its shape. Before
    it the filters of a convolution are made as long as 1, on average: for networks whose
    normalization makes lengths of no account. SGD's rates are multiples of it.
    """

    kind: Literal["muon_sgd"] = "muon_sgd"
    momentum: Momentum = Field(0.6, description="of kernels")
    sgd_momentum: Momentum = 0.85
    bias_rate: _Multiple = Field(440.0, description="of biases and batch normalization")
    output_rate: _Multiple = Field(0.085, description="of the head")
    weight_decay: WeightDecay = 0.015


OptimizerConfig = Annotated[
    SgdConfig | AdamConfig | AdamWConfig | RmspropConfig | LionConfig | MuonConfig | MuonSgdConfig,
    Field(discriminator="kind"),
]


class EmaConfig(Section):
    """An exponential average over steps (Polyak and Juditsky 1992, as Keras's use_ema has it)."""

    kind: Literal["ema"] = "ema"
    momentum: Momentum = Field(0.99, description="what a step keeps of the average")


class LookaheadConfig(Section):
    """Every `k` steps the slow weights go a share `alpha` of the way to the fast ones, which begin
    anew from there (Zhang et al. 2019, algorithm 1)."""

    kind: Literal["lookahead"] = "lookahead"
    k: int = Field(5, ge=1, le=1000)
    alpha: Fraction = 0.5


AveragingConfig = Annotated[EmaConfig | LookaheadConfig, Field(discriminator="kind")]
