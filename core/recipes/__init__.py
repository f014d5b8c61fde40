"""Complete configurations that ship: the Start button's, the write-ups', and our own.

A write-up's recipe follows it to the letter; what the write-up leaves open is chosen
here and said in `notes`. Some are for a data set, others for any images (`Recipe.for_draft`).
Knows nothing of TensorFlow, of pages or of where data lie.
"""

from __future__ import annotations

from typing import Final

from core.errors import ConfigError
from core.recipes.own import OWN
from core.recipes.recipe import Recipe
from core.recipes.write_ups import WRITE_UPS

RECIPES: Final[dict[str, Recipe]] = {recipe.name: recipe for recipe in (*OWN, *WRITE_UPS)}

__all__ = ["RECIPES", "Recipe", "find_recipe"]


def find_recipe(name: str) -> Recipe:
    """Raises ConfigError, listing the names there are, where there is none of that name."""
    if name not in RECIPES:
        raise ConfigError(f"There is no recipe {name!r}.", f"Recipes: {', '.join(RECIPES)}.")
    return RECIPES[name]
