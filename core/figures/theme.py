"""Colours and the layout that all figures share.

Every figure is read on a light and on a dark page: backgrounds are transparent, and the
colour of text, grid and axes is left to the page's theme. Knows nothing of what is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# One that is drawn again and again: Plotly's `data` and `layout`; go.Figure checks it in tests.
Figure = dict[str, Any]

# Okabe and Ito's colour-blind-safe palette, its yellow and black (unreadable on a white or a
# dark page) replaced, extended to ten. .streamlit/config.toml holds the same ten.
CATEGORICAL = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#8F6BB3",
    "#B3A125",
    "#7F8C8D",
    "#A65628",
)

ACCENT = "#0072B2"
# These two differ in lightness as well as in hue, and keep 3:1 on white and on dark grey.
TRAINING = "#0072B2"
VALIDATION = "#D55E00"
SUGGESTION = "#009E73"
NEUTRAL = "#7F8C8D"  # a grey that can be read on a light and on a dark page


_AXIS = {"automargin": True, "zeroline": False}


def layout_entries(
    *,
    height: int = 320,
    xaxis: Mapping[str, Any] | None = None,
    yaxis: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The margins, legend and backgrounds that all figures share, as one plain dict.

    A figure made of plain dicts in one go takes a fifth of the time that one changed step
    by step does, which counts where charts are drawn again every second.

    Args:
        height: in pixels; the width follows the page.
        xaxis, yaxis: entries of the axes.
        options: further layout entries, which win.
    """
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 36, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        "xaxis": {**_AXIS, **(xaxis or {})},
        "yaxis": {**_AXIS, **(yaxis or {})},
        **options,
    }


def with_alpha(colour: str, alpha: float) -> str:
    """`#0072B2` and 0.3 -> `rgba(0,114,178,0.3)`."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def contrast(one: str, other: str) -> float:
    """How well two colours part, 1 to 21 (WCAG 2.1); 3 is enough for lines and large text."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, 0..1 (WCAG 2.1)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
