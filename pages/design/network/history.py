"""Steps back and forward through what the draft's network was, in this session.

Whatever changed it is a step: a field, a preset, a mend, a recipe. Knows nothing of networks but
that two can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.config import ArchitectureConfig, network_changes
from pages.session import state
from pages.widgets.form import edit

_NAME = "network_history"
_MOST_STEPS = 100


@dataclass(frozen=True)
class _History:
    """What was before and what was undone, the latest last."""

    draft: str
    now: ArchitectureConfig
    past: tuple[ArchitectureConfig, ...] = ()
    undone: tuple[ArchitectureConfig, ...] = ()


def note(architecture: ArchitectureConfig) -> None:
    """What the network is; called whenever it is shown."""
    found, draft = _history(), state.draft_id()
    if found is None or found.draft != draft:
        state.remember(_NAME, _History(draft, architecture))
    elif found.now.model_copy(update={"name": architecture.name}) == architecture:
        state.remember(_NAME, replace(found, now=architecture))  # saved under a name: no step
    else:
        past = (*found.past, found.now)[-_MOST_STEPS:]
        state.remember(_NAME, _History(draft, architecture, past))


def steps() -> tuple[int, int]:
    """How many steps there are back, and forward."""
    found = _history()
    return (len(found.past), len(found.undone)) if found else (0, 0)


def undo() -> None:
    found = _history()
    if found and found.past:
        *past, before = found.past
        _go(_History(found.draft, before, tuple(past), (*found.undone, found.now)))


def redo() -> None:
    found = _history()
    if found and found.undone:
        *undone, after = found.undone
        _go(_History(found.draft, after, (*found.past, found.now), tuple(undone)))


def _go(history: _History) -> None:
    edit(network_changes(state.current_draft(), history.now))
    state.remember(_NAME, history)


def _history() -> _History | None:
    found: Any = state.remembered(_NAME)
    return found if isinstance(found, _History) else None
