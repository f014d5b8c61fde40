"""Steps back and forward through what the draft's network was, in this session.

Whatever changed it is a step: a field, a preset, a mend, a recipe, another tab. So is another size
of its images, which may be what mends it. Knows nothing of networks but that two can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.config import (
    ArchitectureConfig,
    DatasetConfig,
    FineTuningConfig,
    RunConfig,
    network_changes,
)
from pages.design.network.fields import WHOLE
from pages.session import state
from pages.widgets.form import edit

_NAME = "network_history"
_MOST_STEPS = 100


@dataclass(frozen=True)
class _Step:
    """A network and its images, and what of a draft goes where another network is chosen."""

    architecture: ArchitectureConfig
    images: DatasetConfig
    fine_tuning: FineTuningConfig | None
    title: str
    took: str = ""  # the title that went when this network came

    def is_same(self, other: _Step) -> bool:
        """The networks differ in the name at most, and the same images have the same size."""
        named = self.architecture.model_copy(update={"name": other.architecture.name})
        resized = self.images.image_size != other.images.image_size
        return named == other.architecture and not (resized and self.has_images_of(other.images))

    def has_images_of(self, images: DatasetConfig) -> bool:
        """Of the same set: sizes of two sets have nothing to do with each other."""
        return self.images.name == images.name


@dataclass(frozen=True)
class _History:
    """What was before and what was undone, the latest last."""

    draft: str
    now: _Step
    past: tuple[_Step, ...] = ()
    undone: tuple[_Step, ...] = ()


def note(draft: RunConfig) -> None:
    """What the network is; called whenever it is shown."""
    found, now = _history(), _step(draft)
    if found is None or found.draft != state.draft_id():
        state.remember(_NAME, _History(state.draft_id(), now))
    elif found.now.is_same(now):
        took = "" if now.title else found.now.took  # another was given since
        state.remember(_NAME, replace(found, now=replace(now, took=took)))
    else:
        past = (*found.past, found.now)[-_MOST_STEPS:]
        took = "" if now.title else found.now.title
        state.remember(_NAME, _History(found.draft, replace(now, took=took), past))


def steps() -> tuple[int, int]:
    """How many steps there are back, and forward."""
    found = _history()
    return (len(found.past), len(found.undone)) if found else (0, 0)


def undo() -> None:
    note(state.current_draft())  # another tab may have changed it since it was shown
    found = _history()
    if found and found.past:
        *past, before = found.past
        history = _History(found.draft, before, tuple(past), (*found.undone, found.now))
        _go(history, found.now.took)


def redo() -> None:
    note(state.current_draft())
    found = _history()
    if found and found.undone:
        *undone, after = found.undone
        _go(_History(found.draft, after, (*found.past, found.now), tuple(undone)))


def _go(history: _History, title: str = "") -> None:
    """What was changed since stays: only what the network that is left took comes back.

    Args:
        title: that it took.
    """
    draft, step = state.current_draft(), history.now
    changes = network_changes(draft, step.architecture)
    if step.fine_tuning is not None and draft.architecture.base is None:
        tuning = step.fine_tuning.within(draft.training.epochs)
        changes["training.fine_tuning"] = tuning and tuning.model_dump(mode="json")
    if step.has_images_of(draft.dataset):
        changes["dataset.image_size"] = step.images.image_size
    edit(changes | {"title": draft.title or title}, WHOLE)
    if _step(state.current_draft()).is_same(step):  # else it could not be written
        state.remember(_NAME, history)


def _step(draft: RunConfig) -> _Step:
    return _Step(draft.architecture, draft.dataset, draft.training.fine_tuning, draft.title)


def _history() -> _History | None:
    found: Any = state.remembered(_NAME)
    return found if isinstance(found, _History) else None
