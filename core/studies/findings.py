"""What a study came to: curves, numbers, differences with their intervals, a sentence for each.

What tells the variants apart is the accuracy on validation images of the weights that each run
keeps; the test images are for the report. Reads run records; knows nothing of how it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.analysis.comparison import Difference, Group, compare, interval_of_mean, sentence
from core.errors import RunError
from core.notation import percent
from core.runs import Run, Status, TrainingResult
from core.studies.record import StudyRecord, is_finished, is_lost
from core.studies.study import StudyConfig

Rows = Sequence[Mapping[str, Any]]
VALIDATION, TEST = "validation accuracy", "test accuracy"


@dataclass(frozen=True, eq=False)
class VariantFindings:
    """What one variant's runs came to, in the order of seeds or folds."""

    name: str
    repeats: tuple[int, ...]  # seeds or folds of the finished runs; the numbers below are theirs
    accuracy: np.ndarray  # (R, E) float64, on validation images; NaN where not measured
    loss: np.ndarray  # (R, E) float64, the same
    # Accuracy of the weights kept, of the finished runs. Where runs validate on test images it is
    # what they say of all of those at the end: while training they may look at a few of them, once.
    validation: Group
    test: Group  # the same on the test images
    seconds: tuple[float, ...]  # that training took, of the finished runs
    lost: int  # runs whose loss was lost

    @property
    def epochs(self) -> int:
        """Epochs judged, of all its runs together."""
        return int(np.isfinite(self.accuracy).sum())


