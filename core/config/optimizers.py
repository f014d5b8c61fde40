"""Optimizers, told apart by `kind`. The learning rate is the schedule's."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.config.base import Section


class SgdConfig(Section):
    kind: Literal["sgd"] = "sgd"
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    nesterov: bool = True


class AdamConfig(Section):
    kind: Literal["adam"] = "adam"
    beta_1: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    beta_2: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.999


class AdamWConfig(Section):
    kind: Literal["adamw"] = "adamw"
    weight_decay: Annotated[float, Field(ge=0.0, le=1.0)] = 0.01


class RmspropConfig(Section):
    kind: Literal["rmsprop"] = "rmsprop"
    rho: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9


OptimizerConfig = Annotated[
    SgdConfig | AdamConfig | AdamWConfig | RmspropConfig, Field(discriminator="kind")
]
