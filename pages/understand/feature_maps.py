"""Feature maps: what every channel of every layer makes of one picture."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.analysis.feature_maps import tile
from core.figures.bars import top_k_figure
from core.figures.images import scale_for, to_png
from core.models.inference import class_probabilities
from core.photos.classify import top_k
from core.runs import Run
from pages.session import cache, run_list
from pages.widgets import page, photo_upload, samples
from pages.widgets.image_grid import show_image
from pages.widgets.run_picker import run_picker
from pages.widgets.text import as_is, format_count

_PER_ROW = 16  # channels a row, as in the cats-and-dogs write-up
_UNITS_PER_ROW = 64
_SHEET_WIDTH = 1600  # pixels of the sheet of channels
_SHOWN_WIDTH = 1280  # CSS pixels that a full row would have
_SEEN = {
    "Conv2D": "Each small picture is one filter's answer: bright where the pattern that the "
    "filter has learned occurs in the image.",
    "BatchNormalization": "The answers before, shifted and scaled channel by channel to a "
    "common range.",
    "FusedBatchNormalization": "The answers before, shifted and scaled channel by channel.",
    "Activation": "What stays bright is what the filter found; answers below zero are cut off "
    "or damped.",
    "ReLU": "What stays bright is what the filter found; answers below zero are cut off.",
    "MaxPooling2D": "The strongest answer of each small patch, at a lower resolution.",
    "AveragePooling2D": "The mean answer of each small patch, at a lower resolution.",
    "Maximum": "The stronger of two filters' answers at each place.",
    "Dropout": "Dropout works in training only, so this is the same as the layer before.",
    "Flatten": "All answers in one long line: place no longer counts from here on.",
    "GlobalAveragePooling2D": "One number a channel: how much of its pattern there is in all.",
    "GlobalMaxPooling2D": "One number a channel: its strongest answer anywhere.",
    "Dense": "Each cell is one unit: it weighs all numbers of the layer before.",
    "Rescaling": "The pixels, brought from 0…255 to 0…1.",
    "Normalization": "The pixels, brought to mean 0 and deviation 1 channel by channel.",
    "LayerNormalization": "The pixels of this image, brought to mean 0 and deviation 1.",
}


def main() -> None:
    page.header("Feature maps", "See what each layer of a trained network makes of a picture.")
    run = run_picker(run_list.runs("train", with_model=True), "maps_run")
    if run is None:
        page.empty_state(
            "There is no trained network to look into yet. Train one first.",
            "pages/train/train.py",
            "Go to Train",
        )
        return
    image, caption = chosen_image(run)
    if image is None:
        return
    outputs = cache.activations(run, image)
    layer, every = layer_picker(outputs)
    left, right = st.columns([1, 5], gap="medium")
    with left:
        show_image(image, width=190, caption=caption)
    with right:
        for name in outputs if every else [layer]:
            show_layer(run, name, outputs[name])


def chosen_image(run: Run) -> tuple[np.ndarray | None, str]:
    """(H, W, C) uint8 as the network sees it, and a caption; None until one is chosen."""
    source = st.segmented_control(
        "Picture",
        ["A test image", "My own picture"],
        default="A test image",
        required=True,
        label_visibility="collapsed",
        key="maps_source",
        persist_state="session",
    )
    if source == "A test image":
        position = samples.pick(run, f"maps_samples_{run.id}", default=True)
        if position is None:
            return None, ""
        image, name = samples.image_of(run, position)
        return image, f"{name} · test image {position}"
    file = st.file_uploader(f"A picture: {photo_upload.READABLE}", key="maps_file")
    if file is None:
        return None, ""
    photo = photo_upload.prepare(file, run.dataset(), "maps")
    return photo.pixels, f"{file.name}, as the network sees it"


def layer_picker(outputs: dict[str, np.ndarray]) -> tuple[str, bool]:
    """The layer to show, or whether to show them all."""
    names = list(outputs)
    first = next((i for i, name in enumerate(names) if "conv" in name), 0)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        layer = st.selectbox("Layer", names, index=first, key="layer", bind="query-params")
    with right:
        every = st.toggle("Every layer, one below the other", key="every_layer")
    return layer, every


def show_layer(run: Run, name: str, maps: np.ndarray) -> None:
    kind = type(cache.model(run).get_layer(name)).__name__
    st.markdown(f"**{as_is(name)}** &ensp; :gray[{kind} · {shape_words(maps)}]")
    st.caption(_SEEN.get(kind, "The output of this layer."))
    if name == last_layer(run):
        classes = run.dataset().classes
        guesses = top_k(class_probabilities(maps[0], len(classes))[0], classes)
        st.plotly_chart(top_k_figure(guesses), key=f"maps_top_{run.id}")
        return
    flat = maps.shape[:2] == (1, 1)
    sheet = tile(maps, per_row=_UNITS_PER_ROW if flat else _PER_ROW)
    factor = scale_for(sheet.shape[1], _SHEET_WIDTH)
    few = not flat and maps.shape[2] < _PER_ROW  # as large as they would be among others
    width = _SHOWN_WIDTH * int(maps.shape[2]) // _PER_ROW
    st.image(to_png(sheet, scale=factor), width=width if few else "stretch")


def last_layer(run: Run) -> str:
    return str(cache.model(run).layers[-1].name)


def shape_words(maps: np.ndarray) -> str:
    height, width, channels = maps.shape
    if (height, width) == (1, 1):
        return f"{format_count(channels)} number{'s' if channels != 1 else ''}"
    return f"{height} × {width}, {format_count(channels)} channel{'s' if channels != 1 else ''}"


main()
