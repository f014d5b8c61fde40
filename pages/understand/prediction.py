"""What the network takes a picture for, in a narrow column: names, shares and thin bars."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from core.reading import one_line
from pages.widgets.text import format_percent

_STYLE = """<style>
.cs-said {font-size:.875rem}
.cs-said div {display:grid; grid-template-columns:minmax(0,1fr) auto; gap:0 .5rem; margin:0 0 .3rem}
.cs-said div:first-child {font-weight:600}
.cs-said span {overflow:hidden; text-overflow:ellipsis; white-space:nowrap}
.cs-said i {grid-column:1/-1; height:.3rem; min-width:1px; border-radius:.15rem;
  background:light-dark(#0072B2, #3FA0DC)}
</style>"""


def show_prediction(best: Sequence[tuple[str, float]]) -> None:
    """The most probable classes, (name, probability 0..1), the most probable first."""
    rows = "".join(_row(one_line(name), share) for name, share in best)
    st.html(
        f'{_STYLE}<div class="cs-said" role="list" aria-label="The likeliest classes">{rows}</div>'
    )


def _row(name: str, share: float) -> str:
    escaped = html.escape(name, quote=True)
    return (
        f'<div role="listitem"><span title="{escaped}">{escaped}</span>'
        f"<span>{format_percent(share)}</span>"
        f'<i style="width:{100 * share:.1f}%"></i></div>'
    )
