"""What a network is made of. Knows nothing of shapes that follow from it, or of Keras."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.config.base import Dropout, Section


class BlockConfig(Section):
    """Convolutions of one width, then a pool, then dropout."""

    filters: int = Field(ge=1, le=2048)
    convolutions: int = Field(1, ge=1, le=8)
    kernel_size: int = Field(3, ge=1, le=11)
    pool: Literal["max", "average", "none"] = "max"
    dropout: Dropout = 0.0


class ArchitectureConfig(Section):
    """A stack of convolution blocks, flattened (or averaged) into dense layers and a head."""

    kind: Literal["blocks"] = "blocks"
    name: str = Field("custom", description="the preset it started from, or 'custom'")
    blocks: tuple[BlockConfig, ...] = Field(min_length=1, max_length=8)
    padding: Literal["same", "valid"] = "same"
    activation: Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "maxout"] = "relu"
    batch_normalization: bool = False
    batch_normalization_momentum: float = Field(
        0.99,
        ge=0.0,
        lt=1.0,
        description="how much of its moving averages a step keeps; runs of a few hundred steps "
        "need less than Keras's 0.99",
    )
    initializer: Literal["glorot_uniform", "he_uniform", "he_normal"] = Field(
        "glorot_uniform", description="of the convolutions; dense layers keep glorot_uniform"
    )
    flatten: Literal["flatten", "global_average", "global_max"] = "flatten"
    flatten_dropout: Dropout = 0.0
    dense: tuple[Annotated[int, Field(ge=1, le=8192)], ...] = Field((), max_length=4)
    dense_dropout: Dropout = 0.0
    head: Literal["softmax", "sigmoid"] = Field(
        "softmax", description="sigmoid: one output for two classes"
    )
