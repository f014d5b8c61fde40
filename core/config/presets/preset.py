"""What a preset is: an architecture and the input it was made for. Knows nothing of any one."""

from __future__ import annotations

from dataclasses import dataclass

from core.config.architecture import ArchitectureConfig


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
