"""Steps back and forward through what the draft's network was, in this session.

Whatever changed it is a step: a field, a preset, a mend, a recipe, another tab. Knows nothing of
networks but that two can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.config import ArchitectureConfig, FineTuningConfig, RunConfig, network_changes
from pages.design.network.fields import WHOLE
from pages.session import state
from pages.widgets.form import edit

_NAME = "network_history"
_MOST_STEPS = 100


@dataclass(frozen=True)
class _Step:
    """A network, and what of a draft goes where another one is chosen."""

    architecture: ArchitectureConfig
    fine_tuning: FineTuningConfig | None
    title: str

    def is_same_network(self, other: _Step) -> bool:
        """They differ in the name at most."""
        named = self.architecture.model_copy(update={"name": other.architecture.name})
        return named == other.architecture


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
    elif found.now.is_same_network(now):
        state.remember(_NAME, replace(found, now=now))  # saved under a name: no step
    else:
        past = (*found.past, found.now)[-_MOST_STEPS:]
        state.remember(_NAME, _History(found.draft, now, past))


def steps() -> tuple[int, int]:
    """How many steps there are back, and forward."""
    found = _history()
    return (len(found.past), len(found.undone)) if found else (0, 0)


def undo() -> None:
    note(state.current_draft())  # another tab may have changed it since it was shown
    found = _history()
    if found and found.past:
        *past, before = found.past
        _go(_History(found.draft, before, tuple(past), (*found.undone, found.now)))


def redo() -> None:
    note(state.current_draft())
    found = _history()
    if found and found.undone:
        *undone, after = found.undone
        _go(_History(found.draft, after, (*found.past, found.now), tuple(undone)))


def _go(history: _History) -> None:
    """What was typed since stays: only what the other network took away comes back with this."""
    draft, step = state.current_draft(), history.now
    changes = network_changes(draft, step.architecture)
    if step.fine_tuning and step.architecture.base and draft.training.fine_tuning is None:
        changes["training.fine_tuning"] = _within(draft.training.epochs, step.fine_tuning)
    edit(changes | {"title": draft.title or step.title}, WHOLE)
    if state.current_draft().architecture == step.architecture:  # else it could not be written
        state.remember(_NAME, history)


def _within(epochs: int, tuning: FineTuningConfig) -> dict[str, Any] | None:
    """It as JSON, begun sooner where the run has become shorter; None where it has one epoch."""
    frozen = tuning.frozen_epochs if tuning.frozen_epochs < epochs else epochs // 2
    return tuning.model_dump(mode="json") | {"frozen_epochs": frozen} if frozen else None


def _step(draft: RunConfig) -> _Step:
    return _Step(draft.architecture, draft.training.fine_tuning, draft.title)


def _history() -> _History | None:
    found: Any = state.remembered(_NAME)
    return found if isinstance(found, _History) else None
