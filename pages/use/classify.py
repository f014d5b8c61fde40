"""Classify a photo: upload or take one, see what the network sees and what it says."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import PhotoError
from core.figures.bars import top_k_figure
from core.photos.classify import top_k
from core.runs import DatasetSummary, Run
from pages.session import cache, run_list
from pages.widgets import page, photo_upload, samples
from pages.widgets.image_grid import show_image
from pages.widgets.run_picker import run_picker
from pages.widgets.text import as_is, format_percent


def main() -> None:
    page.header("Classify a photo", "Show the network a picture and see what it takes it for.")
    run = run_picker(run_list.runs("train", with_model=True), "classify_run")
    if run is None:
        page.empty_state(
            "There is no trained network to ask yet. Train one first; digits takes a minute.",
            "pages/train/train.py",
            "Go to Train",
        )
        return
    body, foot = st.container(), st.container()
    with foot:
        download(run)
    with body:
        pictures(run)


def pictures(run: Run) -> None:
    """The pictures given and chosen, each with what the network takes it for."""
    summary = run.dataset()
    own, ready = st.columns([2, 3], gap="large")
    with own:
        files = uploads()
    with ready:
        st.markdown("**Or try a test image**")
        position = samples.pick(run, f"classify_samples_{run.id}")
    for place, (name, file) in enumerate(files):
        show_file(run, summary, name, file, f"{run.id}_{place}_{name}")
    if position is not None:
        show_sample(run, position)
    if not files and position is None:
        known = ", ".join(summary.classes[:12]) + ("…" if summary.num_classes > 12 else "")
        words = f"Choose a picture above. This network knows: {as_is(known)}."
        st.info(words, icon=":material/info:")


def uploads() -> list[tuple[str, UploadedFile]]:
    """Each picture that the person has given, and what to call it."""
    files = st.file_uploader(
        f"Pictures: {photo_upload.READABLE}",
        accept_multiple_files=True,
        key="photos",
    )
    given = [(file.name, file) for file in files]
    if st.toggle("Use the camera", key="camera_on"):
        shot = st.camera_input("Take a photo", key="camera")
        if shot is not None:
            given.append(("Camera", shot))
    return given


def show_file(run: Run, summary: DatasetSummary, name: str, file: UploadedFile, key: str) -> None:
    """One picture and its classes, or a sentence why it cannot be read."""
    with st.container(border=True):
        st.markdown(f"**{as_is(name)}**")
        first, second, third = st.columns([2, 2, 4], vertical_alignment="top")
        try:
            with second:
                photo = photo_upload.prepare(file, summary, key)
        except PhotoError as error:
            page.show_error(error)
            return
        with first:
            st.image(photo.picture, width="stretch", caption="The photo")
        with second:
            show_input(photo.pixels)
        with third:
            answer(run, photo.pixels, key)


def show_sample(run: Run, position: int) -> None:
    image, name = samples.image_of(run, position)
    with st.container(border=True):
        st.markdown(f"**Test image {position}** &ensp; :gray[its class is {as_is(name)}]")
        first, second = st.columns([2, 6], vertical_alignment="top")
        with first:
            show_input(image)
        with second:
            answer(run, image, f"sample_{run.id}")


def show_input(pixels: np.ndarray) -> None:
    height, width, channels = pixels.shape
    show_image(pixels, width=220)
    st.caption(
        f"What the network sees: {width} × {height}, {'grey' if channels == 1 else 'colour'}"
    )


def answer(run: Run, pixels: np.ndarray, key: str) -> None:
    """The five likeliest classes."""
    guesses = top_k(cache.probabilities(run, pixels), run.dataset().classes)
    name, probability = guesses[0]
    st.markdown(f"#### {as_is(name)} &ensp; :gray[{format_percent(probability)}]")
    st.plotly_chart(top_k_figure(guesses), key=f"top_{key}", config={"displayModeBar": False})


def download(run: Run) -> None:
    """The trained network as a file, at an address made of its bytes.

    A callable would get a new address at each run of the script, and the one still on the
    screen would lead nowhere: a click while the page is drawn anew was lost. For the same
    reason this is drawn before the pictures, in a place that none of them can move.
    """
    st.divider()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download model.keras",
            data=cache.model_file(run),
            file_name="model.keras",
            mime="application/octet-stream",
            on_click="ignore",
            icon=":material/download:",
        )
        st.caption("Loads in stock Keras: it takes pixels from 0 to 255, preprocessing is inside.")


main()
