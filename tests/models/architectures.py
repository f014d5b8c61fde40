"""Architectures off the beaten track, shared by the tests of plan and builder."""

from core.config import ArchitectureConfig, BlockConfig, DenseConfig

ODD = {
    "valid, average pool, five by five": (
        ArchitectureConfig(
            blocks=(
                BlockConfig(
                    filters=3, kernel_size=5, padding="valid", activation="tanh", pool="average"
                ),
                BlockConfig(
                    filters=5,
                    convolutions=2,
                    kernel_size=1,
                    padding="valid",
                    activation="tanh",
                    pool="none",
                ),
            ),
            dense=(
                DenseConfig(units=7, activation="tanh"),
                DenseConfig(units=4, activation="tanh"),
            ),
        ),
        (17, 23, 1),
        3,
    ),
    "maxout": (
        ArchitectureConfig(
            blocks=(
                BlockConfig(
                    filters=4,
                    convolutions=2,
                    activation="maxout",
                    normalization="after",
                    dropout=0.1,
                ),
                BlockConfig(filters=6, activation="maxout", normalization="after"),
            ),
            flatten_dropout=0.2,
            dense=(DenseConfig(units=8, activation="maxout", dropout=0.3),),
        ),
        (17, 23, 3),
        100,
    ),
    "global average, no dense": (
        ArchitectureConfig(
            blocks=(
                BlockConfig(filters=4, activation="leaky_relu", normalization="after"),
                BlockConfig(filters=9, activation="leaky_relu", normalization="after", pool="none"),
            ),
            flatten="global_average",
        ),
        (9, 8, 1),
        100,
    ),
    "global maximum, sigmoid": (
        ArchitectureConfig(
            blocks=(BlockConfig(filters=4, kernel_size=4, activation="silu"),),
            flatten="global_max",
            dense=(DenseConfig(units=3, activation="silu"),),
            head="sigmoid",
        ),
        (12, 11, 3),
        2,
    ),
    "everything at once": (
        ArchitectureConfig(
            blocks=(
                BlockConfig(
                    filters=4,
                    convolutions=2,
                    stride=2,
                    activation="maxout",
                    pieces=3,
                    normalization="before",
                    residual=True,
                    l2=0.01,
                ),
                BlockConfig(
                    filters=6,
                    convolutions=2,
                    dilation=2,
                    separable=True,
                    activation="leaky_relu",
                    slope=0.05,
                    normalization="after",
                    residual=True,
                    pool="none",
                ),
                BlockConfig(filters=6, activation="none", residual=True, pool="average"),
            ),
            dense=(
                DenseConfig(units=5, activation="elu", normalization="before", l2=0.1),
                DenseConfig(units=4, activation="maxout", pieces=8, normalization="after"),
            ),
        ),
        (17, 23, 3),
        5,
    ),
}
