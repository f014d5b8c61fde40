"""Questions that studies answer, ready to be asked of a configuration, and one's own.

Each makes a StudyConfig whose variants differ in one thing. Knows nothing of runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.config import (
    PRESETS,
    ArchitectureConfig,
    AugmentationConfig,
    ConstantSchedule,
    CyclicalSchedule,
    RunConfig,
    batches_in,
    highest,
    network_changes,
)
from core.errors import ConfigError
from core.notation import learning_rate
from core.recipes import find_recipe
from core.studies.study import StudyConfig, Variant, parse_study

_SEEDS = (0, 1, 2)
_FOLDS = 5
# What a configuration without dropout is given: the 2018 write-up's.
_BLOCK_DROPOUT, _DENSE_DROPOUT = 0.25, 0.5
_EPOCHS_UP = 2.0  # of a cycle's rise; Smith (2015, section 3.2) takes 2 to 10


@dataclass(frozen=True)
class Question:
    """A study that ships, to be asked of any configuration, or of one recipe alone."""

    name: str
    title: str
    words: str  # what it asks, in a sentence
    make: Callable[[RunConfig, int], StudyConfig]  # of a base, and of its training images


def _study(title: str, words: str, base: RunConfig, variants: Sequence[Variant]) -> StudyConfig:
    return StudyConfig(title=title, question=words, base=base, variants=variants, seeds=_SEEDS)


def _write_up_against_cyclical(base: RunConfig, images: int) -> StudyConfig:
    cyclical = find_recipe("cifar10-2018-cyclical").config.schedule
    changes = {"schedule": cyclical.model_dump(mode="json")}
    variants = [Variant(name="Constant"), Variant(name="Cyclical", changes=changes)]
    return _study(_OPEN.title, _OPEN.words, find_recipe("cifar10-2018").config, variants)


def _constant_against_cyclical(base: RunConfig, images: int) -> StudyConfig:
    """A cycle from a quarter of the draft's highest rate to it (Smith 2015, section 3.3)."""
    peak = highest(base.schedule)
    steps = base.training.steps_per_epoch or batches_in(images, base.training.batch_size)
    cycle = CyclicalSchedule(
        learning_rate=peak / 4, max_learning_rate=peak, step_size=max(round(_EPOCHS_UP * steps), 1)
    )
    schedules = {"Constant": ConstantSchedule(learning_rate=peak), "Cyclical": cycle}
    variants = [
        Variant(name=name, changes={"schedule": schedule.model_dump(mode="json")})
        for name, schedule in schedules.items()
    ]
    return _study(_SCHEDULE.title, _SCHEDULE.words, base, variants)


def _augmentation(base: RunConfig, images: int) -> StudyConfig:
    """That of the configuration, or shifts of a tenth where it has none."""
    off = AugmentationConfig()
    on = base.augmentation if base.augmentation.active else _SHIFTS
    variants = [
        Variant(name=name, changes={"augmentation": chosen.model_dump(mode="json")})
        for name, chosen in (("Without", off), ("With", on))
    ]
    return _study(_AUGMENTATION.title, _AUGMENTATION.words, base, variants)


def _dropout(base: RunConfig, images: int) -> StudyConfig:
    network = base.architecture
    without = _with_dropout(network, 0.0, 0.0)
    on = network if network != without else _with_dropout(network, _BLOCK_DROPOUT, _DENSE_DROPOUT)
    return _of_networks(_DROPOUT, base, without, on)


def _normalization(base: RunConfig, images: int) -> StudyConfig:
    network = base.architecture
    if not network.blocks:
        raise ConfigError(
            "The network has no blocks of its own to normalize.", "Choose another network."
        )
    without = _with_normalization(network, "none", "none")
    on = network if network != without else _with_normalization(network, "before", "none")
    return _of_networks(_NORMALIZATION, base, without, on)


def _folds(base: RunConfig, images: int) -> StudyConfig:
    return StudyConfig(
        title=_K_FOLDS.title,
        question=_K_FOLDS.words,
        base=base,
        variants=(Variant(name="Draft"),),
        folds=_FOLDS,
    )


def _with_dropout(network: ArchitectureConfig, block: float, dense: float) -> ArchitectureConfig:
    return network.model_copy(
        update={
            "blocks": tuple(b.model_copy(update={"dropout": block}) for b in network.blocks),
            "flatten_dropout": 0.0 if network.dense else dense,
            "dense": tuple(d.model_copy(update={"dropout": dense}) for d in network.dense),
        }
    )


def _with_normalization(network: ArchitectureConfig, block: str, dense: str) -> ArchitectureConfig:
    return network.model_copy(
        update={
            "blocks": tuple(b.model_copy(update={"normalization": block}) for b in network.blocks),
            "dense": tuple(d.model_copy(update={"normalization": dense}) for d in network.dense),
        }
    )


