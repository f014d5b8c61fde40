"""A few small pictures of a data set, where its images can be had without work.

Knows nothing of how they are shown.
"""

from __future__ import annotations

import streamlit as st

from core.config import DatasetConfig
from core.data.catalog import find_dataset
from core.data.stats import sample_across_classes
from core.errors import UserError
from core.figures.images import data_uri
from pages.session import cache

SIDE = 48  # pixels at most: a strip of them is to cost a page little


def thumbnails(name: str, count: int = 5) -> list[str]:
    """Data URIs of images of several classes; none where the set must first be read or got."""
    try:
        info = find_dataset(name)
        if info.state != "ready" or info.problem or not cache.is_decoded(DatasetConfig(name=name)):
            return []  # to decode it takes long, and is for the page that shows it
        return _thumbnails(name, count, info.version)
    except (UserError, OSError):
        return []


@st.cache_data(max_entries=50, show_spinner=False)
def _thumbnails(name: str, count: int, version: str) -> list[str]:
    try:
        data = cache.dataset(DatasetConfig(name=name))
    except (UserError, OSError):
        return []  # held too: who looks for pictures alone asks at every drawing
    positions = sample_across_classes(data.test, count, seed=0)
    images, _ = data.test.gather(positions)
    return [data_uri(image, SIDE) for image in images]
