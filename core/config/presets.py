"""The networks that ship, each with its own input and its exact parameter counts.

Knows nothing of TensorFlow or of training. The counts are those of the write-ups'
summaries; tests hold the plan and the built model to them.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.config.architecture import ArchitectureConfig, BlockConfig


@dataclass(frozen=True)
class Preset:
    """An architecture and the input it was made for."""

    name: str
    title: str
    description: str
    input_shape: tuple[int, int, int]  # (H, W, C)
    classes: int
    architecture: ArchitectureConfig
    parameters: int
    trainable: int


_COMPACT = Preset(
    name="compact",
    title="Compact",
    description="A small, quick network with batch normalization, meant for digits and other "
    "simple sets. It trains in seconds on a processor.",
    input_shape=(32, 32, 1),
    classes=10,
    architecture=ArchitectureConfig(
        name="compact",
        blocks=(
            BlockConfig(filters=16),
            BlockConfig(filters=32),
            BlockConfig(filters=64, dropout=0.1),
        ),
        batch_normalization=True,
        batch_normalization_momentum=0.9,
        initializer="he_uniform",
        dense=(64,),
        dense_dropout=0.2,
    ),
    parameters=89_994,
    trainable=89_770,
)

_PLAIN_4 = Preset(
    name="plain-4",
    title="Plain, 2018",
    description="Two blocks of two 3x3 convolutions, then a dense layer of 512. Nearly all of "
    "its parameters sit in that dense layer. No batch normalization.",
    input_shape=(32, 32, 3),
    classes=10,
    architecture=ArchitectureConfig(
        name="plain-4",
        blocks=(
            BlockConfig(filters=32, convolutions=2, dropout=0.25),
            BlockConfig(filters=64, convolutions=2, dropout=0.25),
        ),
        dense=(512,),
        dense_dropout=0.5,
    ),
    parameters=2_168_362,
    trainable=2_168_362,
)

_BATCHNORM_6 = Preset(
    name="batchnorm-6",
    title="Batch normalized, 2020",
    description="Three blocks of two convolutions with 32, 64 and 128 filters, batch "
    "normalization after every activation, and a dense layer of 1,024.",
    input_shape=(32, 32, 3),
    classes=10,
    architecture=ArchitectureConfig(
        name="batchnorm-6",
        blocks=(
            BlockConfig(filters=32, convolutions=2),
            BlockConfig(filters=64, convolutions=2),
            BlockConfig(filters=128, convolutions=2),
        ),
        batch_normalization=True,
        flatten_dropout=0.2,
        dense=(1024,),
        dense_dropout=0.2,
    ),
    parameters=2_397_226,
    trainable=2_396_330,
)

_CATDOG_4 = Preset(
    name="catdog-4",
    title="Cats and dogs, 2019",
    description="Four unpadded convolutions, each followed by a pool, for photos of 150x150. "
    "One sigmoid output tells two classes apart. Images need a side of at least 46.",
    input_shape=(150, 150, 3),
    classes=2,
    architecture=ArchitectureConfig(
        name="catdog-4",
        blocks=(
            BlockConfig(filters=32),
            BlockConfig(filters=64),
            BlockConfig(filters=128),
            BlockConfig(filters=128),
        ),
        padding="valid",
        dense=(512,),
        head="sigmoid",
    ),
    parameters=3_453_121,
    trainable=3_453_121,
)

# The write-up's code has one more batch normalization, after the dense layer (552,874
# parameters); its printed summary has not, and the preset follows the summary.
_VGG_6 = Preset(
    name="vgg-6",
    title="VGG style, 2020",
    description="Three blocks of two convolutions with batch normalization and growing "
    "dropout, and a dense layer of only 128: a quarter of the parameters of its kin.",
    input_shape=(32, 32, 3),
    classes=10,
    architecture=ArchitectureConfig(
        name="vgg-6",
        blocks=(
            BlockConfig(filters=32, convolutions=2, dropout=0.2),
            BlockConfig(filters=64, convolutions=2, dropout=0.3),
            BlockConfig(filters=128, convolutions=2, dropout=0.4),
        ),
        batch_normalization=True,
        initializer="he_uniform",
        dense=(128,),
        dense_dropout=0.5,
    ),
    parameters=552_362,
    trainable=551_466,
)

PRESETS: dict[str, Preset] = {
    preset.name: preset for preset in (_COMPACT, _PLAIN_4, _BATCHNORM_6, _CATDOG_4, _VGG_6)
}
