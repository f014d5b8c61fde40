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
_VERSIONS = 8


def show(draft: RunConfig, plan: Preflight) -> None:
    st.caption(
        "Small random changes make every training image look new each time, so that the network "
        "learns what matters. Validation and test images are never changed."
    )
    controls, preview = st.columns([1, 1], gap="large")
    with controls:
        _controls(draft, Form(draft))
    with preview:
        _preview(draft)


def _controls(draft: RunConfig, form: Form) -> None:
    left, right = st.columns(2)
    with left:
        form.toggle("Flip left and right", "augmentation.horizontal_flip")
        form.slider("Shift sideways", "augmentation.width_shift", 0.0, 0.5, 0.01, format="percent")
        form.slider("Rotation", "augmentation.rotation", 0.0, 180.0, 1.0, format="%g°")
        form.slider("Shear", "augmentation.shear", 0.0, 45.0, 0.1, format="%g°")
    with right:
        form.toggle("Flip upside down", "augmentation.vertical_flip")
        form.slider("Shift up, down", "augmentation.height_shift", 0.0, 0.5, 0.01, format="percent")
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


def _preview(draft: RunConfig) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Reshuffle",
            icon=":material/shuffle:",
            key="reshuffle_augmentation",
            on_click=state.reshuffle,
            args=("augmentation",),
        )
        st.button(
            "Another image",
            icon=":material/image:",
            key="another_image",
            on_click=state.reshuffle,
            args=("augmentation_image",),
        )
    if not datasets.ensure(draft.dataset, "augmentation"):
        return
    choice, seed = state.shuffles("augmentation_image"), state.shuffles("augmentation")
    if "tensorflow" in sys.modules:
        shown = cache.augmented(draft, choice, seed, _VERSIONS)
    else:
        with st.spinner("Loading TensorFlow…"):
            shown = cache.augmented(draft, choice, seed, _VERSIONS)
    name = cache.dataset(draft.dataset).classes[shown.label]
    original = image_grid.Tile(shown.original, f"{name}, the original")
    versions = [
        image_grid.Tile(version, f"{name}, version {number}")
        for number, version in enumerate(shown.versions, start=1)
    ]
    left, right = st.columns([1, 3])
    with left:
        image_grid.show_groups([image_grid.Group("Original", [original])], "original")
        st.caption(as_is(name))
    with right:
        image_grid.show_groups([image_grid.Group("As training sees it", versions, 4)], "augmented")
    if not draft.augmentation.active:
        st.info("Nothing is switched on: training sees the originals.", icon=":material/info:")
