"""Classify a photo: draw, upload or film one, and read in large words what the network says."""

from __future__ import annotations

import streamlit as st

from core.runs import Run
from pages.session import cache
from pages.use.ways import stage
from pages.widgets import samples
from pages.widgets.frame.opened import open_trained


def main() -> None:
    run = open_trained(
        "Classify a photo",
        "Show the network a picture and see what it takes it for.",
        "There is no trained network to ask yet. Train one first; digits takes less than a minute.",
    )
    if run is None:
        return
    above, strip, foot = st.container(), st.container(), st.container()
    with foot:
        download(run)
    with strip:
        st.markdown("**Or try a test image**")
        with st.container(horizontal=True, vertical_alignment="center"):
            position = samples.pick(run, f"classify_samples_{run.id}", size=48)
    with above:
        stage(run, position)


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
