"""A Plotly chart that is updated in place: zoom, hover and legend choices survive.

`st.plotly_chart` mounts its chart anew whenever the data change; this component keeps
one node and calls Plotly.react on it (live_chart.js). plotly.min.js is served from the
installed plotly package, never from the internet. Knows nothing of what is drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import plotly
import plotly.graph_objects as go
import streamlit as st
from plotly.io.json import to_json_plotly
from streamlit.components.v1 import declare_component

Figure: TypeAlias = go.Figure | dict[str, Any]

# Declared for its files alone: the server then offers them under /component/<name>/.
_LIBRARY = declare_component("plotly", path=Path(plotly.__file__).parent / "package_data")
_MOUNT = st.components.v2.component(
    "convscope.live_chart",
    html='<div class="convscope-chart" role="img"></div>',
    css=".convscope-chart { width: 100%; }",
    js=Path(__file__).with_name("live_chart.js").read_text(encoding="utf-8"),
    # In the page's own tree, because Plotly puts its style sheet in the document's head.
    isolate_styles=False,
)


def live_chart(
    figure: Figure | Callable[[], Figure],
    key: str,
    height: int = 300,
    *,
    revision: object = None,
    label: str = "Chart",
) -> None:
    """Show a figure, redrawn in the browser only where it changed.

    Args:
        figure: the figure, or a function that builds it and is called only when
            `revision` is one that this key has not shown yet.
        key: identifies the chart on the page; a new key is a new chart with no zoom.
        height: in pixels.
        revision: changes exactly when the figure does; needed with a function.
        label: what a screen reader says.
    """
    if callable(figure):
        message = _built(key, repr(revision), height, label, figure)
    else:
        message = _message(figure, key, height, label)
    _MOUNT(key=key, data=message)


@st.cache_resource(max_entries=64, show_spinner=False)
def _built(key: str, revision: str, height: int, label: str, _build: Callable[[], Figure]) -> bytes:
    """The message of a revision; sessions that watch the same run share it."""
    return _message(_build(), key, height, label)


def _message(figure: Figure, key: str, height: int, label: str) -> bytes:
    """What the browser gets: JSON, with a revision that is the content's own hash."""
    content = figure if isinstance(figure, dict) else figure.to_dict()
    layout = {k: v for k, v in content["layout"].items() if k not in ("template", "width")}
    # One value for the chart's whole life: Plotly then keeps what the person changed.
    layout |= {"height": height, "uirevision": key}
    drawn = to_json_plotly({"data": content["data"], "layout": layout})
    library = f"{_base_path()}component/{_LIBRARY.name}/plotly.min.js?v={plotly.__version__}"
    frame = to_json_plotly(
        {"revision": _digest(drawn), "height": height, "label": label, "library": library}
    )
    return f'{frame[:-1]},"figure":{drawn}}}'.encode()


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _base_path() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/" if base else "/"
