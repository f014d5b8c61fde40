"""Colours and the layout that all figures share.

Every figure is read on a light and on a dark page: backgrounds are transparent, and the
colour of text, grid and axes is left to the page's theme. Knows nothing of what is drawn.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

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


def layout(figure: go.Figure, *, height: int = 320, **options: Any) -> go.Figure:
    """Give a figure the margins, legend and backgrounds that all of them share.

    Args:
        figure: changed in place.
        height: in pixels; the width follows the page.
        options: further layout entries, which win.
    """
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": 36, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
    )
    figure.update_xaxes(automargin=True, zeroline=False)
    figure.update_yaxes(automargin=True, zeroline=False)
    figure.update_layout(**options)
    return figure


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
