"""What a recipe is. Knows nothing of any one."""

from __future__ import annotations

from dataclasses import dataclass

from core.config import RunConfig


@dataclass(frozen=True)
class Recipe:
    """A configuration, where it comes from, what it reached, and when that was found here.

    One for any images names a data set, too, so that it is complete; any other does as well. Its
    title speaks of none, and its network takes any number of classes.
    """

    name: str
    source: str
    reached: str
    when: str  # month and year
    notes: str
    config: RunConfig
    any_images: bool = False  # made for no data set, but for whatever images one has

    @property
    def title(self) -> str:
        """Its one name for people, which its runs bear too."""
        return self.config.title

    def for_draft(self, draft: RunConfig | None) -> RunConfig:
        """What the draft becomes by it: all of the recipe, but of one for any images.

        That keeps which images the draft has and how many of them; their size and how they are
        brought to it are the recipe's.

        Args:
            draft: None where there is none yet. Then it is the recipe as it ships.
        """
        if draft is None or not self.any_images:
            return self.config
        kept = {"name": draft.dataset.name, "limit": draft.dataset.limit}
        dataset = self.config.dataset.model_copy(update=kept)
        return self.config.model_copy(update={"dataset": dataset})
