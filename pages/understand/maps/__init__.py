"""The channels of a layer as small pictures, each to be enlarged in place beside the input.

One st.components.v2 component (maps.js). Knows nothing of runs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from core.analysis.feature_maps import dead_channels, ranges, sheet, viridis
from core.figures.images import SMALL, data_uri, indexed_uri
from pages.widgets.lightbox import LIGHTBOX_CSS, LIGHTBOX_JS

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.maps",
    html='<div class="maps"></div>',
    css=LIGHTBOX_CSS + (_HERE / "maps.css").read_text(encoding="utf-8"),
    js=LIGHTBOX_JS + (_HERE / "maps.js").read_text(encoding="utf-8"),
)
_PER_ROW = 16  # channels a row of the one picture that brings them all


def layer_maps(
    layer: str, maps: np.ndarray, picture: np.ndarray, key: str, *, alone: bool = True
) -> None:
    """Show the channels of a layer.

    Args:
        maps: (h, w, c) float32
        picture: (H, W, C) uint8, what the network was given.
        alone: as large as the window has room for, not one layer of many.
    """
    height, width, channels = maps.shape
    data = {
        "layer": layer,
        "sheet": indexed_uri(sheet(maps, _PER_ROW), viridis()),
        "across": min(_PER_ROW, channels),
        "height": height,
        "width": width,
        "ranges": ranges(maps),
        "dead": dead_channels(maps),
        "picture": data_uri(picture),
        "sharp": max(picture.shape[:2]) <= SMALL,
        "alone": alone,
    }
    _MOUNT(key=key, data=data)
