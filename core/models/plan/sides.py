"""Arithmetic of sides: what a convolution makes of maps, and what it needs.

Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", sections 2 and 5.1;
"same" as TensorFlow pads. Knows nothing of layers.
"""

from __future__ import annotations

from typing import Final

from core.config import ArchitectureConfig, BlockConfig
from core.config.architecture.bases import SMALLEST_SIDE as SMALLEST_OF_A_BASE

POOL_SIZE: Final = 2


def reach(kernel_size: int, dilation: int) -> int:
    """Pixels from the first tap of a kernel to its last, both counted."""
    return (kernel_size - 1) * dilation + 1


def side_after(side: int, reached: int, stride: int, padding: str) -> int:
    """The side of the maps that a convolution makes of maps of this side; 0 or less: none."""
    if padding == "valid":
        return (side - reached) // stride + 1
    return -(-side // stride)


def side_before(side: int, reached: int, stride: int, padding: str) -> int:
    """The smallest side of which a convolution makes maps of this side, 1 or more."""
    return (side - 1) * stride + (reached if padding == "valid" else 1)


def smallest_side(architecture: ArchitectureConfig) -> int:
    """The smallest height and width that leave every layer something to work on."""
    if architecture.base is not None:
        return SMALLEST_OF_A_BASE
    side = 1
    for block in reversed(architecture.blocks):
        reached = reach(block.kernel_size, block.dilation)
        for place, stride in reversed(list(enumerate(strides(block), start=1))):
            if pools_after(block, place):
                side *= POOL_SIZE
            side = side_before(side, reached, stride, block.padding)
    whitening = architecture.whitening
    return side if whitening is None else side_before(side, whitening.kernel_size, 1, "valid")


def pools_after(block: BlockConfig, place: int) -> bool:
    """Whether the block's pool follows its convolution number `place`, counted from 1."""
    return block.pool != "none" and place == (1 if block.early_pool else block.convolutions)


def strides(block: BlockConfig) -> list[int]:
    """Of each convolution of a block."""
    return [block.stride, *[1] * (block.convolutions - 1)]
