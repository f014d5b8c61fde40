"""A row of test images to try: one click chooses, the choice stands in the address.

Knows nothing of what is done with the image chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data.dataset import Subset
from core.data.stats import sample_across_classes
from core.errors import UserError
from core.runs import Run
from pages.session import address, cache
from pages.widgets.gallery import Tile, gallery
from pages.widgets.text import as_is

SHOWN = 10
_CHOSEN, _SHUFFLE = "sample", "shuffle"


def pick(
    run: Run, key: str, *, default: bool = False, size: int = 56, bare: bool = False
) -> int | None:
    """The position in the test split of the image chosen.

    Args:
        default: take the first image shown where none is chosen yet; else None.
        size: width of an image in CSS pixels.
        bare: without the classes under them.

    None as well, and the reason on the page, where there are none or they are not those of the run.
    """
    try:
        test = cache.test_images(run)
    except UserError as error:
        st.info(as_is(str(error)), icon=":material/image_not_supported:")
        return None
    if not len(test):
        st.info("This run has no test images.", icon=":material/image_not_supported:")
        return None
    classes = run.dataset().classes
    chosen = _chosen(test)
    seed = address.number(_SHUFFLE) or 0
    positions = sample_across_classes(test, SHOWN, seed)
    if chosen is not None and chosen not in positions:
        positions = [chosen, *positions[: SHOWN - 1]]
    if chosen is None and default:
        chosen = positions[0]
    tiles = _tiles(classes, test, positions, bare)
    picked = gallery(tiles, key, size=size, clickable=True, chosen=chosen)
    if picked is not None and picked != chosen and 0 <= picked < len(test):
        address.write(_CHOSEN, str(picked))
        st.rerun()
    st.button("Other images", icon=":material/shuffle:", key=f"{key}_shuffle", on_click=_shuffle)
    return chosen


def is_chosen() -> bool:
    return address.number(_CHOSEN) is not None


def forget() -> None:
    """Choose none: the person looks at something else now."""
    address.forget(_CHOSEN)


def image_of(run: Run, position: int) -> tuple[np.ndarray, str]:
    """A test image (H, W, C) uint8 and its class."""
    images, labels = cache.test_images(run).gather([position])
    return images[0], run.dataset().classes[int(labels[0])]


def _shuffle() -> None:
    address.write(_SHUFFLE, str((address.number(_SHUFFLE) or 0) + 1))
    address.forget(_CHOSEN)


def _chosen(test: Subset) -> int | None:
    number = address.number(_CHOSEN)
    return number if number is not None and number < len(test) else None


def _tiles(classes: Sequence[str], test: Subset, positions: list[int], bare: bool) -> list[Tile]:
    images, labels = test.gather(positions)
    named = [
        (classes[int(label)], f"test image {position}")
        for label, position in zip(labels, positions, strict=True)
    ]
    return [
        Tile(position, image, "" if bare else name, hint=f"{name}, {number}")
        for (name, number), image, position in zip(named, images, positions, strict=True)
    ]
