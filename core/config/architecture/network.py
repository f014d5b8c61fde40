"""What a network is made of. Knows nothing of shapes that follow from it, or of Keras."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from core.config.architecture.bases import BaseName
from core.config.architecture.rows import to_rows
from core.config.base import Dropout, Fraction, Section

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "maxout", "none"]
Normalization = Literal["none", "before", "after"]
Padding = Literal["same", "valid"]
Initializer = Literal["glorot_uniform", "he_uniform", "he_normal", "dirac"]
DenseInitializer = Literal["glorot_uniform", "he_uniform", "he_normal", "small_normal"]
_Pieces = Annotated[int, Field(ge=2, le=8)]

_LONGEST_NAME = 250  # characters: a file's name, which is a saved network's, holds no more
MOST_BLOCKS = 32
MOST_DENSE = 4


class BlockConfig(Section):
    """Convolutions of one width, then a pool, then dropout.

    Each convolution has its activation, and its batch normalization before or after that.
    """

    filters: int = Field(ge=1, le=2048)
    convolutions: int = Field(1, ge=1, le=8)
    kernel_size: int = Field(3, ge=1, le=11)
    stride: int = Field(1, ge=1, le=4, description="of the first convolution")
    dilation: int = Field(1, ge=1, le=8, description="pixels from one tap of a kernel to the next")
    padding: Padding = "same"
    separable: bool = Field(
        False,
        description="each convolution is a depthwise one and a pointwise one, both activated "
        "(Howard et al. 2017, figure 3)",
    )
    activation: Activation = "relu"
    slope: Fraction = Field(0.2, description="of leaky_relu below zero")
    pieces: _Pieces = Field(2, description="of maxout: convolutions of which the largest counts")
    normalization: Normalization = Field(
        "none", description="batch normalization before or after each activation"
    )
    residual: bool = Field(
        False,
        description="a shortcut around the convolutions, added before the last activation "
        "(He et al. 2015); a 1x1 convolution where shapes differ",
    )
    pool: Literal["max", "average", "none"] = "max"
    early_pool: bool = Field(
        False,
        description="the pool comes right after the first convolution, before its normalization "
        "and activation, which are then of a quarter of the values; not with residual or maxout",
    )
    dropout: Dropout = 0.0
    l2: Fraction = Field(
        0.0, description="times the sum of the squared weights, added to the loss that is minimized"
    )

    @model_validator(mode="after")
    def _pools_early_only_what_is_one(self) -> BlockConfig:
        if self.early_pool and (self.residual or self.activation == "maxout"):
            other = "residual" if self.residual else "activation 'maxout'"
            raise ValueError(f"early_pool cannot be on with {other}; switch one of them off")
        return self


class WhiteningConfig(Section):
    """A first layer that whitens patches and is not trained (Jordan 2024, section 3.2).

    Its filters are set from training images before the first step: two for each number of a patch.
    """

    kernel_size: int = Field(2, ge=1, le=5, description="side of a patch, in pixels")
    activation: Literal["relu", "elu", "gelu", "silu", "tanh", "none"] = "relu"


class DenseConfig(Section):
    """A dense layer with its activation, batch normalization before or after it, and dropout."""

    units: int = Field(ge=1, le=8192)
    activation: Activation = "relu"
    slope: Fraction = Field(0.2, description="of leaky_relu below zero")
    pieces: _Pieces = Field(2, description="of maxout: layers of which the largest counts")
    normalization: Normalization = "none"
    dropout: Dropout = 0.0
    l2: Fraction = Field(0.0, description="as of a block")


class ArchitectureConfig(Section):
    """A stack of convolution blocks, flattened (or averaged) into dense layers and a head.

    In the blocks' place may stand a base: a network that others trained, without its last layers.

    What was once said of the whole network (`padding`, `activation`, `batch_normalization`,
    `dense_dropout`, `dense: [512]`) is still understood; see `core.config.architecture.rows`.
    """

    kind: Literal["blocks"] = "blocks"
    name: str = Field("custom", description="the preset it started from, or one of one's own")
    base: BaseName | None = Field(
        None, description="a network trained on ImageNet, in the blocks' place"
    )
    whitening: WhiteningConfig | None = Field(
        None, description="a first layer that whitens, before the blocks; None: none"
    )
    blocks: tuple[BlockConfig, ...] = Field((), max_length=MOST_BLOCKS)
    batch_normalization_momentum: float = Field(
        0.99,
        ge=0.0,
        lt=1.0,
        description="how much of its moving averages a step keeps; runs of a few hundred steps "
        "need less than Keras's 0.99",
    )
    batch_normalization_scale: bool = Field(
        True, description="each map has a factor that is trained, besides an offset"
    )
    initializer: Initializer = Field(
        "glorot_uniform",
        description="of the convolutions; dirac: as many filters as there are channels hand on one "
        "each (Zagoruyko and Komodakis 2017)",
    )
    dense_initializer: DenseInitializer = Field(
        "glorot_uniform",
        description="of the dense layers, the output among them; small_normal: with a standard "
        "deviation of 1 / inputs, so that all classes begin alike (Jordan 2024)",
    )
    flatten: Literal["flatten", "global_average", "global_max"] = "flatten"
    flatten_dropout: Dropout = 0.0
    dense: tuple[DenseConfig, ...] = Field((), max_length=MOST_DENSE)
    head: Literal["softmax", "sigmoid"] = Field(
        "softmax", description="sigmoid: one output for two classes"
    )

    @model_validator(mode="before")
    @classmethod
    def _from_before_rows_spoke_for_themselves(cls, data: Any) -> Any:
        return to_rows(data)

    @field_validator("name")
    @classmethod
    def _cut(cls, name: str) -> str:
        """Not refused: a record or a file may have a longer one, and is as good a network."""
        return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"

    @model_validator(mode="after")
    def _begins_with_one_or_the_other(self) -> ArchitectureConfig:
        if not self.blocks and self.base is None:
            raise ValueError("blocks is empty; a network has at least one block, or a base")
        if self.blocks and self.base is not None:
            raise ValueError(
                f"base is {self.base!r} and there are {len(self.blocks)} blocks; a base takes the "
                "place of the blocks"
            )
        if self.whitening is not None and self.base is not None:
            raise ValueError(
                f"whitening is set and base is {self.base!r}; a base has a first layer of its own, "
                "so set one of them to null"
            )
        return self

    def suited_to(self, classes: int) -> ArchitectureConfig:
        """With a head for so many classes: one sigmoid tells two apart, and no more."""
        if self.head == "sigmoid" and classes != 2:
            return self.model_copy(update={"head": "softmax"})
        return self
