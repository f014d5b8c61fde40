"""Classify a photo: upload or take one, see what the network sees and what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.figures.bars import top_k_figure
from core.predict import PhotoError, classify, top_k
from core.runs import Run
from pages.components import cache, layout, photos, samples, state
from pages.components.images import show_image


def main() -> None:
    layout.header("Classify a photo", "Show the network a picture and see what it takes it for.")
    run = layout.run_picker(state.runs("train", with_model=True), "classify_run")
    if run is None:
        layout.empty_state(
            "There is no trained network to ask yet. Train one first; digits takes a minute.",
            "pages/train.py",
            "Go to Train",
        )
        return
    facts = photos.facts_of(run)
    own, ready = st.columns([2, 3], gap="large")
    with own:
        files = uploads()
    with ready:
        st.markdown("**Or try a test image**")
        position = samples.pick(run, f"classify_samples_{run.id}")
    for place, (name, data) in enumerate(files):
        show_file(run, facts, name, data, f"{run.id}_{place}_{name}")
    if position is not None:
        show_sample(run, facts, position)
    if not files and position is None:
        known = ", ".join(facts["classes"][:12]) + ("…" if len(facts["classes"]) > 12 else "")
        st.info(f"Choose a picture above. This network knows: {known}.", icon=":material/info:")
    download(run)


def uploads() -> list[tuple[str, bytes]]:
    """Name and content of each picture that the person has given."""
    files = st.file_uploader(
        "Pictures: JPEG, PNG, WebP, GIF, BMP, TIFF or HEIC",
        accept_multiple_files=True,
        key="photos",
    )
    given = [(file.name, file.getvalue()) for file in files]
    if st.toggle("Use the camera", key="camera_on"):
        shot = st.camera_input("Take a photo", key="camera")
        if shot is not None:
            given.append(("Camera", shot.getvalue()))
    return given


def show_file(run: Run, facts: dict[str, Any], name: str, data: bytes, key: str) -> None:
    """One picture and its classes, or a sentence why it cannot be read."""
    with st.container(border=True):
        st.markdown(f"**{name.translate(_PLAIN)}**")
        first, second, third = st.columns([2, 2, 4], vertical_alignment="top")
        try:
            with second:
                photo = photos.frame(data, facts, key)
        except PhotoError as error:
            st.error(str(error), icon=":material/broken_image:")
            return
        with first:
            st.image(photo.picture, width="stretch", caption="The photo")
        with second:
            show_input(photo.tensor)
        with third:
            answer(run, facts, photo.tensor, key)


# A file's name is shown as it is: nothing in it may become Markdown.
_PLAIN = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>()#+-.!|~$:"})


def show_sample(run: Run, facts: dict[str, Any], position: int) -> None:
    image, name = samples.image_of(run, position)
    with st.container(border=True):
        st.markdown(f"**Test image {position}** &ensp; :gray[its class is {name}]")
        first, second = st.columns([2, 6], vertical_alignment="top")
        with first:
            show_input(image)
        with second:
            answer(run, facts, image, f"sample_{run.id}")


def show_input(tensor: np.ndarray) -> None:
    height, width, channels = tensor.shape
    show_image(tensor, width=220)
    st.caption(
        f"What the network sees: {width} × {height}, {'grey' if channels == 1 else 'colour'}"
    )


def answer(run: Run, facts: dict[str, Any], tensor: np.ndarray, key: str) -> None:
    """The five likeliest classes."""
    model = cache.model(run)
    guesses = top_k(classify(model, tensor[None], facts["classes"])[0], facts["classes"])
    name, probability = guesses[0]
    st.markdown(f"#### {name} &ensp; :gray[{layout.percent(probability)}]")
    st.plotly_chart(top_k_figure(guesses), key=f"top_{key}", config={"displayModeBar": False})


def download(run: Run) -> None:
    st.divider()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download model.keras",
            data=run.model_path.read_bytes,
            file_name="model.keras",
            mime="application/octet-stream",
            icon=":material/download:",
        )
        st.caption("Loads in stock Keras: it takes pixels from 0 to 255, preprocessing is inside.")


main()
