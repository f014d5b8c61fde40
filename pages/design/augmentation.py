"""Augmentation of the draft, and what it does to a real sample.

The preview is made by the function that training uses, and so needs TensorFlow, which is
loaded when this tab is first shown.
"""

from __future__ import annotations

import sys

import streamlit as st

from core.config import AugmentationConfig, RunConfig
from core.jobs.preflight import Preflight
from pages.session import cache, state
from pages.widgets import datasets, image_grid
from pages.widgets.form import Form, edit
from pages.widgets.text import as_is

_FILLS = {
    "nearest": "Repeat the edge",
    "reflect": "Mirror the image",
    "constant": "Black",
    "wrap": "The opposite side",
}
_ACROSS = 4
_VERSIONS = 11  # with the original three rows
_WHY = (
    "Small random changes make every training image look new each time, so that the network "
    "learns what matters. Validation and test images are never changed."
)
# The first of the grid, and no wider than lets all rows be seen at once.
_ORIGINAL = """<style>
.st-key-augmented {max-width:min(100%, calc(100vh - 240px) * 4 / 3)}
.st-key-augmented .cs-grid > :first-child {outline:3px solid #E69F00; outline-offset:-3px}
</style>"""


def show(draft: RunConfig, plan: Preflight) -> None:
    controls, preview = st.columns([2, 5], gap="medium")
    with controls:
        _buttons()
        _controls(draft, Form(draft))
    with preview:
        _preview(draft)


def _controls(draft: RunConfig, form: Form) -> None:
    form.toggle("Flip left and right", "augmentation.horizontal_flip")
    form.slider("Shift sideways", "augmentation.width_shift", 0.0, 0.5, 0.01, format="percent")
    form.slider("Shift up, down", "augmentation.height_shift", 0.0, 0.5, 0.01, format="percent")
    form.slider("Rotation", "augmentation.rotation", 0.0, 180.0, 1.0, format="%g°")
    form.slider("Zoom", "augmentation.zoom", 0.0, 0.9, 0.01, format="percent")
    form.slider("Brightness", "augmentation.brightness", 0.0, 1.0, 0.01, format="percent")
    with st.expander("More", icon=":material/more_horiz:", key="more_augmentation"):
        _more(draft, form)
    if draft.augmentation.active:
        st.button(
            "Switch all off",
            icon=":material/close:",
            key="augmentation_off",
            on_click=edit,
            args=({"augmentation": AugmentationConfig().model_dump(mode="json")},),
        )


def _more(draft: RunConfig, form: Form) -> None:
    _more_flips(draft, form)
    form.slider("Shear", "augmentation.shear", 0.0, 45.0, 0.1, format="%g°")
    form.slider("Contrast", "augmentation.contrast", 0.0, 1.0, 0.01, format="percent")
    form.integer(
        "Random crop: padding in pixels",
        "augmentation.crop_padding",
        0,
        64,
        help="The image is padded by so much on every side, then cut back at a random place.",
    )
    form.slider(
        "Random erasing: chance",
        "augmentation.erasing",
        0.0,
        1.0,
        0.05,
        format="percent",
        help="Hides a random rectangle.",
    )
    form.number(
        "Mixup: alpha",
        "augmentation.mixup",
        0.0,
        10.0,
        0.1,
        help="Blends two images and their labels. 0.2 is usual; 0 is off.",
    )
    form.number(
        "CutMix: alpha",
        "augmentation.cutmix",
        0.0,
        10.0,
        0.1,
        help="Pastes a piece of one image into another. 1 is usual; 0 is off.",
    )
    form.choice("Fill what lies outside with", "augmentation.fill", _FILLS)
    form.toggle("Shift by whole pixels", "augmentation.whole_pixels", help="Faster and sharper.")
    form.integer(
        "Begin after epoch",
        "augmentation.start_epoch",
        0,
        10_000,
        help="Epochs before train on unchanged images.",
    )


def _more_flips(draft: RunConfig, form: Form) -> None:
    if draft.augmentation.horizontal_flip:
        form.toggle(
            "Flip by turns",
            "augmentation.alternating_flip",
            help="An image that is mirrored in one epoch is not in the next, so that two epochs "
            "show both sides of it once (Jordan 2024).",
        )
    form.toggle("Flip upside down", "augmentation.vertical_flip")


def _buttons() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Reshuffle",
            icon=":material/shuffle:",
            key="reshuffle_augmentation",
            on_click=state.reshuffle,
            args=("augmentation",),
            help="Draws other random changes of the same image.",
        )
        st.button(
            "Another image",
            icon=":material/image:",
            key="another_image",
            on_click=state.reshuffle,
            args=("augmentation_image",),
        )


def _preview(draft: RunConfig) -> None:
    if not datasets.ensure(draft.dataset, "augmentation"):
        return
    with st.container():
        choice, seed = state.shuffles("augmentation_image"), state.shuffles("augmentation")
        if "tensorflow" in sys.modules:
            shown = cache.augmented(draft, choice, seed, _VERSIONS)
        else:
            with st.spinner("Loading TensorFlow…"):
                shown = cache.augmented(draft, choice, seed, _VERSIONS)
        name = cache.dataset(draft.dataset).classes[shown.label]
        tiles = [image_grid.Tile(shown.original, f"{name}, the original")]
        tiles += [
            image_grid.Tile(version, f"{name}, version {number}")
            for number, version in enumerate(shown.versions, start=1)
        ]
        words = f"**{as_is(name)}**: the original first, then as training sees it."
        if not draft.augmentation.active:
            words += " Nothing is switched on, so that all are the same."
        st.markdown(words, help=_WHY)
        st.html(_ORIGINAL)
        with st.container(key="augmented"):
            image_grid.show_groups([image_grid.Group("", tiles, _ACROSS)], "augmented")
