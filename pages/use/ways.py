"""The ways to give a picture, and the answer beside them.

All of it is one fragment: while one draws or films, only this is drawn anew.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Final

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import PhotoError
from core.photos.classify import top_k
from core.photos.network_input import as_network_sees
from core.photos.upload import thumbnail_pixels
from core.runs import DatasetSummary, Run
from pages.session import cache, state
from pages.widgets import page, photo_upload, samples
from pages.widgets.answer import Guesses, Picture, Row, answer
from pages.widgets.camera import camera, frame
from pages.widgets.pad import drawing, pad
from pages.widgets.text import as_is

_DRAW, _UPLOAD, _CAMERA = "Draw", "Upload", "Camera"
_PAD, _FILM, _ANSWER = "classify_pad", "classify_camera", "classify_answer"
_INVITATION: Final = {
    _DRAW: "Draw with mouse, finger or pen, and watch the answer form.",
    _UPLOAD: "Give a picture, or several at once; Ctrl+V pastes one.",
    _CAMERA: "Start the camera and hold something up.",
}
_NAMED: Final = 12  # classes
_PHOTOS, _GIVEN = "photos", "classify_given"
_LARGE = "classify_large"  # which of the uploads is shown large
_INK_SIDE: Final = 176  # pixels of a frame in which ink is looked for
_LEAST_SIDE, _MOST_SIDE = 160, 320
_THUMBNAIL, _ROW = 240, 80  # pixels of a photo shown large and small


Place = AbstractContextManager[Any]  # a container of Streamlit's


@st.fragment
def stage(run: Run, position: int | None) -> None:
    """Left where a picture is given, right what the network takes it for.

    Args:
        position: the test image that the page shows as chosen. A picture given since then
            takes its place.
    """
    if position is not None and not samples.is_chosen():
        st.rerun()  # so that the row of test images shows none as chosen
    with page.guarded():
        summary = run.dataset()
        left, right = st.columns([2, 3], gap="large")
        with left:
            way, places = ways(summary)
        with places[_UPLOAD]:
            good = readable_ones(uploads(summary), summary)
        with right, page.guarded():
            if position is not None:
                show_sample(run, position)
            elif way == _UPLOAD:
                show_uploads(run, summary, good, places[_UPLOAD])
            else:
                show_live(run, summary, way)
        # After the answer: each of them sends its next picture when it hears of the last.
        if _DRAW in places:
            with places[_DRAW]:
                pad(_PAD, samples.forget, blank="" if position is None else str(position))
        if way == _CAMERA:
            with places[_CAMERA]:
                paused = position is not None
                camera(_FILM, samples.forget, side=frame_side(summary), paused=paused)


def ways(summary: DatasetSummary) -> tuple[str, dict[str, Place]]:
    """The way chosen, and the place of each. To draw suits sets of drawings: ink, or grey."""
    names = [*([_DRAW] if is_drawn(summary) else []), _UPLOAD, _CAMERA]
    tabs = st.tabs(names, key=way_key(summary), on_change="rerun")
    way = next((name for name, tab in zip(names, tabs, strict=True) if tab.open), names[0])
    return way, dict(zip(names, tabs, strict=True))


def is_drawn(summary: DatasetSummary) -> bool:
    return summary.light_on_dark or summary.image_shape[2] == 1


def way_key(summary: DatasetSummary) -> str:
    return f"classify_way_{'drawn' if is_drawn(summary) else 'photos'}"


def frame_side(summary: DatasetSummary) -> int:
    """Pixels a side of a camera's frame: what the network can make use of, and no more."""
    if summary.light_on_dark:
        return _INK_SIDE
    return min(max(2 * max(summary.size), _LEAST_SIDE), _MOST_SIDE)


