"""What cannot work in a network, in words, and what mends it.

Knows how to say and to mend it, not how to find it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from core.config import LARGEST_SIDE, SMALLEST_SIDE, ArchitectureConfig, BlockConfig
from core.models.plan.layer import BASE, HEAD, WHITENING
from core.models.plan.sides import smallest_side

_RESIZE: Final = "Resize the images to at least"
_SIZE: Final = "dataset.image_size"


@dataclass(frozen=True)
class Mend:
    """A change that is offered: words for a button, and fields of a RunConfig with their values."""

    words: str
    changes: tuple[tuple[str, Any], ...]  # as core.config.apply_changes takes them


@dataclass(frozen=True)
class Misfit:
    """Something that cannot work. Each of its mends does away with it."""

    why: str  # whole sentences
    advice: str
    mends: tuple[Mend, ...] = ()
    block: int | None = None  # its number, from 1; None where it is of no block
    layer: str = HEAD  # that it is of, where it is of no block

    @property
    def group(self) -> str:
        """What the layers that it is of are called before the first "_" of their names."""
        if self.block is not None:
            return f"block{self.block}"
        return self.layer


def too_small(
    architecture: ArchitectureConfig, number: int, name: str, sides: tuple[int, int], needed: int
) -> Misfit:
    """A layer of a block, which needs a larger map than it gets.

    Args:
        number: the block's, from 1.
        name: the layer's; a pool's name ends in "_pool".
        sides: (height, width) that it gets.
        needed: the side that it needs.
    """
    smallest = smallest_side(architecture)
    mends = []
    if smallest <= LARGEST_SIDE:
        side = max(smallest, SMALLEST_SIDE)
        mends.append(_resize(side, side))
    if name.endswith("_pool"):
        mends.append(_mend(number, f"No pool in block {number}", pool="none"))
    else:
        block = architecture.blocks[number - 1]
        mends.append(_mend(number, f"Pad block {number}", padding="same"))
        mends += _smaller_kernel(number, block, min(sides))
    height, width = sides
    why = f"{name} gets a {height}x{width} input and needs {needed}x{needed}; the smallest side "
    if smallest <= LARGEST_SIDE:
        why, advice = f"{why}this network fits is {smallest}.", f"{_RESIZE} {smallest}x{smallest}."
    else:
        why = f"{why}this network fits is above {LARGEST_SIDE}, the most that images may have."
        advice = "Take fewer pools, smaller strides or padding."
    return Misfit(why, advice, tuple(mends), number)


def too_small_for_a_base(title: str, sides: tuple[int, int], needed: int) -> Misfit:
    """A network that others trained, given images of (height, width)."""
    return Misfit(
        f"{title} gets images of {sides[0]}x{sides[1]} and needs {needed}x{needed}.",
        f"{_RESIZE} {needed}x{needed}.",
        (_resize(needed, needed),),
        layer=BASE,
    )


def too_small_to_whiten(
    architecture: ArchitectureConfig, sides: tuple[int, int], needed: int
) -> Misfit:
    """A whitening layer, given images of (height, width) that are smaller than its patches."""
    side = max(smallest_side(architecture), SMALLEST_SIDE)
    return Misfit(
        f"The whitening layer gets images of {sides[0]}x{sides[1]} and needs {needed}x{needed}; "
        f"the smallest side this network fits is {smallest_side(architecture)}.",
        f"{_RESIZE} {side}x{side}.",
        (_resize(side, side), Mend("No whitening layer", (("architecture.whitening", None),))),
        layer=WHITENING,
    )


def shrinking_no_side(found: Misfit, sides: tuple[int, int]) -> Misfit:
    """With mends that leave a side of the images as it is where it is large enough.

    Args:
        sides: (height, width) of the images.
    """
    return replace(found, mends=tuple(_shrinking_no_side(mend, sides) for mend in found.mends))


def stride_with_dilation(number: int, block: BlockConfig) -> Misfit:
    """Keras, as most libraries, has no convolution that does both."""
    return Misfit(
        f"Block {number} has a stride of {block.stride} and a dilation of {block.dilation}; a "
        "convolution can have one of them alone.",
        "Set one of them to 1.",
        (
            _mend(number, f"No stride in block {number}", stride=1),
            _mend(number, f"No dilation in block {number}", dilation=1),
        ),
        number,
    )


def shortcut_of_another_size(
    number: int, shortcut: tuple[int, int], maps: tuple[int, int]
) -> Misfit:
    """Both (height, width): a shortcut pads nothing and loses nothing, convolutions do."""
    return Misfit(
        f"The shortcut of block {number} has maps of {shortcut[0]}x{shortcut[1]}, its convolutions "
        f"make maps of {maps[0]}x{maps[1]}; the two cannot be added.",
        "Pad the block, so that its convolutions keep the size.",
        (
            _mend(number, f"Pad block {number}", padding="same"),
            _mend(number, f"No shortcut in block {number}", residual=False),
        ),
        number,
    )


def one_output(num_classes: int) -> Misfit:
    return Misfit(
        f"A sigmoid head has one output, for exactly 2 classes, but the data have {num_classes}.",
        "Choose the softmax head.",
        (Mend("Use the softmax output", (("architecture.head", "softmax"),)),),
    )


def too_few_classes(num_classes: int) -> Misfit:
    return Misfit(f"classes: received {num_classes}; a network tells at least 2 classes apart.", "")


def _shrinking_no_side(mend: Mend, sides: tuple[int, int]) -> Mend:
    needed = dict(mend.changes).get(_SIZE)
    if needed is None:
        return mend
    height, width = (
        min(max(side, least), LARGEST_SIDE) for side, least in zip(sides, needed, strict=True)
    )
    return _resize(height, width)


def _resize(height: int, width: int) -> Mend:
    return Mend(f"Resize the images to {height} × {width}", ((_SIZE, [height, width]),))


def _smaller_kernel(number: int, block: BlockConfig, side: int) -> list[Mend]:
    """The largest kernel that fits so small a map, an odd one where it is larger than 2."""
    if block.dilation > 1 and block.kernel_size <= side:
        return [_mend(number, f"No dilation in block {number}", dilation=1)]
    largest = (side - 1) // block.dilation + 1
    size = largest - 1 if largest > 2 and largest % 2 == 0 else largest
    return [_mend(number, f"Kernels of {size} × {size} in block {number}", kernel_size=size)]


def _mend(number: int, words: str, **fields: Any) -> Mend:
    path = f"architecture.blocks.{number - 1}"
    return Mend(words, tuple((f"{path}.{name}", value) for name, value in fields.items()))
