"""Networks that papers made known, on the images that they were made for.

What a paper has and the editor has not is said in the description. Knows nothing of TensorFlow
or of training.
"""

from __future__ import annotations

from core.config.architecture import (
    ArchitectureConfig,
    BlockConfig,
    DenseConfig,
    WhiteningConfig,
)
from core.config.presets.preset import Preset

# Of running averages, which no paper names: fit for runs of a few hundred steps, too.
_MOMENTUM = 0.9

# LeCun et al. 1998, section II.B. As it is read today: C3 looks at all maps of S2 where the paper
# wires them by a table (61,706 parameters for its 60,000), pools have no weights of their own,
# and a softmax stands in the place of the radial basis functions. C5 is a dense layer: its maps
# are 1x1.
_LENET_5 = Preset(
    name="lenet-5",
    title="LeNet-5, 1998",
    description="LeCun's network for handwritten digits: two unpadded 5 × 5 convolutions with "
    "tanh and averaging pools, then dense layers of 120 and 84.",
    input_shape=(32, 32, 1),
    classes=10,
    architecture=ArchitectureConfig(
        name="lenet-5",
        blocks=(
            BlockConfig(
                filters=6, kernel_size=5, padding="valid", activation="tanh", pool="average"
            ),
            BlockConfig(
                filters=16, kernel_size=5, padding="valid", activation="tanh", pool="average"
            ),
        ),
        dense=(
            DenseConfig(units=120, activation="tanh"),
            DenseConfig(units=84, activation="tanh"),
        ),
    ),
    parameters=61_706,
    trainable=61_706,
)

# Springenberg et al. 2014, table 1, All-CNN-C. Its 1x1 convolution to the classes and the average
# over positions are taken in the other order, which is the same: both are linear. The paper has
# a ReLU between them, and drops a fifth of the image itself.
_ALL_CNN_C = Preset(
    name="all-cnn-c",
    title="All-CNN-C, 2014",
    description="Nothing but convolutions: those with a stride of 2 take the place of pools, and "
    "an average over all positions that of dense layers. Without batch normalization, it wants a "
    "lower learning rate. The paper's dropout of the image itself and the ReLU of its last "
    "convolution are left out.",
    input_shape=(32, 32, 3),
    classes=10,
    architecture=ArchitectureConfig(
        name="all-cnn-c",
        blocks=(
            BlockConfig(filters=96, convolutions=2, pool="none"),
            BlockConfig(filters=96, stride=2, pool="none", dropout=0.5),
            BlockConfig(filters=192, convolutions=2, pool="none"),
            BlockConfig(filters=192, stride=2, pool="none", dropout=0.5),
            BlockConfig(filters=192, padding="valid", pool="none"),
            BlockConfig(filters=192, kernel_size=1, pool="none"),
        ),
        initializer="he_normal",
        flatten="global_average",
    ),
    parameters=1_369_738,
    trainable=1_369_738,
)


def _residual(filters: int, stride: int = 1) -> BlockConfig:
    """He et al. 2015, figure 2: two convolutions, each normalized, and a shortcut around them."""
    return BlockConfig(
        filters=filters,
        convolutions=2,
        stride=stride,
        normalization="before",
        residual=True,
        pool="none",
    )


# He et al. 2015, section 4.2, n = 3. Where the maps change, the shortcut is a 1x1 convolution
# (the paper's option B), not zeros (option A, which it took for CIFAR-10, to count 0.27 million:
# 269,722 trained parameters): 2,560 weights and 192 of batch normalization more.
_RESNET_20 = Preset(
    name="resnet-20",
    title="ResNet-20, 2015",
    description="Nineteen convolutions with a shortcut around every two, and an average over all "
    "positions. Depth without the loss of accuracy that plain stacks of that depth show.",
    input_shape=(32, 32, 3),
    classes=10,
    architecture=ArchitectureConfig(
        name="resnet-20",
        blocks=(
            BlockConfig(filters=16, normalization="before", pool="none"),
            *(_residual(16) for _ in range(3)),
            _residual(32, stride=2),
            *(_residual(32) for _ in range(2)),
            _residual(64, stride=2),
            *(_residual(64) for _ in range(2)),
        ),
        batch_normalization_momentum=_MOMENTUM,
        initializer="he_normal",
        flatten="global_average",
    ),
    parameters=274_042,
    trainable=272_474,
)


def _separable(filters: int, convolutions: int = 1, stride: int = 1) -> BlockConfig:
    """Howard et al. 2017, figure 3: a depthwise and a pointwise convolution, both normalized."""
    return BlockConfig(
        filters=filters,
        convolutions=convolutions,
        stride=stride,
        separable=True,
        normalization="before",
        pool="none",
    )


# Howard et al. 2017, table 1, of a quarter of the width (its section 3.3). The first two of its
# five halvings are left out, because images are of 32 pixels and not of 224.
_MOBILENET = Preset(
    name="mobilenet-quarter",
    title="MobileNet, 2017",
    description="Thirteen separable convolutions, a quarter as wide as the original: each looks at "
    "one map at a time and then mixes maps, for a fraction of the multiplications.",
    input_shape=(32, 32, 3),
    classes=10,
    architecture=ArchitectureConfig(
        name="mobilenet-quarter",
        blocks=(
            BlockConfig(filters=8, normalization="before", pool="none"),
            _separable(16),
            _separable(32, 2),
            _separable(64, 2, stride=2),
            _separable(128, 6, stride=2),
            _separable(256, 2, stride=2),
        ),
        batch_normalization_momentum=_MOMENTUM,
        initializer="he_normal",
        flatten="global_average",
    ),
    parameters=221_114,
    trainable=215_642,
)


def _pooled_early(filters: int) -> BlockConfig:
    """Jordan 2024, section 3.1: the pool comes before normalization and activation."""
    return BlockConfig(
        filters=filters,
        convolutions=2,
        normalization="before",
        activation="gelu",
        early_pool=True,
    )


# Jordan 2024, section 3.1, with the widths of the version for Muon. There whitening has a bias that
# is trained for three epochs, and the output none: 1,971,640 parameters without moving averages.
_AIRBENCH = Preset(
    name="airbench94",
    title="Airbench, 2024",
    description="Made to reach 94 % on CIFAR-10 in the fewest multiplications: a first layer that "
    "whitens and is not trained, convolutions that begin as if they were not there, and pools "
    "ahead of normalization and activation.",
    input_shape=(32, 32, 3),
    classes=10,
    architecture=ArchitectureConfig(
        name="airbench94",
        whitening=WhiteningConfig(kernel_size=2, activation="gelu"),
        blocks=(_pooled_early(64), _pooled_early(256), _pooled_early(256)),
        batch_normalization_momentum=0.6,
        batch_normalization_scale=False,
        initializer="dirac",
        dense_initializer="small_normal",
        flatten="global_max",
    ),
    parameters=1_973_930,
    trainable=1_971_338,
)

PAPERS = (_LENET_5, _ALL_CNN_C, _RESNET_20, _MOBILENET, _AIRBENCH)
