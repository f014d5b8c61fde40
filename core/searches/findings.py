"""What a search came to: the best trial, how it got there, and what to make of it, in sentences.

Only validation images are asked; the test images tell nothing before a study has compared. Reads
no run: all is in the trials. Loads no Optuna. Knows nothing of how it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.analysis.coordinates import Axis
from core.errors import ConfigError
from core.notation import duration, percent
from core.searches.dimension import as_text, in_words
from core.searches.search import SearchConfig
from core.searches.trials import SearchTrial, TrialState, best_of, is_over, spent
from core.studies import StudyConfig, parse_study
from core.studies.study import changes_between

_STUDY_SEEDS = 3


class Step(NamedTuple):
    """The best accuracy once a trial had ended; as core.figures.searches draws it."""

    trial: int  # its number
    seconds: float  # that all trials had trained by then
    accuracy: float | None  # its own, on validation images
    best: float | None  # of it and those before it
    early: bool  # it was stopped, because it was behind


class Coordinates(NamedTuple):
    """The trials that came to an accuracy, as core.figures.searches draws them."""

    axes: tuple[Axis, ...]  # one a dimension
    accuracies: tuple[float, ...]  # on validation images
    numbers: tuple[int, ...]  # of the trials


@dataclass(frozen=True)
class SearchFindings:
    """What a search came to so far."""

    best: SearchTrial | None
    steps: tuple[Step, ...]  # one a trial that has ended
    sentences: tuple[str, ...]  # the best first, then what to think of it
    seconds: float  # that its trials have trained, the open one's with them
    ended: int  # trials
    over: bool  # nothing is left to do

    def to_dict(self) -> dict[str, Any]:
        """As JSON: what is not known is null."""
        return {
            "best": self.best.model_dump(mode="json") if self.best is not None else None,
            "sentences": list(self.sentences),
            "seconds": self.seconds,
            "ended": self.ended,
            "over": self.over,
            "best_so_far": [
                {"trial": step.trial, "seconds": step.seconds, "accuracy": step.best}
                for step in self.steps
            ],
        }


def findings(search: SearchConfig, trials: Sequence[SearchTrial]) -> SearchFindings:
    """What the trials of a search came to."""
    ended = [trial for trial in trials if trial.ended]
    over = is_over(search, trials)
    return SearchFindings(
        best=best_of(trials),
        steps=_steps(ended),
        sentences=_sentences(search, ended, over),
        seconds=spent(trials),
        ended=len(ended),
        over=over,
    )


def _steps(ended: Sequence[SearchTrial]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for place, trial in enumerate(ended, 1):
        best = best_of(ended[:place])
        reached = best.accuracy if best is not None else None
        early = trial.state is TrialState.PRUNED
        steps.append(Step(trial.number, spent(ended[:place]), trial.accuracy, reached, early))
    return tuple(steps)


def _sentences(search: SearchConfig, ended: Sequence[SearchTrial], over: bool) -> tuple[str, ...]:
    best = best_of(ended)
    if best is None:
        return (f"No trial of {len(ended)} has come to an accuracy.",) if ended else ()
    said = [
        f"{'Best' if over else 'Best so far'}: {percent(best.accuracy)} validation accuracy with "
        f"{search.in_words(best.values)} (trial {best.number} of {len(ended)}, "
        f"{duration(spent(ended))} of training)."
    ]
    if (others := _how_others_ended(ended)) is not None:
        said.append(others)
    judged = sum(trial.accuracy is not None for trial in ended)
    if judged > 1:
        said.append(
            f"The best of {judged} is flattered by being chosen: a share of its lead is luck with "
            "these validation images and this seed. A study of it against the base, with several "
            "seeds and the test images, tells what remains."
        )
    return tuple(said)


def _how_others_ended(ended: Sequence[SearchTrial]) -> str | None:
    """ "5 trials were stopped early, 1 lost its loss"; None where all were trained to the end."""
    number = Counter(trial.state for trial in ended)
    words = {
        TrialState.PRUNED: ("was stopped early", "were stopped early"),
        TrialState.LOST: ("lost its loss", "lost their loss"),
        TrialState.FAILED: ("failed", "failed"),
    }
    said = [
        f"{number[state]} {one if number[state] == 1 else several}"
        for state, (one, several) in words.items()
        if number[state]
    ]
    if not said:
        return None
    first, *rest = said
    count, _, verb = first.partition(" ")
    named = f"{'One trial' if count == '1' else f'{count} trials'} {verb}"
    return f"{', '.join([named, *rest])}."


def coordinates(search: SearchConfig, trials: Sequence[SearchTrial]) -> Coordinates:
    """Where each trial that came to an accuracy stands on each dimension."""
    judged = [trial for trial in trials if trial.ended and trial.accuracy is not None]
    accuracies = tuple(trial.accuracy or 0.0 for trial in judged)
    return Coordinates(_axes(search, judged), accuracies, tuple(trial.number for trial in judged))


def _axes(search: SearchConfig, trials: Sequence[SearchTrial]) -> tuple[Axis, ...]:
    found = []
    for name, dimension in search.space.items():
        values = [trial.values.get(name) for trial in trials]
        title = search.titles[name]
        if dimension.choices is None:
            (low, high), places = dimension.ends, tuple(_number(value) for value in values)
            found.append(Axis(title, places, low, high, log=dimension.log))
            continue
        keys = [as_text(choice) for choice in dimension.choices]
        places = tuple(
            float(keys.index(key)) if key in keys else 0.0 for key in map(as_text, values)
        )
        names = tuple(in_words(choice) for choice in dimension.choices)
        found.append(Axis(title, places, 0.0, len(keys) - 1.0, names=names))
    return tuple(found)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def study_of_best(search: SearchConfig, trials: Sequence[SearchTrial]) -> StudyConfig:
    """The study that tells what the best trial is worth: it against the base, with other seeds.

    Raises:
        ConfigError: there is no best yet, or it is the base itself.
    """
    best = best_of(trials)
    if best is None:
        raise ConfigError("No trial has come to an accuracy yet.", "Wait until one has ended.")
    changes = changes_between(search.base, search.config_of(best.number, best.values))
    if not changes:
        raise ConfigError("The best trial trains as the base does; there is nothing to compare.")
    # The search chose with the base's own seed, which would flatter the best once more.
    seeds = [seed for seed in range(_STUDY_SEEDS + 1) if seed != search.base.training.seed]
    return parse_study(
        {
            "title": f"Best of {search.title}"[:100],
            "question": f"Is {search.in_words(best.values)} better than the base?"[:600],
            "base": search.base.model_dump(mode="json"),
            "variants": [
                {"name": "Base", "changes": {}},
                {"name": f"Trial {best.number}", "changes": changes},
            ],
            "seeds": seeds[:_STUDY_SEEDS],
        }
    )
