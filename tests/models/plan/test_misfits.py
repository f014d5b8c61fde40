"""What cannot work is said in words, at its block, with changes that mend it."""

import random
import re

import pytest

from core.config import ArchitectureConfig, BlockConfig, DatasetConfig, RunConfig, apply_changes
from core.models.plan import Mend, Misfit, misfits, shrinking_no_side, smallest_side
from tests.models.random_networks import any_architecture

Shape = tuple[int, int, int]


def network(*blocks: BlockConfig, **options: str) -> ArchitectureConfig:
    return ArchitectureConfig(blocks=blocks, **options)


def mended(architecture: ArchitectureConfig, shape: Shape, mend: Mend) -> list[Misfit]:
    """What is left once a mend was taken, as a page takes it."""
    dataset = DatasetConfig(image_size=shape[:2])
    config = apply_changes(RunConfig(architecture=architecture, dataset=dataset), mend.changes)
    size = config.dataset.image_size
    assert size is not None
    return misfits(config.architecture, (*size, shape[2]), 10)


def subject(found: Misfit) -> str:
    """The layer or block that something is wrong with, and what, whatever the sizes are."""
    layer, gets, _ = found.why.partition(" gets ")
    return layer if gets else re.sub(r"\d+x\d+", "", found.why)


def does_away_with(mend: Mend, found: Misfit, architecture: ArchitectureConfig, shape: Shape):
    left = [subject(item) for item in mended(architecture, shape, mend)]
    return subject(found) not in left


@pytest.mark.parametrize(
    ("blocks", "shape", "block", "words", "mends"),
    [
        (
            [
                BlockConfig(filters=2, stride=4, pool="none"),
                BlockConfig(filters=2, kernel_size=5, padding="valid"),
            ],
            (12, 12, 3),
            2,
            "gets a 3x3 input and needs 5x5; the smallest side this network fits is 21",
            ["Resize the images to 21 × 21", "Pad block 2", "Kernels of 3 × 3 in block 2"],
        ),
        (
            [BlockConfig(filters=2, dilation=8, padding="valid", separable=True, pool="none")],
            (16, 20, 3),
            1,
            "block1_depthwise1 gets a 16x20 input and needs 17x17",
            ["Resize the images to 17 × 17", "Pad block 1", "No dilation in block 1"],
        ),
        (
            [BlockConfig(filters=2) for _ in range(4)],
            (8, 8, 3),
            4,
            "block4_pool gets a 1x1 input and needs 2x2",
            ["Resize the images to 16 × 16", "No pool in block 4"],
        ),
        (
            [BlockConfig(filters=2), BlockConfig(filters=2, stride=2, dilation=3)],
            (32, 32, 3),
            2,
            "Block 2 has a stride of 2 and a dilation of 3",
            ["No stride in block 2", "No dilation in block 2"],
        ),
        (
            [BlockConfig(filters=2, convolutions=2, padding="valid", residual=True)],
            (32, 24, 3),
            1,
            "The shortcut of block 1 has maps of 32x24, its convolutions make maps of 28x20",
            ["Pad block 1", "No shortcut in block 1"],
        ),
        (
            [BlockConfig(filters=2) for _ in range(10)],
            (32, 32, 3),
            6,
            "the smallest side this network fits is above 512, the most that images may have.",
            ["No pool in block 6"],
        ),
    ],
)
def test_it_names_its_block_and_offers_what_mends_it(blocks, shape, block, words, mends) -> None:
    architecture = network(*blocks)
    (found,) = misfits(architecture, shape, 10)
    assert found.block == block
    assert words in found.why
    assert [mend.words for mend in found.mends] == mends
    for mend in found.mends:
        assert does_away_with(mend, found, architecture, shape)


@pytest.mark.parametrize(
    ("sides", "resized"),
    [((28, 512), (44, 512)), ((40, 30), (44, 44)), ((300, 8), (300, 44)), ((28, 600), (44, 512))],
)
def test_images_are_made_larger_where_they_are_too_small_and_nowhere_smaller(sides, resized):
    valid = BlockConfig(filters=2, kernel_size=11, padding="valid", pool="none")
    architecture = network(*[valid] * 4, BlockConfig(filters=2, kernel_size=3, padding="valid"))
    assert smallest_side(architecture) == 44
    (found,) = misfits(architecture, (*sides, 3), 10)
    resize, *others = shrinking_no_side(found, sides).mends
    assert resize.words == f"Resize the images to {resized[0]} × {resized[1]}"
    assert resize.changes == (("dataset.image_size", list(resized)),)
    assert tuple(others) == found.mends[1:]


@pytest.mark.parametrize(("blocks", "most"), [(9, True), (10, False), (32, False)])
def test_no_larger_images_are_advised_than_there_may_be(blocks: int, most: bool) -> None:
    (found,) = misfits(network(*[BlockConfig(filters=2)] * blocks), (32, 32, 3), 10)
    resize, fewer = "Resize the images to at least 512x512.", "Take fewer pools, smaller strides"
    assert found.advice.startswith(resize if most else fewer)
    assert "4294967296" not in found.why


def test_the_output_belongs_to_no_block() -> None:
    architecture = network(BlockConfig(filters=2), head="sigmoid")
    (found,) = misfits(architecture, (32, 32, 3), 10)
    assert (found.block, [mend.words for mend in found.mends]) == (None, ["Use the softmax output"])
    assert not mended(architecture, (32, 32, 3), found.mends[0])


def test_several_are_told_at_once_but_what_follows_from_one_is_not() -> None:
    architecture = network(
        BlockConfig(filters=2, stride=2, dilation=2),
        BlockConfig(filters=2, kernel_size=11, padding="valid", residual=True),
        BlockConfig(filters=2, kernel_size=11, padding="valid", residual=True),
        head="sigmoid",
    )
    found = misfits(architecture, (16, 16, 3), 10)
    assert [item.block for item in found] == [None, 1, 2]
    assert "needs 11x11" in found[2].why


def test_a_valid_block_that_keeps_its_size_may_have_a_shortcut() -> None:
    block = BlockConfig(filters=2, kernel_size=1, padding="valid", stride=3, residual=True)
    for side in range(8, 20):
        assert not misfits(network(block), (side, side, 3), 10)


def test_every_mend_of_any_network_does_away_with_what_it_mends() -> None:
    offered = 0
    for seed in range(300):
        architecture, shape = any_architecture(random.Random(seed), fits=False)
        for found in misfits(architecture, shape, 10):
            assert found.mends, found
            for mend in shrinking_no_side(found, shape[:2]).mends:
                assert does_away_with(mend, found, architecture, shape), (seed, mend)
                offered += 1
    assert offered > 300


def test_smallest_side_is_the_smallest_of_any_network() -> None:
    for seed in range(200):
        architecture, _ = any_architecture(random.Random(seed), fits=False)
        side = smallest_side(architecture)
        assert not _too_small(architecture, side), seed
        if side > 1:
            assert _too_small(architecture, side - 1), seed


def _too_small(architecture: ArchitectureConfig, side: int) -> bool:
    return any("smallest side" in found.why for found in misfits(architecture, (side, side, 3), 10))
