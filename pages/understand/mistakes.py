"""Mistakes: the test images that a run got wrong, the most confident first. No TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.analysis.evaluation import Evaluation, mistakes
from core.errors import UserError
from core.runs import Run
from pages.session import address, cache, run_list
from pages.widgets import page
from pages.widgets.gallery import Tile, gallery
from pages.widgets.run_picker import run_picker
from pages.widgets.text import as_is, format_percent

_PER_PAGE = 36
_ANY = "Any class"


def main() -> None:
    page.header("Mistakes", "Test images that the network got wrong, those it was surest of first.")
    run = run_picker(run_list.runs("train", with_predictions=True), "mistakes_run")
    if run is None:
        page.empty_state(
            "There is no trained network yet. Train one first; what it gets wrong appears here.",
            "pages/train/train.py",
            "Go to Train",
        )
        return
    found = cache.evaluation(run)
    true, predicted = filters(found)
    positions = mistakes(found, true, predicted)
    st.markdown(summary(found, len(positions), true, predicted))
    if len(positions):
        show(run, found, shown_page(positions, f"{run.id}_{true}_{predicted}"))
    elif true is not None or predicted is not None:
        st.info("None of these. Choose other classes above.", icon=":material/filter_alt_off:")


def filters(found: Evaluation) -> tuple[int | None, int | None]:
    """The true and the predicted class asked for; they stand in the address."""
    left, right = st.columns(2)
    with left:
        true = class_filter("True class", found.classes, "true")
    with right:
        predicted = class_filter("Predicted class", found.classes, "predicted")
    return true, predicted


def class_filter(label: str, classes: Sequence[str], key: str) -> int | None:
    """Choose a class by name. Its label must be the name: that is what the address holds."""
    chosen = st.selectbox(label, [_ANY, *classes], key=key, bind="query-params")
    return None if chosen == _ANY else classes.index(chosen)


def summary(found: Evaluation, count: int, true: int | None, predicted: int | None) -> str:
    """What is shown, in a sentence."""
    images = "1 image" if count == 1 else f"{count:,} images"
    words = f"**{images}**"
    if true is not None:
        words += f" of class **{as_is(found.classes[true])}**"
    words += " misclassified"
    if predicted is not None:
        words += f" as **{as_is(found.classes[predicted])}**"
    return f"{words}, of {len(found.labels):,} test images."


def shown_page(positions: np.ndarray, key: str) -> np.ndarray:
    """The positions on the page that the person is at."""
    pages = -(-len(positions) // _PER_PAGE)
    if pages == 1:
        return positions
    number = st.pagination(pages, key=f"page_{key}")
    return positions[(number - 1) * _PER_PAGE : number * _PER_PAGE]


def show(run: Run, found: Evaluation, positions: np.ndarray) -> None:
    """The images with what was said of them; without the images where they are others now."""
    try:
        images, _ = cache.test_images(run).gather(positions)
    except UserError as error:
        st.warning(as_is(str(error)), icon=":material/image_not_supported:")
        st.dataframe([row(found, int(position)) for position in positions], hide_index=True)
        return
    tiles = [
        tile(found, int(position), image) for position, image in zip(positions, images, strict=True)
    ]
    picked = gallery(tiles, f"mistakes_{run.id}", size=112, clickable=True)
    st.caption("Click an image to see what each layer of the network made of it.")
    if picked is not None:
        st.switch_page(
            "pages/understand/feature_maps.py",
            query_params={**address.parameters(), "sample": str(picked)},
        )


def row(found: Evaluation, position: int) -> dict[str, object]:
    """A mistake in words."""
    return {
        "Test image": position,
        "Predicted": found.classes[int(found.predictions[position])],
        "Sure": format_percent(float(found.confidences[position])),
        "True class": found.classes[int(found.labels[position])],
    }


def tile(found: Evaluation, position: int, image: np.ndarray) -> Tile:
    true, predicted = int(found.labels[position]), int(found.predictions[position])
    return Tile(
        position,
        image,
        found.classes[predicted],
        (
            f"{format_percent(float(found.confidences[position]))} sure",
            f"is really {found.classes[true]}",
        ),
        hint=f"Test image {position}: {found.classes[true]}, taken for {found.classes[predicted]}",
    )


main()
