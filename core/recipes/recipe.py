"""What a recipe is. Knows nothing of any one."""

from __future__ import annotations

from dataclasses import dataclass

from core.config import RunConfig


@dataclass(frozen=True)
class Recipe:
    """A configuration, where it comes from, what it reached, and when that was found here."""

    name: str
    source: str
    reached: str
    when: str  # month and year
    notes: str
    config: RunConfig

    @property
    def title(self) -> str:
        """Its one name for people, which its runs bear too."""
        return self.config.title