@dataclass(frozen=True, eq=False)
class Findings:
    """What a study came to so far."""

    variants: tuple[VariantFindings, ...]
    validation: tuple[Difference, ...]  # of each variant but the first to the first
    test: tuple[Difference, ...]
    sentences: tuple[str, ...]  # what can be said, the answer first
    done: int  # runs that are finished or lost
    planned: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON: what is not known is null."""
        variants = [
            {
                "name": variant.name,
                "validation_accuracy": list(variant.validation.values),
                "test_accuracy": list(variant.test.values),
                "seconds": list(variant.seconds),
                "lost": variant.lost,
                "curves": {
                    "val_accuracy": _listed(variant.accuracy),
                    "val_loss": _listed(variant.loss),
                },
            }
            for variant in self.variants
        ]
        return {
            "done": self.done,
            "planned": self.planned,
            "sentences": list(self.sentences),
            "differences": {
                "validation_accuracy": [_plain(item) for item in self.validation],
                "test_accuracy": [_plain(item) for item in self.test],
            },
            "variants": variants,
        }


def findings(
    record: StudyRecord, study: StudyConfig, rows_of: Callable[[Run], Rows] = Run.metrics
) -> Findings:
    """Read what a study's runs came to.

    Args:
        rows_of: reads a run's metric lines; a page's reads only what is new.
    """
    progress = record.progress()
    runs = {trial: record.run_of(trial, progress) for trial in study.trials}
    statuses = {trial: run.status() for trial, run in runs.items() if run is not None}
    variants = []
    for place, variant in enumerate(study.variants):
        own = {t.repeat: (runs[t], statuses.get(t)) for t in study.trials if t.variant == place}
        variants.append(_of_variant(variant.name, own, rows_of, _on_test(study)))
    sizes = [_sizes(run) for run in runs.values() if run is not None]
    judged = max((found.get("validation", 0) for found in sizes), default=0)
    tested = max((found.get("test", 0) for found in sizes), default=0)
    validation = _compare(variants, "validation", judged, study.folds)
    test = _compare(variants, "test", tested, study.folds)
    return Findings(
        variants=tuple(variants),
        validation=validation,
        test=test,
        sentences=_sentences(study, variants, validation, judged),
        done=sum(is_finished(status) or is_lost(status) for status in statuses.values()),
        planned=len(study.trials),
    )


def _of_variant(
    name: str,
    runs: Mapping[int, tuple[Run | None, Status | None]],
    rows_of: Callable[[Run], Rows],
    on_test: bool,
) -> VariantFindings:
    epochs = {
        repeat: epoch_lines(rows_of(run)) if run is not None else []
        for repeat, (run, _) in runs.items()
    }
    kept: dict[int, tuple[float, TrainingResult]] = {}
    for repeat, (_, status) in runs.items():
        result = status.training_result if status is not None and is_finished(status) else None
        value = kept_accuracy(result, epochs[repeat]) if result is not None else None
        if on_test and value is not None and result is not None:
            value = result.test_accuracy
        if result is not None and value is not None:  # else it tells nothing
            kept[repeat] = value, result
    return VariantFindings(
        name=name,
        repeats=tuple(kept),
        accuracy=_table(list(epochs.values()), "val_accuracy"),
        loss=_table(list(epochs.values()), "val_loss"),
        validation=Group(name, tuple(value for value, _ in kept.values())),
        test=Group(name, tuple(result.test_accuracy for _, result in kept.values())),
        seconds=tuple(result.seconds for _, result in kept.values()),
        lost=sum(status is not None and is_lost(status) for _, status in runs.values()),
    )


def epoch_lines(rows: Rows) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["kind"] == "epoch"]


def kept_accuracy(result: TrainingResult, lines: Sequence[Mapping[str, Any]]) -> float | None:
    """Validation accuracy of the weights that the run keeps."""
    by_epoch = {round(line["epoch"]): line.get("val_accuracy") for line in lines}
    last = max(by_epoch, default=0)
    return by_epoch.get(result.best_epoch or last)


def _table(epochs: Sequence[Sequence[Mapping[str, Any]]], figure: str) -> np.ndarray:
    """(R, E) float64; E is that of the longest run, at least 1."""
    longest = max((round(line["epoch"]) for lines in epochs for line in lines), default=0)
    table = np.full((len(epochs), max(longest, 1)), np.nan)
    for row, lines in enumerate(epochs):
        for line in lines:
            value = line.get(figure)
            if value is not None and round(line["epoch"]) >= 1:
                table[row, round(line["epoch"]) - 1] = value
    return table


def _compare(
    variants: Sequence[VariantFindings], figure: str, images: int, folds: int | None
) -> tuple[Difference, ...]:
    """Nothing where a variant has no finished run yet."""
    groups: list[Group] = [getattr(variant, figure) for variant in variants]
    if len(groups) < 2 or not all(group.values for group in groups):
        return ()
    resolution = 1.0 / images if images else 0.0
    if folds is None:
        return tuple(compare(groups, resolution=resolution))
    # Of folds pairs are compared: those that every variant has finished.
    shared = set.intersection(*(set(variant.repeats) for variant in variants))
    pairs = [
        Group(g.name, tuple(x for r, x in zip(v.repeats, g.values, strict=True) if r in shared))
        for v, g in zip(variants, groups, strict=True)
    ]
    if not shared:
        return ()
    return tuple(compare(pairs, resolution=resolution, judged_share=1.0 / (folds - 1)))


def _sentences(
    study: StudyConfig,
    variants: Sequence[VariantFindings],
    differences: Sequence[Difference],
    judged: int,
) -> tuple[str, ...]:
    measure = TEST if _on_test(study) else VALIDATION
    said = [sentence(difference, measure) for difference in differences]
    if len(variants) == 1:
        said = _of_one(study, variants[0], measure, judged)
    for variant in variants:
        if variant.lost:
            runs = "One run" if variant.lost == 1 else f"{variant.lost} runs"
            said.append(f"{runs} of {variant.name} lost the loss and tells nothing more.")
    return tuple(said)


def _on_test(study: StudyConfig) -> bool:
    """Its runs validate on test images; a fold is of the training images whatever the base does."""
    return study.base.validates_on_test and study.folds is None


def _of_one(study: StudyConfig, variant: VariantFindings, measure: str, judged: int) -> list[str]:
    values = variant.validation.values
    if not values:
        return []
    mean = float(np.mean(values))
    several = f"{len(values)} {study.unit}{'s' if len(values) > 1 else ''}"
    if len(values) < 2:
        return [f"{variant.name} reaches {percent(mean, 2)} {measure} with {several}."]
    share = 1.0 / (study.folds - 1) if study.folds is not None else None
    low, high = interval_of_mean(
        variant.validation, resolution=1.0 / judged if judged else 0.0, judged_share=share
    )
    return [
        f"{variant.name} reaches {percent(mean, 2)} {measure}, the mean of {several} (95 % "
        f"interval {percent(max(low, 0.0), 2)} to {percent(min(high, 1.0), 2)}; lowest "
        f"{percent(min(values), 2)}, highest {percent(max(values), 2)})."
    ]


def _sizes(run: Run) -> dict[str, int]:
    """Images by split; nothing where it has not loaded its data yet."""
    try:
        return run.dataset().sizes
    except RunError:
        return {}


def _listed(table: np.ndarray) -> list[list[float | None]]:
    return [[None if np.isnan(value) else float(value) for value in row] for row in table]


def _plain(difference: Difference) -> dict[str, Any]:
    found = asdict(difference)
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value
        for key, value in found.items()
    }
