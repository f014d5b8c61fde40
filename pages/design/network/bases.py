"""Networks trained by others, of which all but the last layers are taken: cards, and what is said
of the one in the draft in place of the blocks' editor."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.config import BASES, WITH_BASES, ArchitectureConfig, Base, RunConfig
from core.data.pretrained import weights_state
from core.jobs.preflight import Preflight
from pages.design import cards
from pages.design.network.presets import network_card, take
from pages.session import state
from pages.widgets.download.weights import offer_weights
from pages.widgets.form import edit
from pages.widgets.text import as_is, format_bytes, format_count

_POPOVER = "bases"
_PHOTOS = (224, 224, 3), 10  # what it is drawn on where no images are chosen
_BETTER, _GOOD = 96, 160  # pixels, of real photos
_TRAINED_ON = "Trained on ImageNet, 1.3 million photos of 224 × 224 pixels in 1,000 classes."


def show(draft: RunConfig, plan: Preflight) -> None:
    """A button whose cards open on demand: beside the presets, the editor has to be in sight."""
    chosen = draft.architecture.base is not None
    with st.popover(
        "Trained by others",
        icon=":material/check_circle:" if chosen else ":material/school:",
        on_change="rerun",
        key=_POPOVER,
    ):
        st.markdown(
            "**Transfer learning**: these have learned of photos in general, from ImageNet. That "
            "is taken over and a new head learns from your images, of which few are then enough."
        )
        taken = {name: _network(base, draft) for name, base in BASES.items()}
        shown = [_card(base, taken[name], draft, plan) for name, base in BASES.items()]
        cards.row(shown, "base", _take, across=2, wrap=True)


def _take(name: str) -> None:
    take(_network(BASES[name], state.current_draft()))  # its head may be another by now
    state.close(_POPOVER)


def _network(base: Base, draft: RunConfig) -> ArchitectureConfig:
    """The base with a plain head."""
    return draft.architecture if draft.architecture.base == base.name else WITH_BASES[base.name]


def _card(base: Base, network: ArchitectureConfig, draft: RunConfig, plan: Preflight) -> cards.Card:
    card = network_card(base.name, as_is(base.title), network, _PHOTOS, draft, plan)
    here = weights_state(base) == "ready"
    got = ":material/check: Ready on this machine" if here else ":material/download: Download, "
    state = got if here else f"{got}{format_bytes(base.size)}"
    numbers = f"{format_count(base.parameters)} parameters in the base. "
    return replace(card, lines=(*card.lines, state), help=f"{base.description} {numbers}")


def panel(base: Base, draft: RunConfig, plan: Preflight) -> None:
    """What the draft's base is, and what of it trains."""
    if plan.missing_base is not None:
        offer_weights(plan.missing_base, "design")
    with st.container(border=True, key="base_panel"):
        st.markdown(f"**{as_is(base.title)}** · {as_is(base.description)}")
        st.caption(f"{_TRAINED_ON} {_frozen(base, draft)} {_pixels(plan)}")
        _size(plan)


def _frozen(base: Base, draft: RunConfig) -> str:
    many = format_count(base.parameters)
    fine_tuning = draft.training.fine_tuning
    if fine_tuning is None:
        return f"Its {many} parameters stay as they are; Training can fine-tune them."
    fixed, epochs = format_count(base.parameters - base.trained_on), fine_tuning.frozen_epochs
    after = f"{format_count(epochs)} epoch{'s' if epochs > 1 else ''}"
    return (
        f"Its {many} parameters stay as they are for {after}, then they train, too, but for "
        f"{fixed} of batch normalization."
    )


def _pixels(plan: Preflight) -> str:
    grey = plan.input_shape is not None and plan.input_shape[2] == 1
    copied = " Grey images stand for red, green and blue alike." if grey else ""
    return f"It prepares pixel values in its own way.{copied}"


def _size(plan: Preflight) -> None:
    """Larger images, where they are small for a network that learned from photos."""
    if plan.input_shape is None or min(plan.input_shape[:2]) >= _BETTER:
        return
    height, width, _ = plan.input_shape
    words = f"Of images of {height} × {width} its last maps are very small. Photos do better at "
    st.caption(f"{words}{_BETTER} or {_GOOD} pixels, which take longer.")
    with st.container(horizontal=True, gap="small"):
        for side in (_BETTER, _GOOD):
            st.button(
                f"Resize to {side} × {side}",
                icon=":material/photo_size_select_large:",
                key=f"resize_{side}",
                on_click=edit,
                args=({"dataset.image_size": [side, side]},),
            )
