"""Data of the draft: which images, at which size, how many, and how they are divided."""

from __future__ import annotations

import streamlit as st

from core.config import BASES, RunConfig
from core.data.catalog import find_dataset, list_datasets
from core.errors import ConfigError, DatasetError
from core.jobs.preflight import Preflight
from core.recipes import RECIPES
from pages.session import address, state
from pages.session.division import divided
from pages.widgets import datasets, page
from pages.widgets.form import Form, edit
from pages.widgets.text import as_is, format_count

_SPLITS = {
    "auto": "Automatic: the set's own, else a share of each class",
    "stratified": "A share of each class",
    "fold": "One of k folds",
    "first-n": "The first images",
    "none": "None: validate on the test images",
}
_FITS = {
    "crop": "Crop the middle",
    "pad": "Pad with black",
    "squash": "Squash",
}
_INTERPOLATIONS = {
    "bilinear": "Bilinear",
    "bicubic": "Bicubic",
    "nearest": "Nearest neighbour",
}
_FIT_HELP = (
    "How photos of any size become those that the network sees: your own images and the photos "
    "that you let it classify, both in the same way."
)
_PREPROCESSING = {
    "rescale": "Divide by 255",
    "standardize": "Standardize each colour channel",
    "samplewise": "Standardize each image",
}
_PREPROCESSING_HELP = (
    "Done inside the network, so that it always gets plain pixels. Dividing by 255 brings them "
    "between 0 and 1. Standardizing a channel uses the training images' mean and deviation; "
    "standardizing an image uses its own."
)


def show(draft: RunConfig, plan: Preflight) -> None:
    form = Form(draft)
    left, right = st.columns(2, gap="large")
    with left:
        _images(draft, form)
    with right:
        _split(draft, form)


def _images(draft: RunConfig, form: Form) -> None:
    infos = {info.name: info for info in list_datasets()}
    labels = datasets.labels(infos.values())
    form.choice("Data set", "dataset.name", labels, on_change=_change_dataset)
    info = infos.get(draft.dataset.name)
    if info is not None:
        st.markdown(datasets.badge(info))
        st.caption(as_is(info.description))
        query = {**address.parameters(), "dataset": info.name}
        st.page_link(
            "pages/data/browse.py",
            label="Browse its images",
            icon=":material/photo_library:",
            query_params=query,
        )
        if info.state == "downloadable":
            datasets.offer_download(info, "design")
    _size(draft, form)
    form.integer(
        "Train on at most",
        "dataset.limit",
        10,
        10_000_000,
        step=100,
        optional="All training images",
        help="Fewer images train faster and show what little data does. Drawn evenly by class.",
    )
    base = draft.architecture.base
    if base is None:
        form.choice("Pixel values", "preprocessing", _PREPROCESSING, help=_PREPROCESSING_HELP)
    else:
        st.caption(f"Pixel values: {as_is(BASES[base].title)} prepares them in its own way.")


def _change_dataset(path: str, key: str) -> None:
    """Another set has other sizes, and the run's name may speak of the old one.

    Where the draft began as a recipe for any images, both are the recipe's, and stay.
    """
    name = state.widget_value(key)
    if name not in {info.name for info in list_datasets()}:
        return  # a label changed by a download: no choice of the person's
    draft = state.current_draft()
    begun = RECIPES.get(draft.recipe or "")
    changes = {path: name, "dataset.limit": None}
    if begun is None or not begun.any_images:
        changes |= {"dataset.image_size": None, "title": ""}
    elif draft.title != begun.title:
        changes |= {"title": ""}
    edit(changes, path)


def _size(draft: RunConfig, form: Form) -> None:
    own = _own_size(draft)
    if form.switch(
        "Resize the images",
        "dataset.image_size",
        on={"dataset.image_size": list(own)},
        off={"dataset.image_size": None},
        help=f"Off: the set's own size, {own[0]}×{own[1]} pixels.",
    ):
        high, wide = st.columns(2)
        with high:
            form.integer("Height in pixels", "dataset.image_size.0", 8, 512)
        with wide:
            form.integer("Width in pixels", "dataset.image_size.1", 8, 512)
    fit, interpolation = st.columns(2)
    with fit:
        form.choice("Photos of another shape", "dataset.fit", _FITS, help=_FIT_HELP)
    with interpolation:
        form.choice("Interpolation", "dataset.interpolation", _INTERPOLATIONS)


def _own_size(draft: RunConfig) -> tuple[int, int]:
    try:
        return find_dataset(draft.dataset.name).image_shape[:2]
    except DatasetError:
        return (32, 32)


def _split(draft: RunConfig, form: Form) -> None:
    form.choice(
        "Validation images",
        "split.method",
        _SPLITS,
        on_change=_change_split,
        help="Set aside from the training images to judge the network while it trains. "
        "The test images are never used for that.",
    )
    if draft.split.method in ("auto", "stratified"):
        form.slider("Share set aside", "split.fraction", 0.05, 0.5, 0.05, format="percent")
    if draft.split.method == "fold":
        _folds(draft, form)
    if draft.split.method == "first-n":
        form.integer("How many", "split.count", 1, 10_000_000, step=100)
    if draft.split.method != "none":
        form.integer(
            "Seed of the draw", "split.seed", 0, 2**31 - 1, help="The same seed, the same images."
        )
    else:
        st.warning(
            "The model will be chosen on test images, so its test accuracy will be too kind. "
            "Use this only to repeat a write-up that did so.",
            icon=":material/warning:",
        )
    _division(draft)


def _folds(draft: RunConfig, form: Form) -> None:
    folds, fold = st.columns(2)
    with folds:
        form.integer(
            "Folds",
            "split.folds",
            2,
            20,
            on_change=_change_split,
            help="The training images are divided into this many folds of equal size, each with "
            "every class in its proportion.",
        )
    with fold:
        form.integer(
            "Fold",
            "split.fold",
            1,
            draft.split.folds,
            counted_from=1,
            help="This one validates, the others train. Cross-validation is a run for each fold, "
            "with the same seed.",
        )


def _change_split(path: str, key: str) -> None:
    """With fewer folds than the one chosen, it is the last of them."""
    split, value = state.current_draft().split, state.widget_value(key)
    folds = value if path == "split.folds" and value else split.folds
    edit({path: value, "split.fold": min(split.fold, folds - 1)}, path)


def _division(draft: RunConfig) -> None:
    """What the split comes to, where that is known without long work."""
    try:
        found = divided(draft)
    except ConfigError as error:
        page.show_error(error)
        return
    if found is None:
        return
    with st.grid(3, min_column_width=110):
        st.metric("Train", format_count(len(found.train)), border=True)
        st.metric("Validation", format_count(len(found.validation)), border=True)
        st.metric("Test", format_count(len(found.test)), border=True)