def uploads(summary: DatasetSummary) -> list[UploadedFile]:
    """The pictures that the person has given, newest first."""

    def given() -> None:
        """The newest is what one wants to see, wherever it was dropped or pasted."""
        ids = [file.file_id for file in state.widget_value(_PHOTOS)]
        known = state.kept(_GIVEN).split()
        state.set_kept(_GIVEN, " ".join(ids))
        if set(ids) <= set(known):
            return  # one was taken away
        samples.forget()
        state.set_kept(_LARGE, "")
        state.show_in_widget(way_key(summary), _UPLOAD)

    label = f"Pictures: {photo_upload.READABLE}"
    return st.file_uploader(label, accept_multiple_files=True, key=_PHOTOS, on_change=given)[::-1]


def show_sample(run: Run, position: int) -> None:
    image, name = samples.image_of(run, position)
    # Known since the run was evaluated: no wait for TensorFlow.
    guesses = top_k(cache.test_probabilities(run, position), run.dataset().classes)
    outcome = "Right" if guesses[0][0] == name else "Wrong"
    note = f"{outcome}: test image {position} is of the class {name}."
    answer(guesses, _ANSWER, pictures=[seen(image)], note=note)


def show_live(run: Run, summary: DatasetSummary, way: str) -> None:
    """What is on the pad or before the camera."""
    try:
        data = drawing(_PAD) if way == _DRAW else frame(_FILM)
        # Whatever is drawn on the pad is dark on light.
        inverted = summary.light_on_dark if way == _DRAW else None
        pixels = as_network_sees(data, summary, inverted) if data else None
    except PhotoError as error:
        page.show_error(error)
        return
    if pixels is None:
        answer([], _ANSWER, note=f"{_INVITATION[way]} {known(summary)}")
    else:
        answer(guesses_of(run, pixels), _ANSWER, pictures=[seen(pixels)], live=True)


def readable_ones(files: list[UploadedFile], summary: DatasetSummary) -> list[UploadedFile]:
    """Those that are pictures; a sentence for each that is none."""
    good: list[UploadedFile] = []
    for file in files:
        try:
            cache.upload(file, summary)
            good.append(file)
        except PhotoError as error:
            st.markdown(f"**{as_is(file.name)}**")
            page.show_error(error)
    return good


def show_uploads(
    run: Run, summary: DatasetSummary, files: list[UploadedFile], beside: Place
) -> None:
    """One of the pictures large, the others in rows.

    Args:
        beside: where the switch for the large one goes.
    """
    if not files:
        answer([], _ANSWER, note=f"{_INVITATION[_UPLOAD]} {known(summary)}")
        return
    large = next((file for file in files if file.file_id == state.kept(_LARGE)), files[0])
    with beside:
        photo = photo_upload.prepare(large, summary, f"{run.id}_{large.file_id}")
    small = thumbnail_pixels(photo.picture, _THUMBNAIL)
    picked = answer(
        guesses_of(run, photo.pixels),
        _ANSWER,
        pictures=[Picture(small, "The photo"), seen(photo.pixels)],
        note=large.name,
        rows=[row(run, summary, file) for file in files if file is not large],
    )
    if picked is not None:
        state.set_kept(_LARGE, picked)
        st.rerun(scope="fragment")


def row(run: Run, summary: DatasetSummary, file: UploadedFile) -> Row:
    photo = photo_upload.as_advised(file, summary)
    small = thumbnail_pixels(photo.picture, _ROW)
    return Row(file.file_id, small, file.name, guesses_of(run, photo.pixels))


def guesses_of(run: Run, pixels: np.ndarray) -> Guesses:
    return top_k(cache.probabilities(run, pixels), run.dataset().classes)


def seen(pixels: np.ndarray) -> Picture:
    height, width, channels = pixels.shape
    kind = "grey" if channels == 1 else "colour"
    return Picture(pixels, f"What the network sees: {width} × {height}, {kind}")


def known(summary: DatasetSummary) -> str:
    """The first of the classes, and how many more there are."""
    names = ", ".join(summary.classes[:_NAMED])
    more = summary.num_classes - _NAMED
    return f"This network knows {names}{f' and {more} more' if more > 0 else ''}."
