"""The networks of the four write-ups, and a small one of our own for digits.

Knows nothing of TensorFlow or of training.
"""

from __future__ import annotations

from core.config.architecture import ArchitectureConfig, BlockConfig, DenseConfig
from core.config.presets.preset import Preset

COMPACT = Preset(
    name="compact",
    title="Compact",
    description="A small, quick network with batch normalization, meant for digits and other "
    "simple sets. It trains in seconds on a processor.",
    input_shape=(32, 32, 1),
    classes=10,
    architecture=ArchitectureConfig(
        name="compact",
        blocks=(
            BlockConfig(filters=16, normalization="after"),
            BlockConfig(filters=32, normalization="after"),
            BlockConfig(filters=64, normalization="after", dropout=0.1),
        ),
        batch_normalization_momentum=0.9,
        initializer="he_uniform",
        dense=(DenseConfig(units=64, dropout=0.2),),
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
        dense=(DenseConfig(units=512, dropout=0.5),),
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
            BlockConfig(filters=32, convolutions=2, normalization="after"),
            BlockConfig(filters=64, convolutions=2, normalization="after"),
            BlockConfig(filters=128, convolutions=2, normalization="after"),
        ),
        flatten_dropout=0.2,
        dense=(DenseConfig(units=1024, dropout=0.2),),
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
            BlockConfig(filters=32, padding="valid"),
            BlockConfig(filters=64, padding="valid"),
            BlockConfig(filters=128, padding="valid"),
            BlockConfig(filters=128, padding="valid"),
        ),
        dense=(DenseConfig(units=512),),
        head="sigmoid",
    ),
    parameters=3_453_121,
    trainable=3_453_121,
)

# The write-up prints a summary of 552,362 parameters. Its code has one more batch normalization,
# after the dense layer, and its log is that of the code: see docs/results.md.
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
            BlockConfig(filters=32, convolutions=2, normalization="after", dropout=0.2),
            BlockConfig(filters=64, convolutions=2, normalization="after", dropout=0.3),
            BlockConfig(filters=128, convolutions=2, normalization="after", dropout=0.4),
        ),
        initializer="he_uniform",
        dense=(DenseConfig(units=128, dropout=0.5),),
    ),
    parameters=552_362,
    trainable=551_466,
)

_VGG_6_CODE = Preset(
    name="vgg-6-code",
    title="VGG style, 2020, as coded",
    description="The VGG style network with one more batch normalization, after its dense layer, "
    "as the write-up's code has it and its printed summary has not.",
    input_shape=(32, 32, 3),
    classes=10,
    architecture=_VGG_6.architecture.model_copy(
        update={
            "name": "vgg-6-code",
            "dense": (DenseConfig(units=128, normalization="after", dropout=0.5),),
        }
    ),
    parameters=552_874,
    trainable=551_722,
)

WRITE_UPS = (_PLAIN_4, _BATCHNORM_6, _CATDOG_4, _VGG_6, _VGG_6_CODE)
