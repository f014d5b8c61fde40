"""What a study is: variants of one configuration, each trained several times. To JSON and back.

All variants share the base but for what their changes name, and every variant is trained with
the same seeds, or over the same folds, so that what tells them apart is what was changed. Knows
nothing of runs, of where studies lie, or of what came out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field, field_validator, model_validator

from core.config import LONGEST_TITLE, RunConfig, apply_changes
from core.config.base import Section
from core.errors import ConfigError
from core.reading import one_line
from core.series import Base, parse_asked

MOST_VARIANTS = 12
MOST_SEEDS = 30
MOST_FOLDS = 20
_LONGEST_NAME = 60  # characters
_LONGEST_QUESTION = 600
# What makes no difference to what a run learns.
_BESIDE_THE_POINT = {
    "title": True,
    "recipe": True,
    "range_test": True,
    "training": {"checkpoint_seconds"},
    "architecture": {"name"},
}


class Variant(Section):
    """One way to train, told from the others by what it changes of the base."""

    name: str = Field(min_length=1, max_length=_LONGEST_NAME)
    changes: dict[str, Any] = Field(
        {}, description="fields by dotted path with their values, one after the other"
    )

    @field_validator("name")
    @classmethod
    def _on_one_line(cls, name: str) -> str:
        proper = one_line(name).strip()
        if not proper:
            raise ValueError("a variant needs a name")
        return proper


class StudyConfig(Section):
    """Which variants, of what, how often. The first variant is the control.

    A base given as a string is the recipe of that name.
    """

    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    question: str = Field("", max_length=_LONGEST_QUESTION, description="what it shall answer")
    base: Base
    variants: tuple[Variant, ...] = Field(min_length=1, max_length=MOST_VARIANTS)
    seeds: tuple[int, ...] = Field((0, 1, 2), min_length=1, max_length=MOST_SEEDS)
    folds: int | None = Field(
        None,
        ge=2,
        le=MOST_FOLDS,
        description="train each variant once a fold, in place of once a seed",
    )

    @field_validator("seeds")
    @classmethod
    def _seeds_differ(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("seeds are to differ; a run trained twice alike tells nothing new")
        return seeds

    @model_validator(mode="after")
    def _variants_differ(self) -> StudyConfig:
        names = [variant.name for variant in self.variants]
        if len(set(names)) < len(names):
            raise ValueError("variants are to have different names")
        keys: dict[str, str] = {}
        for place, variant in enumerate(self.variants):
            try:
                key = training_key(self.config_of(place, self.repeats[0]))
            except ConfigError as error:
                raise ValueError(f"variant {variant.name!r}: {error.message}") from error
            if key in keys:
                raise ValueError(f"variants {keys[key]!r} and {variant.name!r} train alike")
            keys[key] = variant.name
        return self

    @property
    def repeats(self) -> tuple[int, ...]:
        """What each variant is trained with, once each: its seeds, or its folds from 0."""
        return self.seeds if self.folds is None else tuple(range(self.folds))

    @property
    def unit(self) -> str:
        """What a repeat is called: "seed" or "fold"."""
        return "seed" if self.folds is None else "fold"

    def repeat_in_words(self, repeat: int) -> str:
        """ "seed 0"; folds are counted from 1."""
        return f"{self.unit} {repeat if self.folds is None else repeat + 1}"

    def config_of(self, variant: int, repeat: int) -> RunConfig:
        """What one run of the study trains. Raises ConfigError where the changes do not fit."""
        chosen = self.variants[variant]
        changed = apply_changes(self.base, chosen.changes.items())
        title = f"{self.title[:40]}: {chosen.name[:50]}, {self.repeat_in_words(repeat)}"
        update: dict[str, Any] = {"title": title, "recipe": None, "job": "train"}
        if self.folds is None:
            update["training"] = changed.training.model_copy(update={"seed": repeat})
        else:
            as_fold = {"method": "fold", "folds": self.folds, "fold": repeat}
            update["split"] = changed.split.model_copy(update=as_fold)
        return changed.model_copy(update=update)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All runs that the study is made of, one of each variant before the second of any."""
        return tuple(
            Trial(variant, repeat) for repeat in self.repeats for variant in range(self.size)
        )

    @property
    def size(self) -> int:
        """How many variants."""
        return len(self.variants)

    def with_seeds(self, seeds: Iterable[int]) -> StudyConfig:
        """The same with more or fewer seeds. Raises ConfigError where they are wrong."""
        return parse_study(self.model_dump(mode="json") | {"seeds": list(seeds)})

    def with_variants(self, variants: Iterable[Variant]) -> StudyConfig:
        """The same with other variants. Raises ConfigError where they are wrong."""
        data = [variant.model_dump(mode="json") for variant in variants]
        return parse_study(self.model_dump(mode="json") | {"variants": data})

    def to_json(self) -> str:
        return self.model_dump_json(indent=2)


@dataclass(frozen=True)
class Trial:
    """One run of a study: which variant, and with which seed or fold."""

    variant: int  # place among the variants
    repeat: int  # a seed, or a fold from 0

    @property
    def key(self) -> str:
        """As it stands in the record: "0/2"."""
        return f"{self.variant}/{self.repeat}"


def parse_study(data: Any) -> StudyConfig:
    """Build a StudyConfig from parsed JSON.

    Raises:
        ConfigError: naming each wrong field, the value received and what is allowed.
    """
    return parse_asked(StudyConfig, data, "study")


def changes_between(base: RunConfig, other: RunConfig) -> dict[str, Any]:
    """What `other` trains otherwise than `base`, as a variant names it; seeds are no difference."""
    exclude = {**_BESIDE_THE_POINT, "job": True, "training": {"checkpoint_seconds", "seed"}}
    before = base.model_dump(mode="json", exclude=exclude)  # type: ignore[arg-type]
    after = other.model_dump(mode="json", exclude=exclude)  # type: ignore[arg-type]
    changes = dict(_changed(before, after, ""))
    if "architecture" in changes:
        changes["architecture"] = other.architecture.model_dump(mode="json")
    return changes


def _changed(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Paths with their new values; of another kind, and of a network, all of it."""
    if before == after:
        return
    alike = isinstance(before, dict) and isinstance(after, dict)
    if not alike or path == "architecture" or before.get("kind") != after.get("kind"):
        yield path, after
        return
    for name, value in after.items():
        yield from _changed(before.get(name), value, f"{path}.{name}" if path else name)


def leaves_between(before: Any, after: Any) -> dict[str, list[str]]:
    """The innermost fields in which two configurations' JSON differs: a name -> its new values.

    Values that follow each other alike are told once; a row that only one of them has is told by
    all that it holds.
    """
    found: dict[str, list[str]] = {}
    for name, value in _leaves(before, after, ""):
        values = found.setdefault(name, [])
        if not values or values[-1] != value:
            values.append(value)
    return found


def _leaves(before: Any, after: Any, name: str) -> Iterator[tuple[str, str]]:
    if before == after:
        return
    if isinstance(after, dict):
        old = before if isinstance(before, dict) else {}
        for key, value in after.items():
            yield from _leaves(old.get(key), value, key)
    elif isinstance(after, list):
        old_rows = before if isinstance(before, list) else []
        for place, value in enumerate(after):
            yield from _leaves(old_rows[place] if place < len(old_rows) else None, value, name)
    else:
        yield name, f"{after:g}" if isinstance(after, float) else str(after)


def training_key(config: RunConfig) -> str:
    """The same for two configurations that train alike, whatever they are called."""
    return config.model_dump_json(exclude=_BESIDE_THE_POINT)  # type: ignore[arg-type]
