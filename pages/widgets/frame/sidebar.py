"""The sidebar under the navigation: the device and the run that is at work, if any.

Looks only at status files, so that it may be drawn on every page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.errors import ConfigError
from core.machine import describe_device
from core.runs import Run, State, Status
from pages.session import address, audience, cache, run_list
from pages.widgets import page
from pages.widgets.text import as_is, format_duration

WIDTH = 244  # pixels
_LOOKS_A_LOOK = 3  # of a live page to one of the sidebar
Sections = Mapping[str, Sequence[StreamlitPage]]

_FRAME = Path(__file__).with_name("frame.css")
_FOLDING = st.components.v2.component(
    "convscope.frame",
    js=Path(__file__).with_name("frame.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_MARK = """
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 32" width="{width}" height="32">
<g fill="#3F95CF"><rect x="1" y="3" width="26" height="26" rx="5" opacity=".28"/>
<rect x="7" y="9" width="14" height="14" rx="3" opacity=".55"/>
<rect x="11.5" y="13.5" width="5" height="5" rx="1.2"/></g>{name}</svg>
"""
_NAME = (
    '<text x="38" y="23" font-family="Helvetica, Arial, sans-serif" font-size="20" '
    'font-weight="600" fill="{ink}" textLength="106" lengthAdjust="spacingAndGlyphs">'
    "ConvScope</text>"
)


def icon() -> str:
    """The mark alone, as SVG. (Streamlit fetches a :material: page icon from the internet.)"""
    return _MARK.format(width=32, name="").strip()


def show(sections: Sections) -> None:
    """Name, the pages, the run at work, and the device; and the frame that all pages share."""
    st.html(_FRAME)
    ink = "#e8edf2" if st.context.theme.type == "dark" else "#1c2733"
    whole = _MARK.format(width=150, name=_NAME.format(ink=ink))
    st.logo(whole.strip(), size="large", icon_image=icon())
    with st.sidebar, st.container(gap=None, key="pages"):
        _pages(sections)
    with st.sidebar, page.guarded():
        working = run_list.at_work()
        if working is not None:
            # Switched off when nothing runs: a fragment left on costs, and disturbs widgets.
            every = _LOOKS_A_LOOK * audience.present_pace()
            st.fragment(_active_run, run_every=every)(working)
    with st.sidebar:
        _device()


def _pages(sections: Sections) -> None:
    """A link a page. Streamlit's own list of them drops the run and the draft from the address."""
    for section, pages in sections.items():
        if section:
            st.caption(section)
        for entry in pages:
            query = address.parameters()
            st.page_link(entry, label=as_is(entry.title), icon=entry.icon, query_params=query)
    _FOLDING(key="folding", height=1)


def _device() -> None:
    device = describe_device()
    icon = ":material/memory:" if device.kind == "cpu" else ":material/developer_board:"
    st.caption(f"{icon} {as_is(device.name)}", help=as_is(f"{device.precision}: {device.reason}."))


def _active_run(run: Run) -> None:
    status = run.status()
    if not status.state.alive:
        st.rerun(scope="app")
    with page.guarded(), st.container(gap="xsmall", key="sidebar_run"):
        page.link(
            _page(run),
            f"**{as_is(run_list.title(run))}**",
            icon=":material/monitoring:",
            run=run,
        )
        st.progress(status.fraction_done, text=as_is(_words(status)))


def _page(run: Run) -> str:
    try:
        job = cache.run_config(run).job
    except ConfigError:
        job = "train"
    return "pages/train/lr_range.py" if job == "range-test" else "pages/train/train.py"


def _words(status: Status) -> str:
    if status.state is State.QUEUED:
        return "Waiting for the device"
    if not status.step:
        return status.doing[:1].upper() + status.doing[1:]
    left = status.seconds_left
    place = status.place
    return place if left is None else f"{place} · {format_duration(left)} left"
