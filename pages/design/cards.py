"""Cards to choose from, in a row: a picture, a title, a line or two; one of them in the draft.

The title is a button that spreads over its card. Knows nothing of what is chosen.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import streamlit as st

_STYLE = """<style>
[class*="st-key-card_"] {position:relative; padding:.5rem .6rem !important; gap:.15rem}
[class*="st-key-card_"] [data-testid="stElementContainer"],
[class*="st-key-card_"] .stButton, [class*="st-key-card_"] .stTooltipHoverTarget,
[class*="st-key-card_"] button {position:static !important}
[class*="st-key-card_"] button {min-height:0; padding:0; text-align:left;
  justify-content:flex-start; font-weight:600}
[class*="st-key-card_"] button p {font-weight:600; text-align:left; white-space:normal}
[class*="st-key-card_"] button::after {content:""; position:absolute; inset:0;
  border-radius:inherit; cursor:pointer}
[class*="st-key-card_"]:has(button:hover) {border-color:var(--convscope-card)}
[class*="st-key-card_"]:has(button:focus-visible) {outline:2px solid var(--convscope-card)}
[class*="st-key-card_"] button:focus-visible {outline:none; box-shadow:none}
[class*="st-key-card_on_"] {border-color:var(--convscope-card);
  box-shadow:inset 0 0 0 1px var(--convscope-card)}
[class*="st-key-card_"] {--convscope-card:#0072B2}
.convscope-card {display:flex; gap:3px; height:44px; align-items:center; overflow:hidden}
.convscope-card img {height:44px; max-width:100%; object-fit:contain; object-position:left}
.convscope-card img.convscope-pixels {image-rendering:pixelated; height:38px; border-radius:2px}
/* Small ones in a row that scrolls, which begins where the chosen one is in sight. */
[class*="st-key-cards_"] {padding-bottom:.35rem; scrollbar-width:thin}
[class*="st-key-cards_"] [class*="st-key-card_"] {padding:.35rem .5rem !important; gap:0}
[class*="st-key-cards_"] [class*="st-key-card_"]:has(button:focus-visible) {outline-offset:-2px}
[class*="st-key-cards_"] [class*="st-key-card_on_"] {scroll-initial-target:nearest}
[class*="st-key-cards_"] button p {font-size:.8125rem}
[class*="st-key-cards_"] .convscope-card, [class*="st-key-cards_"] .convscope-card img {
  height:36px}
</style>"""
_SMALL = 168  # pixels of width


@dataclass(frozen=True)
class Card:
    """What one card says. `words` and `lines` are Markdown, `pictures` are data URIs."""

    name: str
    words: str
    pictures: Sequence[str]
    lines: Sequence[str]
    help: str = ""
    chosen: bool = False  # stands out
    in_draft: bool = False  # gets a tick
    sharp: bool = False  # small images, whose pixels are to be seen


def row(
    cards: Sequence[Card],
    key: str,
    on_click: Callable[[str], Any],
    *,
    across: int | None = None,
    wrap: bool = False,
) -> None:
    """Draw them side by side.

    Args:
        on_click: called with the name of the card that was clicked.
        across: how many in a row, which scrolls where there is no room; None: all of them, small.
        wrap: fewer in a row where there is no room, instead of scrolling.
    """
    st.html(_STYLE)
    with _side_by_side(key, across, wrap):
        for card in cards:
            state = "on" if card.chosen else "off"
            with st.container(
                border=True,
                width=_SMALL if across is None else "stretch",
                height="stretch",
                key=f"card_{state}_{key}_{card.name}",
            ):
                _show(card, key, on_click)


def _side_by_side(key: str, across: int | None, wrap: bool) -> AbstractContextManager[Any]:
    if across is None:
        return st.container(horizontal=True, wrap=False, gap="xsmall", key=f"cards_{key}")
    return st.grid(across, min_column_width=172, gap="small", wrap=wrap)


def _show(card: Card, key: str, on_click: Callable[[str], Any]) -> None:
    kind = ' class="convscope-pixels"' if card.sharp else ""
    # Of no meaning beside the title, and so of no words.
    pictures = "".join(
        f'<img{kind} alt="" src="{html.escape(uri, quote=True)}">' for uri in card.pictures
    )
    st.html(f'<div class="convscope-card">{pictures}</div>')
    st.button(
        card.words,
        type="tertiary",
        key=f"{key}_{card.name}",
        icon=":material/check_circle:" if card.in_draft else None,
        help=card.help or None,
        on_click=on_click,
        args=(card.name,),
    )
    for line in card.lines:
        st.caption(line)
