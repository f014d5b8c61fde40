"""Each network that others trained, under a plain head of one's own."""

from __future__ import annotations

from core.config.architecture import BASES, ArchitectureConfig

WITH_BASES: dict[str, ArchitectureConfig] = {
    name: ArchitectureConfig(
        name=base.title, base=base.name, flatten="global_average", flatten_dropout=0.2
    )
    for name, base in BASES.items()
}
