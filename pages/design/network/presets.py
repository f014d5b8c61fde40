"""Networks to begin with: presets and those of one's own, each as a small drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from core.config import (
    LARGEST_SIDE,
    PRESETS,
    ArchitectureConfig,
    Preset,
    RunConfig,
    network_changes,
)
from core.jobs.preflight import Preflight
from core.models.plan import smallest_side
from pages.design import cards
from pages.design.network.fields import WHOLE
from pages.session import state
from pages.session.networks import Shape, Small, own_networks, small_drawing
from pages.widgets.form import edit
from pages.widgets.text import as_is, format_count

_UNKNOWN = (32, 32, 3), 10  # what a network of one's own is drawn on where no images are chosen
_WRONG = ":material/warning: Something in it cannot work"


def show(draft: RunConfig, plan: Preflight) -> None:
    own = own_networks()
    shown = [_preset_card(preset, draft, plan) for preset in PRESETS.values()]
    shown += [_own_card(name, own[name], draft, plan) for name in own]
    taken = {preset.name: _suited(preset.architecture, plan) for preset in PRESETS.values()}
    taken |= {_key(name): _suited(network, plan) for name, network in own.items()}
    cards.row(shown, "preset", partial(_take, taken))


def _preset_card(preset: Preset, draft: RunConfig, plan: Preflight) -> cards.Card:
    """The preset as it would be on the draft's images, else on those that it was made for."""
    made_for = preset.input_shape, preset.classes
    found = network_card(preset.name, preset.title, preset.architecture, made_for, draft, plan)
    own = " × ".join(str(n) for n in preset.input_shape)
    about = f"Made for images of {own} and {preset.classes} classes, with "
    about = f"{preset.description} {about}{format_count(preset.parameters)} parameters."
    return replace(found, help=about)


def _own_card(
    name: str, architecture: ArchitectureConfig, draft: RunConfig, plan: Preflight
) -> cards.Card:
    return network_card(_key(name), as_is(name), architecture, _UNKNOWN, draft, plan)


def network_card(
    key: str,
    words: str,
    architecture: ArchitectureConfig,
    made_for: tuple[Shape, int],
    draft: RunConfig,
    plan: Preflight,
) -> cards.Card:
    """A network on the draft's images where it can take them, with what it needs where not."""
    suited = _suited(architecture, plan)
    shape, classes = plan.input_shape or made_for[0], plan.num_classes or made_for[1]
    drawn = small_drawing(suited, shape, classes)
    if drawn is not None:
        line = f"{format_count(drawn.parameters)} parameters"
    else:
        drawn, line = _elsewhere(architecture, made_for, plan)
    picture = (drawn.uri,) if drawn is not None else ()  # none: saved while it did not work
    chosen = draft.architecture == suited
    return cards.Card(key, words, picture, (line,), chosen=chosen, in_draft=chosen)


def _elsewhere(
    architecture: ArchitectureConfig, made_for: tuple[Shape, int], plan: Preflight
) -> tuple[Small | None, str]:
    """One that the draft's images do not suit: on others, and why."""
    side = smallest_side(architecture)
    shape, classes = made_for
    shape = (max(shape[0], side), max(shape[1], side), shape[2])
    classes = 2 if architecture.head == "sigmoid" else classes
    small = plan.input_shape is not None and min(plan.input_shape[:2]) < side <= LARGEST_SIDE
    line = f":material/warning: Needs {side} × {side} pixels" if small else _WRONG
    return small_drawing(architecture, shape, classes), line


def _suited(architecture: ArchitectureConfig, plan: Preflight) -> ArchitectureConfig:
    """The network with a head for the draft's classes."""
    return architecture.suited_to(plan.num_classes) if plan.num_classes else architecture


def take(architecture: ArchitectureConfig) -> None:
    """Another network for the draft as it is now, which another tab may have changed.

    Nothing where it has this one: the run's name goes with another network alone.
    """
    draft = state.current_draft()
    if architecture != draft.architecture:
        edit({**network_changes(draft, architecture), "title": ""}, WHOLE)


def _take(networks: Mapping[str, ArchitectureConfig], key: str) -> None:
    """The network of a card that was clicked."""
    take(networks[key])


def _key(name: str) -> str:
    """Of a network of one's own, whose name may be anything."""
    return f"own_{name.encode().hex()}"
