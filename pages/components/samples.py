"""A row of test images to try: one click chooses, the choice stands in the address.

Knows nothing of what is done with the image chosen.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.config import RunConfig
from core.data.dataset import Part
from core.data.stats import sample_class
from core.runs import Run
from pages.components import cache
from pages.components.gallery import Tile, gallery

SHOWN = 10
_CHOSEN, _SHUFFLE = "sample", "shuffle"


def pick(run: Run, key: str, *, default: bool = False) -> int | None:
    """The position in the test part of the image chosen.

    Args:
        default: take the first image shown where none is chosen yet; else None.
    """
    config = cache.run_config(run)
    part = cache.part(config, "test")
    chosen = _chosen(part)
    positions = _draw(part, len(names(config)), _number(_SHUFFLE))
    if chosen is not None and chosen not in positions:
        positions = [chosen, *positions[: SHOWN - 1]]
    if chosen is None and default:
        chosen = positions[0]
    marked = positions.index(chosen) if chosen is not None else None
    picked = gallery(_tiles(config, part, positions), key, size=56, clickable=True, chosen=marked)
    if picked is not None and positions[picked] != chosen:
        st.query_params[_CHOSEN] = str(positions[picked])
        st.rerun()
    st.button("Other images", icon=":material/shuffle:", key=f"{key}_shuffle", on_click=_shuffle)
    return chosen


def image_of(run: Run, position: int) -> tuple[np.ndarray, str]:
    """A test image (H, W, C) uint8 and its class."""
    config = cache.run_config(run)
    images, labels = cache.part(config, "test").gather([position])
    return images[0], names(config)[int(labels[0])]


def names(config: RunConfig) -> tuple[str, ...]:
    return cache.dataset(config.dataset).classes


def forget() -> None:
    """No image is chosen any more."""
    st.query_params.pop(_CHOSEN, None)


def _shuffle() -> None:
    st.query_params[_SHUFFLE] = str((_number(_SHUFFLE) or 0) + 1)
    forget()


def _chosen(part: Part) -> int | None:
    number = _number(_CHOSEN)
    return number if number is not None and number < len(part) else None


def _number(name: str) -> int | None:
    """A query parameter that is a whole number; the address may hold anything."""
    text = st.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _draw(part: Part, classes: int, seed: int | None) -> list[int]:
    """Positions of ten images of as many classes as there are, in order of class."""
    generator = np.random.default_rng(seed or 0)
    if classes >= SHOWN:
        chosen = sorted(generator.choice(classes, SHOWN, replace=False))
    else:
        chosen = [i * classes // SHOWN for i in range(SHOWN)]
    found = [sample_class(part, int(label), 1, int(generator.integers(2**31))) for label in chosen]
    return list(dict.fromkeys(int(drawn[0]) for drawn in found if len(drawn)))


def _tiles(config: RunConfig, part: Part, positions: list[int]) -> list[Tile]:
    images, labels = part.gather(positions)
    classes = names(config)
    return [
        Tile(image, classes[int(label)], hint=f"Test image {position}")
        for image, label, position in zip(images, labels, positions, strict=True)
    ]
