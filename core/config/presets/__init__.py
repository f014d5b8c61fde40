"""The networks that ship, each with its own input and its exact parameter counts.

Knows nothing of TensorFlow or of training. The counts are those of the write-ups' summaries and
of the papers; tests hold the plan and the built model to them.
"""

from __future__ import annotations

from core.config.architecture import ArchitectureConfig
from core.config.presets.papers import PAPERS
from core.config.presets.preset import Preset
from core.config.presets.with_bases import WITH_BASES
from core.config.presets.write_ups import COMPACT, WRITE_UPS

PRESETS: dict[str, Preset] = {preset.name: preset for preset in (COMPACT, *WRITE_UPS, *PAPERS)}

NETWORKS: dict[str, ArchitectureConfig] = {
    **{name: preset.architecture for name, preset in PRESETS.items()},
    **WITH_BASES,
}

__all__ = ["NETWORKS", "PRESETS", "WITH_BASES", "Preset"]
