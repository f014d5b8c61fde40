"""Start: a network at work, what can be done here, the last runs, recipes and data sets."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.analysis.glimpse import Glimpse, load_glimpse
from core.config import RunConfig
from core.errors import UserError
from core.jobs import launch, preflight
from core.machine import describe_device
from core.reading import version
from core.recipes import find_recipe
from core.runs import Run, list_shipped
from pages.session import address, pace, run_list, state
from pages.start import catalogue
from pages.start.hero import hero
from pages.start.last_runs import last_runs, unreadable_runs
from pages.start.steps import pictures, steps
from pages.widgets import page
from pages.widgets.head import head
from pages.widgets.text import as_is

_TRAIN = "pages/train/train.py"
_CLASSIFY = "pages/use/classify.py"
_RECIPE = "digits-quick"
_PRECISIONS = {
    "float32": "computes in 32-bit numbers",
    "mixed_bfloat16": "mixed precision: computes in 16-bit numbers, keeps weights in 32",
    "mixed_float16": "mixed precision: computes in 16-bit numbers, keeps weights in 32",
}


def main() -> None:
    target = state.take_next_page()
    if target:
        st.switch_page(target, query_params=address.parameters())
    head(
        "ConvScope",
        "Train a convolutional network on images, watch it learn, and see what it has learned.",
    )
    shown = _shipped()
    with page.guarded():
        _first_screen(shown)
    known = {} if shown is None else {shown[0].dataset().name: pictures(shown[1])}
    with page.guarded():
        last_runs()
        unreadable_runs()
    with page.guarded():
        catalogue.recipes(_train, known)
    with page.guarded():
        catalogue.data_sets(known)
    _device()


def _first_screen(shown: tuple[Run, Glimpse] | None) -> None:
    """A network at work beside the way in, and the five steps below."""
    with st.container(border=True, key="first_screen"):
        words, picture = st.columns([1, 2.3], gap="medium", vertical_alignment="center")
        with words:
            _way_in("This one reads handwritten digits." if shown is not None else "")
        if shown is not None:
            with picture:
                hero(shown[1], shown[0].dataset().classes)
    steps(shown)


def _shipped() -> tuple[Run, Glimpse] | None:
    """The shipped run with what it made of some images; None where its record is damaged."""
    for run in list_shipped():
        try:
            run.dataset()
            return run, _read_glimpse(str(run.path), version(run.glimpse_path))
        except UserError:
            continue
    return None


def _way_in(beside: str) -> None:
    """What to do first.

    Args:
        beside: what the picture beside it shows.
    """
    st.subheader("See what a network sees", anchor=False)
    rest = "Train your own, watch it learn, look inside, and show it a picture."
    st.markdown(f"{beside} {rest}".strip())
    st.button(
        "Train on digits now",
        type="primary",
        icon=":material/play_arrow:",
        key="train_digits",
        width="stretch",
        on_click=page.attempt,
        args=(_train, find_recipe(_RECIPE).config),
    )
    if st.button(
        "Classify a photo",
        icon=":material/add_a_photo:",
        key="classify_photo",
        width="stretch",
    ):
        st.switch_page(_CLASSIFY, query_params=address.parameters())
    with page.guarded():
        st.caption(_how_long())


def _how_long() -> str:
    if run_list.at_work() is not None:
        return "A run is at work now. A new one waits until the device is free."
    config = find_recipe(_RECIPE).config
    whole = pace.run_time(config, preflight.inspect(config))
    return "" if whole is None else f"Training takes {pace.run_in_words(whole)} on this machine."


def _train(config: RunConfig) -> None:
    """Asked in a callback, so that what interrupts the drawing of the page cannot lose it."""
    preflight.check(config)
    run = launch.start(config)
    run_list.select(run.id)
    state.set_next_page(_TRAIN)


def _device() -> None:
    device = describe_device()
    kind = "processor" if device.kind == "cpu" else "graphics card"
    how = _PRECISIONS.get(device.precision, device.precision)
    st.caption(
        f"Trains on the {kind} {as_is(device.name)} ({as_is(how)}, because "
        f"{as_is(device.reason)}). Design can change it."
    )
    if device.note:
        st.info(as_is(device.note), icon=":material/info:")


@st.cache_resource(max_entries=2, show_spinner=False)
def _read_glimpse(path: str, version: str) -> Glimpse:
    return load_glimpse(Run(Path(path)).glimpse_path)


main()
