"""Networks such as the editor can make, drawn at random."""

from random import Random
from typing import Any, get_args

from core.config import (
    Activation,
    ArchitectureConfig,
    BaseName,
    BlockConfig,
    DenseConfig,
    Initializer,
    WhiteningConfig,
)
from core.config.architecture import DenseInitializer
from core.models.plan import misfits

Shape = tuple[int, int, int]


def any_architecture(
    random: Random, *, fits: bool = True, base: BaseName | None = None
) -> tuple[ArchitectureConfig, Shape]:
    """A network and its input's shape: mostly narrow, so that hundreds are quick to train.

    Args:
        fits: draw until one is found that can take its images.
        base: stands where the blocks would.
    """
    least = 32 if base else 8
    while True:
        shape = (random.randint(least, 36), random.randint(least, 36), random.choice((1, 3)))
        blocks = 0 if base else random.choice((1, 1, 2, 3, 5))
        architecture = ArchitectureConfig(
            base=base,
            whitening=None if base else random.choice((None, None, _whitening(random))),
            blocks=tuple(_block(random) for _ in range(blocks)),
            batch_normalization_momentum=random.choice((0.99, 0.9)),
            batch_normalization_scale=random.random() < 0.7,
            initializer=random.choice(get_args(Initializer)),
            dense_initializer=random.choice(get_args(DenseInitializer)),
            flatten=random.choice(("flatten", "global_average", "global_max")),
            flatten_dropout=random.choice((0.0, 0.3)),
            dense=tuple(_dense(random) for _ in range(random.choice((0, 1, 1, 4)))),
            head=random.choice(("softmax", "softmax", "sigmoid")),
        )
        if not fits or not misfits(architecture, shape, classes_of(architecture)):
            return architecture, shape


def classes_of(architecture: ArchitectureConfig) -> int:
    return 2 if architecture.head == "sigmoid" else 10


def _whitening(random: Random) -> WhiteningConfig:
    return WhiteningConfig(
        kernel_size=random.randint(1, 5), activation=random.choice(("relu", "gelu", "none"))
    )


def _block(random: Random) -> BlockConfig:
    row, residual = _row(random), random.random() < 0.5
    early = not residual and row["activation"] != "maxout"
    return BlockConfig(
        filters=random.choice((random.randint(1, 6), 1, 4, 24)),
        convolutions=random.choice((1, 1, 1, 2, 4)),
        kernel_size=random.choice((1, 2, 3, 3, 4, 5, 7, 11)),
        stride=random.choice((1, 1, 1, 2, 3, 4)),
        dilation=random.choice((1, 1, 1, 2, 3, 8)),
        padding=random.choice(("same", "same", "valid")),
        separable=random.random() < 0.4,
        residual=residual,
        pool=random.choice(("none", "none", "max", "average")),
        early_pool=early and random.random() < 0.5,
        **row,
    )


def _dense(random: Random) -> DenseConfig:
    return DenseConfig(units=random.choice((random.randint(1, 9), 100)), **_row(random))


def _row(random: Random) -> dict[str, Any]:
    """What blocks and dense layers have in common."""
    return {
        "activation": random.choice(get_args(Activation)),
        "slope": round(random.random(), 2),
        "pieces": random.choice((2, 2, 3, 8)),
        "normalization": random.choice(("none", "before", "after")),
        "dropout": random.choice((0.0, 0.0, 0.3)),
        "l2": random.choice((0.0, 0.0, 0.01)),
    }
