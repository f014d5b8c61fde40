"""What a search is: a base, what of it may be otherwise, and how long to look for the best.

Every trial is the base with a value for each dimension, with the base's own seed and validation
images, so that trials differ in nothing else. Knows nothing of runs, or of how values are chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from core.config import LONGEST_TITLE, RunConfig
from core.config.base import Section
from core.errors import ConfigError
from core.searches.dimension import Dimension, in_words
from core.searches.space import titles, with_value, with_values
from core.series import Base, parse_asked
from core.studies import training_key

MOST_DIMENSIONS = 8
MOST_TRIALS = 500
LONGEST = 30 * 24 * 3600.0  # seconds


class SearchConfig(Section):
    """What is searched for the best validation accuracy, how, and for how long.

    A base given as a string is the recipe of that name.
    """

    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    base: Base
    space: dict[str, Dimension] = Field(
        min_length=1,
        max_length=MOST_DIMENSIONS,
        description="what may be otherwise: a field by its dotted path, width (times all filters "
        "and units) or augmentation_strength (times the base's ranges)",
    )
    sampler: Literal["random", "tpe"] = Field(
        "tpe",
        description="random: each trial by itself (Bergstra and Bengio 2012); tpe: after ten of "
        "those, near what was good (Bergstra et al. 2011)",
    )
    halving: bool = Field(
        True,
        description="end a trial that is behind the others after as many epochs (Li et al. 2018)",
    )
    reduction_factor: int = Field(
        3, ge=2, le=10, description="one in so many goes on, for so many times the epochs"
    )
    first_epochs: int = Field(1, ge=1, le=10_000, description="before it is asked for the first")
    seconds: float = Field(
        600.0,
        gt=0.0,
        le=LONGEST,
        description="that its trials may train together; the last is let finish",
    )
    most_trials: int = Field(50, ge=1, le=MOST_TRIALS)
    seed: int = Field(0, ge=0, le=2**31 - 1, description="of the choice of values")

    @field_validator("base")
    @classmethod
    def _chooses_on_validation(cls, base: RunConfig) -> RunConfig:
        if base.validates_on_test:
            raise ValueError(
                "split.method is 'none', so that validation images are the test images; a search "
                "would choose by them. Set it to 'auto'"
            )
        return base

    @model_validator(mode="after")
    def _fields_can_have_all_values(self) -> SearchConfig:
        config = self.base
        for name, dimension in self.space.items():
            config = _checked(config, name, dimension)
        return self

    def config_of(self, trial: int, values: Mapping[str, Any]) -> RunConfig:
        """What one trial trains. Raises ConfigError where values do not go together.

        Args:
            trial: its number, from 1.
            values: one for each dimension.
        """
        title = f"{self.title[: LONGEST_TITLE - 20]}: trial {trial}"
        update = {"title": title, "recipe": None, "job": "train"}
        in_order = {name: values[name] for name in self.space}
        return with_values(self.base, in_order).model_copy(update=update)

    @property
    def titles(self) -> dict[str, str]:
        """What each dimension is called."""
        return titles(self.space)

    def in_words(self, values: Mapping[str, Any]) -> str:
        """ "learning rate 0.004, batch size 32"."""
        named = ((title, values.get(name)) for name, title in self.titles.items())
        return ", ".join(f"{title[:1].lower()}{title[1:]} {in_words(v)}" for title, v in named)

    @property
    def combinations(self) -> int | None:
        """How many trials could differ; None where there is no end of them."""
        values = [dimension.values for dimension in self.space.values()]
        if any(found is None for found in values):
            return None
        return prod(len(found) for found in values if found is not None)


def _checked(config: RunConfig, name: str, dimension: Dimension) -> RunConfig:
    """Try what tells whether all values can be; the configuration with the first of them.

    Raises:
        ValueError: one cannot, or they make no difference, or trials could not be compared.
    """
    tried: dict[str, Any] = {}
    first = config
    for place, value in enumerate(dimension.samples):
        try:
            changed = with_value(config, name, value)
        except ConfigError as error:
            fraction = isinstance(value, float) and value != round(value) and not dimension.integer
            hint = ' ("integer": true keeps to whole numbers)' if fraction else ""
            raise ValueError(f"space.{name}: {error.message}{hint}") from error
        if (reason := _not_comparable(config, changed)) is not None:
            raise ValueError(f"space.{name}: {reason}")
        key = training_key(changed)
        if key in tried and (dimension.choices is not None or place == 2):
            raise ValueError(
                f"space.{name}: {in_words(tried[key])} and {in_words(value)} train alike"
            )
        tried[key] = value
        first = first if place else changed
    if len(tried) < 2:
        raise ValueError(f"space.{name}: it makes no difference to what is trained")
    return first


def _not_comparable(before: RunConfig, after: RunConfig) -> str | None:
    """Why an accuracy with that value would tell nothing next to the others; None where it does."""
    own, other = before.dataset, after.dataset
    if before.split != after.split or (own.name, own.limit) != (other.name, other.limit):
        return "trials would be judged by other images, and could not be compared"
    if before.training.seed != after.training.seed:
        return "the best seed is luck, and no better with other images; a study takes several"
    return None


def parse_search(data: Any) -> SearchConfig:
    """Build a SearchConfig from parsed JSON.

    Raises:
        ConfigError: naming each wrong field, the value received and what is allowed.
    """
    return parse_asked(SearchConfig, data, "search")
