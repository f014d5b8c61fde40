"""Mistakes: the test images that a run got wrong, or right, to look at one by one.

Needs no TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import streamlit as st

from core.analysis.evaluation import Evaluation, Show, Sort, select_images
from core.errors import UserError
from core.photos.classify import top_k
from core.runs import Run
from pages.session import address, cache
from pages.understand.choices import choose, page_number, paginate
from pages.widgets.frame.opened import open_evaluated
from pages.widgets.gallery import Tile, album, album_page
from pages.widgets.text import as_is, format_count, format_percent

_ANY = "Any class"
_SHOWN = {"mistakes": "Mistakes", "correct": "Correct", "all": "All"}
_SORTED = {"surest": "Surest first", "unsure": "Least sure first", "class": "By class"}
_FIELD = 170  # pixels of a filter: two beside each other on a phone
_SIZES = {64: "S", 96: "M", 144: "L", 208: "XL"}  # pixels of a picture


def main() -> None:
    run = open_evaluated(
        "Mistakes",
        "Test images that the network got wrong, those it was surest of first. A click enlarges.",
        "There is no trained network yet. Train one first; what it gets wrong appears here.",
    )
    if run is None:
        return
    found = cache.evaluation(run)
    true, predicted, shown, sort, size = filters(found)
    positions = select_images(found, true, predicted, show=shown, sort=sort)
    st.markdown(summary(found, len(positions), true, predicted, shown))
    if len(positions):
        show(run, found, positions, size)
    elif true is not None or predicted is not None:
        st.info("None of these. Choose other classes above.", icon=":material/filter_alt_off:")


def filters(found: Evaluation) -> tuple[int | None, int | None, Show, Sort, int]:
    """The true and predicted class, what is shown, its order, and the size of a picture.

    All but the size stand in the address.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        true = class_filter("True class", found.classes, "true")
        predicted = class_filter("Predicted class", found.classes, "predicted")
        sort = choose(st.selectbox, "Sort", "sort", _SORTED, width=_FIELD)
        size = st.select_slider(
            "Size",
            list(_SIZES),
            value=96,
            format_func=_SIZES.__getitem__,
            key="mistakes_size",
            persist_state="session",
            width=_FIELD - 40,
        )
        shown = choose(st.segmented_control, "Show", "show", _SHOWN, required=True)
    return true, predicted, cast(Show, shown), cast(Sort, sort), int(size)


def class_filter(label: str, classes: Sequence[str], key: str) -> int | None:
    """Choose a class. The address has its name; that of a class in no list means any."""
    every = _ANY
    while every in classes:  # two options that read alike would be one
        every = f"({every})"
    names = list(classes)
    # No class has an empty name: a class is a folder, or an entry of a list of names.
    chosen = choose(
        st.selectbox, label, key, {"": every, **dict(zip(names, names, strict=True))}, width=_FIELD
    )
    return names.index(chosen) if chosen in names else None


def summary(
    found: Evaluation, count: int, true: int | None, predicted: int | None, shown: Show
) -> str:
    """What is shown, in a sentence."""
    images = "1 image" if count == 1 else f"{format_count(count)} images"
    words = f"**{images}**"
    if true is not None:
        words += f" of class **{as_is(found.classes[true])}**"
    words += {"mistakes": " misclassified", "correct": " classified rightly", "all": " classified"}[
        shown
    ]
    if predicted is not None:
        words += f" as **{as_is(found.classes[predicted])}**"
    return f"{words}, of {format_count(len(found.labels))} test images."


def show(run: Run, found: Evaluation, positions: np.ndarray, size: int) -> None:
    """A page of the images with what was said of them; without them where they are others now."""
    key = f"mistakes_{run.id}"
    many = album_page(key, size)
    pages = -(-len(positions) // many)
    first = (page_number(pages) - 1) * many
    positions = positions[first : first + many]
    try:
        images, _ = cache.test_images(run).gather(positions)
    except UserError as error:
        st.warning(as_is(str(error)), icon=":material/image_not_supported:")
        st.dataframe([row(found, int(position)) for position in positions], hide_index=True)
    else:
        tiles = [
            tile(found, int(position), image)
            for position, image in zip(positions, images, strict=True)
        ]
        picked = album(tiles, key, size=size, action="What the layers made of it")
        if picked is not None:
            st.switch_page(
                "pages/understand/feature_maps.py",
                query_params={**address.everything(), "sample": str(picked)},
            )
    if pages > 1:
        paginate(st.pagination, pages)


def row(found: Evaluation, position: int) -> dict[str, object]:
    """An image in words."""
    return {
        "Test image": position,
        "Predicted": found.classes[int(found.predictions[position])],
        "Sure": format_percent(float(found.confidences[position])),
        "True class": found.classes[int(found.labels[position])],
    }


def tile(found: Evaluation, position: int, image: np.ndarray) -> Tile:
    true, predicted = int(found.labels[position]), int(found.predictions[position])
    name, said = found.classes[true], found.classes[predicted]
    right = true == predicted
    return Tile(
        position,
        image,
        said,
        (
            "which is right" if right else f"is really {name}",
            f"{format_percent(float(found.confidences[position]))} sure",
        ),
        hint=f"Test image {position}: {name}, "
        + ("and recognized as such" if right else f"taken for {said}"),
        best=tuple(top_k(found.probabilities[position], found.classes)),
    )


main()
