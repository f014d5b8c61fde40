"""Browse: what is in a data set, seen by class and in numbers."""

from __future__ import annotations

import streamlit as st

from core.config import DatasetConfig, RunConfig
from core.data.catalog import DatasetInfo, list_datasets
from core.data.dataset import Dataset, Subset
from core.data.splits import Splits
from core.data.stats import SubsetStats, sample_class
from core.figures.bars import class_counts_figure
from pages.session import address, cache, state
from pages.widgets import datasets, image_grid, page
from pages.widgets.form import edit
from pages.widgets.head import head
from pages.widgets.text import as_is, format_count

_PICKER = "browse_dataset"
_ACROSS = 10  # columns of images, as in the 2018 write-up
_DOWN = 8  # as many rows as are seen at once on a projector
_SPLITS = {"train": "Train", "validation": "Validation", "test": "Test"}
_ZOOM = {"Fit": None, "1×": 1, "2×": 2, "4×": 4}
_MEAN = "Mean ± standard deviation of the training images' pixels, from 0 to 255."
# Numbers beside the images are small; on a phone ten classes are scrolled through.
_STYLE = """<style>
.st-key-browse_body [data-testid="stMetricValue"] {font-size:1.05rem}
@media (max-width: 640px) {.st-key-browse_grid .cs-fit > .cs-group {min-width:56px}}
</style>"""
_CHANNELS = {1: ("Grey",), 3: ("Red", "Green", "Blue")}


def main() -> None:
    head("Browse", "Look at the images before you train on them. Click one to enlarge it.")
    draft = state.current_draft()
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="browse_row"):
        info = _pick(draft)
        split = _split()
        _reshuffle()
        _way_on(draft, info)
    config = _configuration(draft, info)
    if not datasets.ensure(config.dataset, "browse"):
        return
    # All of it before anything is drawn: what stood here of another set would stay meanwhile.
    data, divided = cache.dataset(config.dataset), cache.splits(config)
    stats = cache.stats(config, "train")
    with st.container(key="browse_body"):
        grid, side = st.columns([10, 3], gap="medium")
        with side:
            chosen, zoom = _filters(data)
            _numbers(data, divided, stats, _about(info, config))
        with grid, st.container(key="browse_grid"):
            _samples(cache.subset(config, split), data, chosen, zoom)
        _counts(data, divided)
        for note in data.notes:
            st.caption(f":material/info: {as_is(note)}")


def _about(info: DatasetInfo, config: RunConfig) -> str:
    """What explains the set, as Markdown."""
    sentences = [info.description, f"Source: {info.source}"]
    if config.dataset.image_size:
        sentences.append("The images are shown at the size to which the draft resizes them")
    return "\n\n".join(as_is(f"{sentence.rstrip('.')}.") for sentence in sentences)


def _pick(draft: RunConfig) -> DatasetInfo:
    """The data set looked at: the draft's, unless another is chosen here."""
    by_name = {info.name: info for info in list_datasets()}
    labels = datasets.labels(by_name.values())
    default = draft.dataset.name if draft.dataset.name in by_name else next(iter(by_name))
    name = address.kept("dataset", list(by_name), default)
    state.show_choice(_PICKER, name)
    st.selectbox(
        "Data set",
        list(by_name),
        format_func=labels.__getitem__,
        key=_PICKER,
        on_change=_choose,
        args=(list(by_name),),
        label_visibility="collapsed",
        width=250,
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


def _split() -> str:
    return str(
        st.segmented_control(
            "Split",
            list(_SPLITS),
            format_func=_SPLITS.__getitem__,
            default="train",
            required=True,
            key="split",
            bind="query-params",
            label_visibility="collapsed",
        )
    )


def _reshuffle() -> None:
    st.button(
        "Reshuffle",
        icon=":material/shuffle:",
        on_click=state.reshuffle,
        args=("browse",),
        help="Draws other images of each class.",
    )


def _samples(subset: Subset, data: Dataset, chosen: list[int], zoom: str) -> None:
    seed = state.shuffles("browse")
    groups = [_group(subset, data, label, len(chosen), seed) for label in chosen]
    factor = _ZOOM[zoom]
    side = None if factor is None else factor * data.image_shape[1]
    image_grid.show_groups(groups, "browse", side=side)


def _filters(data: Dataset) -> tuple[list[int], str]:
    """The classes and the zoom to show."""
    chosen = _classes(data)
    zoom = st.segmented_control(
        "Size of the images",
        list(_ZOOM),
        default="Fit",
        required=True,
        key="size",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen, str(zoom)


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


def _numbers(data: Dataset, divided: Splits, stats: SubsetStats, about: str) -> None:
    st.markdown(f"**{as_is(data.title)}**", help=about)
    with st.grid(2, min_column_width=96, gap="small"):
        st.metric("Training", format_count(len(divided.train)))
        st.metric("Validation", format_count(len(divided.validation)))
        st.metric("Test", format_count(len(divided.test)))
        st.metric("Classes", format_count(len(data.classes)))
        st.metric("Image shape", " × ".join(str(n) for n in data.image_shape))
        st.metric("Pixel values", f"{stats.minimum} to {stats.maximum}")
        channels = _CHANNELS.get(len(stats.mean), tuple(range(len(stats.mean))))
        for channel, mean, std in zip(channels, stats.mean, stats.std, strict=True):
            st.metric(f"{channel}", f"{mean:.0f} ± {std:.0f}", help=_MEAN)
    if divided.validates_on_test:
        st.warning(
            "This draft validates on the test images, so the model is chosen on test data. "
            "The accuracy it reports will be too kind.",
            icon=":material/warning:",
        )


def _counts(data: Dataset, divided: Splits) -> None:
    st.markdown("**Images of each class**")
    counts = {
        title: divided.named(split).class_counts(len(data.classes))
        for split, title in _SPLITS.items()
    }
    st.plotly_chart(
        class_counts_figure(counts, data.classes),
        key="class_counts",
        alt="How many images each class has in training, validation and test",
    )


main()
