"""Browse: what is in a data set, seen by class and in numbers."""

from __future__ import annotations

import streamlit as st

from core.config import DatasetConfig, RunConfig
from core.data.catalog import DatasetInfo, list_datasets
from core.data.dataset import Dataset, Subset
from core.data.stats import sample_class
from core.figures.bars import class_counts_figure
from pages.session import address, cache, state
from pages.widgets import datasets, image_grid, page
from pages.widgets.form import edit
from pages.widgets.text import as_is, format_count

_PICKER = "browse_dataset"
_ACROSS = 10  # columns of images, as in the 2018 write-up
_DOWN = 10
_SPLITS = {"train": "Train", "validation": "Validation", "test": "Test"}
_ZOOM = {"Fit": None, "1×": 1, "2×": 2, "4×": 4}
_CHANNELS = {1: ("Grey",), 3: ("Red", "Green", "Blue")}


def main() -> None:
    page.header("Browse", "Look at the images before you train on them.")
    draft = state.current_draft()
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    with left:
        info = _pick(draft)
    with right:
        _way_on(draft, info)
    config = _configuration(draft, info)
    if not datasets.ensure(config.dataset, "browse"):
        return
    data = cache.dataset(config.dataset)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _samples(config, data)
    with right:
        _sizes(config, data)
        _numbers(config, data)
    for text in _notes(info, config, data):
        st.caption(f":material/info: {as_is(text)}")


def _notes(info: DatasetInfo, config: RunConfig, data: Dataset) -> list[str]:
    sentences = [info.description, f"Source: {info.source}"]
    notes = [" ".join(f"{sentence.rstrip('.')}." for sentence in sentences), *data.notes]
    if config.dataset.image_size:
        notes.append("The images are shown at the size to which the design resizes them.")
    return notes


def _pick(draft: RunConfig) -> DatasetInfo:
    """The data set looked at: the draft's, unless another is chosen here."""
    by_name = {info.name: info for info in list_datasets()}
    default = draft.dataset.name if draft.dataset.name in by_name else next(iter(by_name))
    name = address.kept("dataset", list(by_name), default)
    state.show_in_widget(_PICKER, name)
    st.selectbox(
        "Data set",
        list(by_name),
        format_func=lambda item: datasets.label(by_name[item]),
        key=_PICKER,
        on_change=_choose,
        args=(list(by_name),),
    )
    return by_name[name]


def _choose(names: list[str]) -> None:
    name = state.widget_value(_PICKER)
    if name in names:  # else the label, changed by a download, of the one chosen before
        address.keep("dataset", name)


def _way_on(draft: RunConfig, info: DatasetInfo) -> None:
    if info.name == draft.dataset.name:
        page.link("pages/design/design.py", "Design a run on it", ":material/tune:")
        return
    changes = {"dataset.name": info.name, "dataset.image_size": None, "dataset.limit": None}
    st.button(
        "Use it in the design",
        icon=":material/tune:",
        key="use_dataset",
        on_click=edit,
        args=({**changes, "title": ""},),
    )


def _configuration(draft: RunConfig, info: DatasetInfo) -> RunConfig:
    """The draft's own division where it is about this set, else the usual one."""
    if info.name == draft.dataset.name:
        return draft
    return RunConfig(dataset=DatasetConfig(name=info.name), architecture=draft.architecture)


def _sizes(config: RunConfig, data: Dataset) -> None:
    divided = cache.splits(config)
    with st.grid(min_column_width=132):
        st.metric("Training", format_count(len(divided.train)), border=True)
        st.metric("Validation", format_count(len(divided.validation)), border=True)
        st.metric("Test", format_count(len(divided.test)), border=True)
        st.metric("Classes", format_count(len(data.classes)), border=True)
        st.metric("Image shape", "×".join(str(n) for n in data.image_shape), border=True)
    if divided.validates_on_test:
        st.warning(
            "This design validates on the test images, so the model is chosen on test data. "
            "The accuracy it reports will be too kind.",
            icon=":material/warning:",
        )


def _samples(config: RunConfig, data: Dataset) -> None:
    split, chosen, zoom = _filters(data)
    subset = cache.subset(config, split)
    seed = state.shuffles("browse")
    groups = [_group(subset, data, label, len(chosen), seed) for label in chosen]
    factor = _ZOOM[zoom]
    side = None if factor is None else factor * data.image_shape[1]
    image_grid.show_groups(groups, "browse", side=side)
    st.caption("Click an image to enlarge it.")


def _filters(data: Dataset) -> tuple[str, list[int], str]:
    """The split, the classes and the zoom to show."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control(
            "Split",
            list(_SPLITS),
            format_func=_SPLITS.__getitem__,
            default="train",
            required=True,
            key="split",
            bind="query-params",
        )
        zoom = st.segmented_control(
            "Size", list(_ZOOM), default="Fit", required=True, key="size", bind="query-params"
        )
    classes, again = st.columns([3, 1])
    with classes:
        chosen = _classes(data)
    again.button(
        "Reshuffle",
        icon=":material/shuffle:",
        on_click=state.reshuffle,
        args=("browse",),
        width="stretch",
    )
    return str(split), chosen, str(zoom)


def _classes(data: Dataset) -> list[int]:
    """Those chosen, else a page of ten."""
    names = st.multiselect(
        "Classes",
        data.classes,
        placeholder="All classes, or choose a few",
        key=f"classes_{data.name}",
        bind="query-params",
        max_selections=_ACROSS,
        label_visibility="collapsed",
    )
    if names:
        return [data.classes.index(name) for name in names]
    total = len(data.classes)
    if total <= _ACROSS:
        return list(range(total))
    pages = -(-total // _ACROSS)
    number = st.pagination(pages, key=f"page_{data.name}", bind="query-params")
    first = (number - 1) * _ACROSS
    return list(range(first, min(first + _ACROSS, total)))


def _group(subset: Subset, data: Dataset, label: int, groups: int, seed: int) -> image_grid.Group:
    """A column of samples of one class; fewer classes get wider columns."""
    across = max(_ACROSS // groups, 1)
    count = across * _DOWN
    positions = sample_class(subset, label, count, seed * 1000 + label)
    pixels, _ = subset.gather(positions)
    name = data.classes[label]
    tiles = [
        image_grid.Tile(image, f"{name}, image {position:,}")
        for image, position in zip(pixels, positions, strict=True)
    ]
    tiles += [image_grid.Tile(None)] * (count - len(tiles))
    return image_grid.Group(name, tiles, across)


def _numbers(config: RunConfig, data: Dataset) -> None:
    divided = cache.splits(config)
    stats = cache.stats(config, "train")
    st.markdown("**Pixels of the training images**: mean ± standard deviation, from 0 to 255")
    with st.grid(min_column_width=132):
        channels = _CHANNELS.get(len(stats.mean), tuple(range(len(stats.mean))))
        for channel, mean, std in zip(channels, stats.mean, stats.std, strict=True):
            st.metric(f"{channel}", f"{mean:.1f} ± {std:.1f}", border=True)
        st.metric("Range", f"{stats.minimum} to {stats.maximum}", border=True)
    st.markdown("**Images of each class**")
    counts = {
        title: divided.named(split).class_counts(len(data.classes))
        for split, title in _SPLITS.items()
    }
    st.plotly_chart(class_counts_figure(counts, data.classes), key="class_counts")


main()
