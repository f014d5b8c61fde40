"""Weights of a network that others trained, where they are not on this machine: a click gets them.

Shared by Design, Train and the range test. Where they come from is core's to say.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.config import Base
from core.data.pretrained import download_weights, weights_folder
from pages.widgets.download.bar import with_bar
from pages.widgets.text import as_is, format_bytes


def offer_weights(base: Base, key: str) -> None:
    """Says that they are not here, and downloads them on a click.

    Args:
        key: tells two of them on a page apart.
    """
    volume, folder = format_bytes(base.size), as_is(str(weights_folder()))
    with st.container(border=True, key=f"weights_{key}"):
        st.markdown(
            f":material/download: &ensp;**The weights of {as_is(base.title)} are not on this "
            f"machine yet.** They can be downloaded from their home ({volume}) into Keras's own "
            f"cache. Where there is no connection, put {as_is(base.weights)} into {folder} by hand."
        )
        st.caption(as_is(base.url))
        clicked = st.button(f"Download the weights ({volume})", key=f"weights_button_{key}")
        if clicked and with_bar(partial(download_weights, base)):
            st.rerun()