def _of_networks(
    question: Question, base: RunConfig, without: ArchitectureConfig, on: ArchitectureConfig
) -> StudyConfig:
    variants = [
        Variant(name=name, changes={"architecture": network.model_dump(mode="json")})
        for name, network in (("Without", without), ("With", on))
    ]
    return _study(question.title, question.words, base, variants)


_SHIFTS = AugmentationConfig(width_shift=0.1, height_shift=0.1)
_OPEN: Final = Question(
    "constant-against-cyclical-2018",
    "Constant against cyclical rates, as in 2018",
    "The 2018 write-up's open question: on CIFAR-10, are rates that cycle between 0.0001 and 0.006 "
    "better than its control run, whose rate only falls?",
    _write_up_against_cyclical,
)
_SCHEDULE: Final = Question(
    "constant-against-cyclical",
    "Constant against cyclical rates",
    "Is a rate that goes up and down between a quarter of the draft's and the draft's own better "
    "than one that stays?",
    _constant_against_cyclical,
)
_AUGMENTATION: Final = Question(
    "augmentation",
    "With and without augmentation",
    "Does changing the images at random help on images that the network has not seen? The draft's "
    "own augmentation, or shifts of a tenth where it has none.",
    _augmentation,
)
_DROPOUT: Final = Question(
    "dropout",
    "With and without dropout",
    "Does leaving units out at random help? The draft's own dropout, or a quarter after blocks and "
    "a half after dense layers where it has none.",
    _dropout,
)
_NORMALIZATION: Final = Question(
    "batch-normalization",
    "With and without batch normalization",
    "Does batch normalization help, as the draft has it, or before each activation of a block "
    "where it has none?",
    _normalization,
)
_K_FOLDS: Final = Question(
    "folds",
    f"{_FOLDS} folds",
    f"How good is the draft, whichever images it is validated on? The training images are divided "
    f"into {_FOLDS} parts; each validates once what was trained on the others.",
    _folds,
)
QUESTIONS: Final[dict[str, Question]] = {
    question.name: question
    for question in (_SCHEDULE, _AUGMENTATION, _DROPOUT, _NORMALIZATION, _K_FOLDS, _OPEN)
}


@dataclass(frozen=True)
class Factor:
    """A field that a study of one's own may vary."""

    path: str  # dotted, as apply_changes takes it
    title: str
    choices: tuple[str, ...] = ()  # empty where any number goes


FACTORS: Final = (
    Factor("schedule.learning_rate", "Learning rate"),
    Factor("training.batch_size", "Batch size"),
    Factor("training.epochs", "Epochs"),
    Factor("optimizer.kind", "Optimizer", ("sgd", "adam", "adamw", "rmsprop", "lion", "muon")),
    Factor(
        "schedule.kind",
        "Schedule",
        ("constant", "one_cycle", "cosine", "cyclical", "step", "exponential", "trapezoid"),
    ),
    Factor("architecture", "Network", tuple(PRESETS)),
    Factor("architecture.activation", "Activation", ("relu", "leaky_relu", "gelu", "silu", "elu")),
    Factor("training.label_smoothing", "Label smoothing"),
    Factor("augmentation.rotation", "Rotation"),
    Factor("augmentation.mixup", "Mixup"),
    Factor("augmentation.erasing", "Random erasing"),
    Factor("dataset.limit", "Training images"),
    Factor("training.precision", "Precision", ("float32", "mixed_bfloat16")),
)


def read_values(text: str) -> list[float]:
    """ "0.001, 0.003; 0.01" -> its numbers.

    Raises:
        ConfigError: one of them is no number, or there are fewer than two.
    """
    written = text.replace(";", ",").replace("\n", ",").split(",")
    values = [_number(one.strip()) for one in written if one.strip()]
    if len(values) < 2:
        raise ConfigError("A study compares two values at least.", "Write 0.001, 0.003, say.")
    return values


def _number(text: str) -> float:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if type(value) not in (int, float):
        raise ConfigError(f"{text[:40]!r} is no number.", "Write numbers with commas between them.")
    return value


def vary(base: RunConfig, factor: Factor, values: Sequence[Any]) -> StudyConfig:
    """A study whose variants are a configuration with each of these values of one field.

    Raises:
        ConfigError: a value that the field cannot have, two that are alike, or too many.
    """
    variants = []
    for value in values:
        shown = learning_rate(value) if isinstance(value, float) else str(value)
        variants.append(
            {"name": f"{factor.title} {shown}", "changes": _changes(base, factor, value)}
        )
    return parse_study(
        {
            "title": f"{factor.title}: {', '.join(str(value) for value in values)}"[:100],
            "question": f"Which {factor.title.lower()} is best for the draft?",
            "base": base.model_dump(mode="json"),
            "variants": variants,
            "seeds": list(_SEEDS),
        }
    )


def _changes(base: RunConfig, factor: Factor, value: Any) -> dict[str, Any]:
    if factor.path != "architecture":
        return {factor.path: value}
    return network_changes(base, PRESETS[value].architecture)
