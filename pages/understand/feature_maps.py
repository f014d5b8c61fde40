"""Feature maps: what every channel of every layer makes of one picture."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.analysis.feature_maps import dead_channels, is_flat
from core.figures.bars import MOST_BARS, top_k_figure, units_figure
from core.models.inference import class_probabilities, logit_names
from core.photos.classify import top_k
from core.reading import one_line
from core.runs import Run
from pages.session import address, cache
from pages.understand.choices import choose
from pages.understand.maps import layer_maps
from pages.understand.prediction import show_prediction
from pages.widgets import photo_upload, samples
from pages.widgets.frame.opened import open_trained
from pages.widgets.image_grid import show_image
from pages.widgets.text import as_is, format_count

_MOST_CLASSES = 15  # bars of the last layer
_MOST_AT_ONCE = 40  # layers one below the other; of a larger network some from the chosen one on
_SOME = 12
_SIDE = 190  # CSS pixels of the picture
_SAMPLE = 32  # and of one to choose
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
    "Dense": "Each number is one unit's: it weighs all numbers of the layer before.",
    "Rescaling": "The pixels, brought to a range that the network learns well from.",
    "DepthwiseConv2D": "One filter for each channel: where its pattern occurs in that one.",
    "Multiply": "The answers, each channel made stronger or weaker by a number of its own.",
    "Add": "Two layers' answers, added up.",
    "ZeroPadding2D": "The layer before, with a rim of zeros.",
    "Normalization": "The pixels, brought to mean 0 and deviation 1 channel by channel.",
    "LayerNormalization": "The pixels of this image, brought to mean 0 and deviation 1.",
}
_THINNED = (
    "These are more numbers than a chart has room for: of neighbours the line goes through the "
    "lowest and the highest."
)


# The picture stays in sight while one scrolls through its maps; on a phone it is above them.
_PINNED = """<style>
@media (min-width: 641px) {
  [data-testid="stColumn"]:has(.st-key-maps_picture) > [data-testid="stVerticalBlock"] {
    position:sticky; top:1rem; height:auto}
}
@media (max-width: 640px) {
  .st-key-maps_picture {flex-flow:row wrap}
  .st-key-maps_picture > * {flex:1 1 9rem; width:auto}
}
</style>"""


def main() -> None:
    run = open_trained(
        "Feature maps",
        "What each layer of a trained network makes of a picture. A click enlarges a channel.",
        "There is no trained network to look into yet. Train one first.",
    )
    if run is None:
        return
    st.html(_PINNED)
    left, right = st.columns([2, 7], gap="medium")
    with left:
        place = st.container(key="maps_picture", gap="small")
        image, caption = chosen_image(run)
    if image is None:
        return
    outputs = cache.activations(run, image)
    with place:
        show_image(image, width=_SIDE, caption=caption)
        show_prediction(guesses(run, outputs, 3))
    with right:
        layer, every = layer_picker(outputs)
        for name in shown_together(list(outputs), layer) if every else [layer]:
            show_layer(run, name, outputs, image, alone=not every)


def chosen_image(run: Run) -> tuple[np.ndarray | None, str]:
    """(H, W, C) uint8 as the network sees it, and a caption; None until one is chosen."""
    source = st.segmented_control(
        "Picture",
        ["Test image", "My own"],
        default="Test image",
        required=True,
        label_visibility="collapsed",
        key="maps_source",
        persist_state="session",
        width="stretch",
    )
    if source == "Test image":
        position = samples.pick(
            run, f"maps_samples_{run.id}", default=True, size=_SAMPLE, bare=True
        )
        if position is None:
            return None, ""
        image, name = samples.image_of(run, position)
        return image, f"{name} · test image {position}"
    file = st.file_uploader(f"A picture: {photo_upload.READABLE}", key="maps_file")
    if file is None:
        return None, ""
    photo = photo_upload.prepare(file, run.dataset(), f"maps_{run.id}_{file.file_id}")
    return photo.pixels, f"{file.name}, as the network sees it"


def layer_picker(outputs: dict[str, np.ndarray]) -> tuple[str, bool]:
    """The layer to show, or whether to show them all; the layer stands in the address."""
    options = {name: f"{name} · {shape_words(maps)}" for name, maps in outputs.items()}
    names = list(options)
    first = next((name for name in names if "conv" in name), names[0])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        at = names.index(address.chosen("layer", names, first))
        step("Previous", ":material/chevron_left:", names, at - 1)
        layer = choose(st.selectbox, "Layer", "layer", options, first, label_visibility="collapsed")
        step("Next", ":material/chevron_right:", names, at + 1)
        many = len(names) > _MOST_AT_ONCE
        help = f"One below the other{f', {_SOME} from this one on' if many else ''}."
        every = st.toggle("Every layer", key="every_layer", help=help)
    return layer, every


def shown_together(names: list[str], chosen: str) -> list[str]:
    """All layers or, of a network of very many, some of them from the chosen one on."""
    if len(names) <= _MOST_AT_ONCE:
        return names
    at = names.index(chosen)
    return names[at : at + _SOME]


def step(label: str, icon: str, names: list[str], to: int) -> None:
    """A button to the layer before or after."""
    there = 0 <= to < len(names)
    st.button(
        label,
        icon=icon,
        key=f"maps_{label}",
        disabled=not there,
        on_click=address.change,
        args=({"layer": names[to] if there else None},),
    )


def show_layer(
    run: Run, name: str, outputs: dict[str, np.ndarray], image: np.ndarray, *, alone: bool
) -> None:
    maps = outputs[name]
    kind = kind_of(run, name)
    words = f"**{as_is(name)}** &ensp; {as_is(kind)} · {shape_words(maps)}{dead_words(maps)}"
    st.markdown(words, help=_SEEN.get(kind, "The output of this layer."))
    if is_flat(maps):
        show_numbers(run, name, outputs)
    else:
        layer_maps(name, maps, image, f"maps_{run.id}_{name if not alone else ''}", alone=alone)


def show_numbers(run: Run, name: str, outputs: dict[str, np.ndarray]) -> None:
    """A layer of single numbers as bars, with the classes' names where they stand for those."""
    numbers = outputs[name]
    if name == list(outputs)[-1]:
        best = guesses(run, outputs, _MOST_CLASSES)
        figure = top_k_figure(best, height=90 + 32 * len(best))
        alt = f"How probable each class is: {one_line(best[0][0])} is the likeliest"
    else:
        head = [other for other in outputs if kind_of(run, other) == "Dense"][-1:]
        names = logit_names(run.dataset().classes, numbers.shape[2]) if name in head else None
        figure = units_figure(numbers[0, 0], names)
        many = numbers.shape[2] > MOST_BARS
        drawn = "as a line" if many else "a bar each"
        alt = f"What {name} gives, {shape_words(numbers)}, {drawn}"
        if many:
            st.caption(_THINNED)
    st.plotly_chart(figure, key=f"maps_bars_{name}", config={"displayModeBar": False}, alt=alt)


def kind_of(run: Run, name: str) -> str:
    return type(cache.model(run).get_layer(name)).__name__


def guesses(run: Run, outputs: dict[str, np.ndarray], count: int) -> list[tuple[str, float]]:
    """The most probable classes, as the last layer says."""
    classes = run.dataset().classes
    last = list(outputs.values())[-1]
    return top_k(class_probabilities(last[0], len(classes))[0], classes, count)


def shape_words(maps: np.ndarray) -> str:
    height, width, channels = maps.shape
    if is_flat(maps):
        return f"{format_count(channels)} number{'s' if channels != 1 else ''}"
    return f"{height} × {width}, {format_count(channels)} channel{'s' if channels != 1 else ''}"


def dead_words(maps: np.ndarray) -> str:
    """How many channels, or single numbers, tell nothing of this picture."""
    dead, of = len(dead_channels(maps)), int(maps.shape[2])
    if not dead:
        return ""
    what, state = ("numbers", "0") if is_flat(maps) else ("channels", "dead")
    verb = "is" if dead == 1 else "are"
    return f" · {format_count(dead)} of {format_count(of)} {what} {verb} {state} for this picture"


main()
