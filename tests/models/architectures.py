"""Architectures off the beaten track, shared by the tests of plan and builder."""

from core.config import ArchitectureConfig, BlockConfig

ODD = {
    "valid, average pool, five by five": (
        ArchitectureConfig(
            blocks=(
                BlockConfig(filters=3, kernel_size=5, pool="average"),
                BlockConfig(filters=5, convolutions=2, kernel_size=1, pool="none"),
            ),
            padding="valid",
            activation="tanh",
            dense=(7, 4),
        ),
        (17, 23, 1),
        3,
    ),
    "maxout": (
        ArchitectureConfig(
            blocks=(BlockConfig(filters=4, convolutions=2, dropout=0.1), BlockConfig(filters=6)),
            activation="maxout",
            batch_normalization=True,
            flatten_dropout=0.2,
            dense=(8,),
            dense_dropout=0.3,
        ),
        (17, 23, 3),
        100,
    ),
    "global average, no dense": (
        ArchitectureConfig(
            blocks=(BlockConfig(filters=4), BlockConfig(filters=9, pool="none")),
            activation="leaky_relu",
            flatten="global_average",
            batch_normalization=True,
        ),
        (9, 8, 1),
        100,
    ),
    "global maximum, sigmoid": (
        ArchitectureConfig(
            blocks=(BlockConfig(filters=4, kernel_size=4),),
            activation="silu",
            flatten="global_max",
            dense=(3,),
            head="sigmoid",
        ),
        (12, 11, 3),
        2,
    ),
}
