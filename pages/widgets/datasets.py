"""Choosing a data set, and getting one that is not here yet: shared by Browse and Design.

Knows nothing of files and formats; core.data does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import streamlit as st

from core.config import DatasetConfig
from core.data.catalog import DatasetInfo, find_dataset
from core.data.load import load_dataset
from core.data.places import datasets_folder
from core.errors import readable
from core.reading import one_line
from pages.session import cache
from pages.widgets import page
from pages.widgets.download.bar import with_bar
from pages.widgets.text import DASH, as_is, format_bytes, format_count

STATES = {
    "ready": ":green-badge[:material/check: Ready]",
    "found": ":blue-badge[:material/folder_open: Found, read on first use]",
    "downloadable": ":gray-badge[:material/download: Not downloaded]",
}
_PROBLEM = ":red-badge[:material/error: Cannot be read]"


def badge(info: DatasetInfo) -> str:
    """The set's state as a coloured label in Markdown."""
    return _PROBLEM if info.problem else STATES[info.state]


def labels(infos: Iterable[DatasetInfo]) -> dict[str, str]:
    """What a list of choices calls each set, by name; no two alike, or one could not be chosen:
    a browser answers with the words."""
    found = {info.name: _label(info) for info in infos}
    often = Counter(found.values())
    return {
        name: words if often[words] == 1 else f"{words} ({one_line(readable(name))})"
        for name, words in found.items()
    }


def _label(info: DatasetInfo) -> str:
    """Title and state, as plain text."""
    if info.problem:
        return f"{info.title} (cannot be read)"
    return f"{info.title} (not downloaded)" if info.state == "downloadable" else info.title


def images_in_all(info: DatasetInfo) -> str:
    return format_count(sum(info.sizes.values())) if info.sizes else DASH


def shape_words(shape: tuple[int, int, int]) -> str:
    """(32, 32, 3) -> "32 × 32, colour"."""
    height, width, channels = shape
    return f"{height} × {width}, {'grey' if channels == 1 else 'colour'}"


def ensure(config: DatasetConfig, key: str) -> bool:
    """True where the images can be shown now; else says what is missing and the way out."""
    info = find_dataset(config.name)
    if info.problem:
        page.show_error(info.problem)
        return False
    if info.state == "downloadable":
        offer_download(info, key)
        return False
    if not cache.is_decoded(config):
        _load(config, download=False)
        st.rerun()  # with the images where the bar stands now, see _load
    return True


def offer_download(info: DatasetInfo, key: str) -> None:
    """Says that the set is not here, and downloads it on a click."""
    volume = f" ({format_bytes(info.download_bytes)})" if info.download_bytes else ""
    title, folder = as_is(info.title), as_is(str(datasets_folder()))
    with st.container(border=True, key=f"download_{key}"):
        st.markdown(
            f":material/download: &ensp;**{title} is not on this machine yet.** "
            f"It can be downloaded from its home{volume}. "
            f"Where there is no connection, put its archive into {folder} by hand."
        )
        st.caption(as_is(info.source))
        if st.button(f"Download {title}{volume}", key=f"download_button_{key}"):
            _load(DatasetConfig(name=info.name), download=True)
            st.rerun()


def _load(config: DatasetConfig, *, download: bool) -> None:
    """Load once with a progress bar; from then on loading is instant.

    The bar takes the place of what is drawn there otherwise, so that nothing of another set
    stands there meanwhile: the page draws all that follows in one container.
    """
    if not with_bar(lambda progress: load_dataset(config, download=download, progress=progress)):
        st.stop()
