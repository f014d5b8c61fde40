"""What a network is made of: blocks of convolutions, or a base trained by others, and a head."""

from core.config.architecture.bases import BASES, Base, BaseName
from core.config.architecture.network import (
    MOST_BLOCKS,
    MOST_DENSE,
    Activation,
    ArchitectureConfig,
    BlockConfig,
    DenseConfig,
    DenseInitializer,
    Initializer,
    WhiteningConfig,
)

__all__ = [
    "BASES",
    "MOST_BLOCKS",
    "MOST_DENSE",
    "Activation",
    "ArchitectureConfig",
    "Base",
    "BaseName",
    "BlockConfig",
    "DenseConfig",
    "DenseInitializer",
    "Initializer",
    "WhiteningConfig",
]
