"""Plotly charts that are updated in place: zoom, hover and legend choices survive.

`st.plotly_chart` mounts its chart anew whenever the data change; this component keeps
one node a chart and calls Plotly.react on it (live_charts.js). Charts that change together
are one component, two beside each other where there is room: each component that a look
draws again costs the server as much as all else that a chart needs.

plotly.min.js is served from the installed plotly package, never from the internet. Knows
nothing of what is drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly
import streamlit as st
from plotly.io.json import to_json_plotly
from streamlit.components.v1 import declare_component

# Declared for its files alone: the server then offers them under /component/<name>/.
_LIBRARY = declare_component("plotly", path=Path(plotly.__file__).parent / "package_data")
_MOUNT = st.components.v2.component(
    "convscope.live_charts",
    html='<div class="convscope-charts"></div>',
    css=Path(__file__).with_name("live_charts.css").read_text(encoding="utf-8"),
    js=Path(__file__).with_name("live_charts.js").read_text(encoding="utf-8"),
    # In the page's own tree, because Plotly puts its style sheet in the document's head.
    isolate_styles=False,
)


@dataclass(frozen=True)
class Chart:
    """One of the charts.

    Args:
        label: what a screen reader says.
        figure: builds the figure, plain dicts `data` and `layout`.
        height: in pixels.
        titled: the label stands above it, for all to read.
    """

    label: str
    figure: Callable[[], dict[str, Any]]
    height: int = 320
    titled: bool = False


def live_charts(charts: Sequence[Chart], key: str, revision: object) -> None:
    """Show charts, each redrawn in the browser only where it changed.

    Args:
        charts: in order of reading; the same ones at each look.
        key: identifies them on the page; a new key is new charts with no zoom.
        revision: changes exactly when a figure does. Figures are built once a revision, and
            sessions that watch the same run share them.
    """
    # By name, as in pages/session/cache.
    _MOUNT(key=key, data=_message(key=key, revision=repr(revision), _charts=charts))


@st.cache_resource(max_entries=16, show_spinner=False)
def _message(key: str, revision: str, _charts: Sequence[Chart]) -> bytes:
    """What the browser gets, as JSON."""
    library = f"{_base_path()}component/{_LIBRARY.name}/plotly.min.js?v={plotly.__version__}"
    charts = ",".join(_drawn(chart, key) for chart in _charts)
    return f'{{"library":{to_json_plotly(library)},"charts":[{charts}]}}'.encode()


def _drawn(chart: Chart, key: str) -> str:
    """One chart of the message, with a revision that is its content's own hash."""
    figure = chart.figure()
    # One value for the chart's whole life: Plotly then keeps what the person changed.
    layout = {**figure["layout"], "height": chart.height, "uirevision": key}
    drawn = to_json_plotly({"data": figure["data"], "layout": layout})
    frame = {"label": chart.label, "titled": chart.titled, "height": chart.height}
    frame["revision"] = hashlib.blake2b(drawn.encode(), digest_size=8).hexdigest()
    return f'{to_json_plotly(frame)[:-1]},"figure":{drawn}}}'


def _base_path() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/" if base else "/"
