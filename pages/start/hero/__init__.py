"""The picture that Start begins with: the shipped network at work on one digit after another.

One st.components.v2 component (hero.js) draws what was recorded when the run was shipped, so no
TensorFlow is needed. Knows nothing of how it was recorded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.analysis.glimpse import Glimpse
from core.figures import vignettes
from core.notation import percent

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.hero",
    html='<div class="convscope-hero"></div>',
    css=(_HERE / "hero.css").read_text(encoding="utf-8"),
    js=(_HERE / "hero.js").read_text(encoding="utf-8"),
)


def hero(glimpse: Glimpse, classes: tuple[str, ...]) -> None:
    """Images of one channel, what the network's layers make of them, and its answers."""
    _MOUNT(key="hero", data=_data(glimpse, classes))


@st.cache_data(max_entries=2, show_spinner=False, hash_funcs={Glimpse: id})
def _data(glimpse: Glimpse, classes: tuple[str, ...]) -> dict[str, Any]:
    layers = [
        {
            "title": f"Block {number}",
            "sheet": vignettes.sheet(maps, coloured=True),
            "side": maps.shape[2],
            "channels": maps.shape[1],
        }
        for number, maps in enumerate(glimpse.maps.values(), start=1)
    ]
    return {
        "images": vignettes.sheet(glimpse.images[None, :, :, :, 0], coloured=False),
        "side": glimpse.images.shape[1],
        "layers": layers,
        "probabilities": glimpse.probabilities.tolist(),
        "sure": [percent(max(row), 0) for row in glimpse.probabilities.tolist()],
        "classes": list(classes),
        "labels": glimpse.labels.tolist(),
    }
