"""The confusion matrix as a figure whose cells can be clicked.

Knows nothing of how predictions were made or of what a click leads to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.confusion import normalize_confusion
from core.figures.labels import MOST, in_full, label
from core.figures.theme import ACCENT, contrast, layout_entries

MOST_ANNOTATED = 20  # classes; with more, a number no longer fits its cell
_MOST_TICKS = 34
# Cells from none to all: opaque, so that the numbers on them can be given a colour.
_LIGHT_SCALE = ("#EEF4FA", "#005F96")
_DARK_SCALE = ("#18232D", "#3FA0DC")
_INK, _PAPER = "#0B1620", "#FFFFFF"


def confusion_figure(
    confusion: np.ndarray,
    classes: Sequence[str],
    normalized: bool = False,
    *,
    dark: bool = False,
) -> go.Figure:
    """A heatmap, rows true and columns predicted, the first class at the top left.

    The markers over the cells are invisible: a click on a heatmap fires no selection event,
    one on a scatter point does. Their customdata is (true index, predicted index).

    Args:
        confusion: (K, K) int64 counts.
        classes: K names.
        normalized: show each row's shares in percent, not counts.
        dark: cells that suit a dark page; both kinds can be read on either.
    """
    counts = np.asarray(confusion)
    shares = normalize_confusion(counts)
    # Shares are absolute, counts relative to the largest. The root brings out the mistakes,
    # which are few beside the diagonal.
    strength = np.sqrt(shares if normalized else counts / max(int(counts.max(initial=0)), 1))
    scale = _DARK_SCALE if dark else _LIGHT_SCALE
    size = len(classes)
    notes = []
    if size <= MOST_ANNOTATED:
        notes = _numbers(strength, _texts(counts, shares, normalized), scale)
    long_names = max((min(len(name), MOST) for name in classes), default=0) * size > 60
    layout = layout_entries(
        height=_height(size),
        xaxis={**_axis(classes, "Predicted class"), "tickangle": -45 if long_names else None},
        yaxis={
            **_axis(classes, "True class"),
            "range": [size - 0.5, -0.5],
            "scaleanchor": "x",
            "constraintoward": "top",
        },
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        annotations=notes,
        showlegend=False,
        hovermode="closest",
        hoverdistance=-1,  # the nearest cell, however far: a click anywhere in it selects it
        dragmode=False,
        uirevision="confusion",
    )
    cells = [_cells(strength, scale), _targets(counts, shares, classes, layout["height"])]
    return go.Figure(data=cells, layout=layout)


def _height(classes: int) -> int:
    """Pixels: cells of 46 and more for few classes, the whole matrix on a screen for many."""
    return int(np.clip(46 * classes + 140, 360, 760))


def _axis(classes: Sequence[str], title: str) -> dict[str, Any]:
    """Numbers with names as labels: classes called "0" to "9" must not become a number axis."""
    every = -(-len(classes) // _MOST_TICKS)
    ticks = list(range(0, len(classes), every))
    return {
        "title": {"text": title},
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [label(classes[i]) for i in ticks],
        "range": [-0.5, len(classes) - 0.5],
        "constrain": "domain",
        "showgrid": False,
        "fixedrange": True,
        "ticks": "",
    }


def _cells(strength: np.ndarray, scale: tuple[str, str]) -> go.Heatmap:
    gap = 2 if len(strength) <= MOST_ANNOTATED else 0
    return go.Heatmap(
        z=strength.tolist(),
        zmin=0,
        zmax=1,
        colorscale=[[0, scale[0]], [1, scale[1]]],
        showscale=False,
        hoverinfo="skip",
        xgap=gap,
        ygap=gap,
    )


def _numbers(
    strength: np.ndarray, texts: np.ndarray, scale: tuple[str, str]
) -> list[dict[str, Any]]:
    """A number on every cell, dark or white, whichever can be read better on it.

    Annotations, as text that belongs to a trace fades when a cell is selected.
    """
    size = 13 if len(strength) <= 12 else 10
    return [
        {
            "x": column,
            "y": row,
            "text": texts[row, column],
            "showarrow": False,
            "font": {"size": size, "color": readable_on(mixed(*scale, float(value)))},
        }
        for (row, column), value in np.ndenumerate(strength)
    ]


def mixed(start: str, end: str, share: float) -> str:
    """The colour at `share` of the way, as Plotly mixes a scale's two ends."""
    pairs = ((int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def readable_on(colour: str) -> str:
    """The text colour with the higher contrast on it."""
    return max((_INK, _PAPER), key=lambda text: contrast(text, colour))


def _texts(counts: np.ndarray, shares: np.ndarray, normalized: bool) -> np.ndarray:
    """(K, K) str"""
    digits = 1 if len(counts) <= 12 else 0
    texts = np.empty(counts.shape, dtype=object)
    for cell in np.ndindex(counts.shape):
        whole = normalized and shares[cell] in (0.0, 1.0)
        percent = f"{100 * shares[cell]:.{0 if whole else digits}f}%"
        texts[cell] = percent if normalized else f"{counts[cell]:,}"
    return texts


def _targets(
    counts: np.ndarray, shares: np.ndarray, classes: Sequence[str], height: int
) -> go.Scatter:
    rows, columns = (index.ravel().tolist() for index in np.indices(counts.shape))
    names, short = [in_full(name) for name in classes], [label(name) for name in classes]
    hover = [
        f"True: <b>{names[i]}</b><br>Predicted: <b>{names[j]}</b><br>"
        f"{_images(int(counts[i, j]))}, {shares[i, j]:.1%} of {short[i]}"
        for i, j in zip(rows, columns, strict=True)
    ]
    side = max((height - 110) / max(len(classes), 1), 3)
    return go.Scatter(
        x=columns,
        y=rows,
        # Objects, so that ten thousand cells are neither checked one by one nor packed.
        customdata=np.array([rows, columns], dtype=object).T,
        mode="markers",
        marker={"symbol": "square", "size": side, "opacity": 0, "color": ACCENT},
        # A selection fades what is not selected; what is invisible stays so.
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertext=np.array(hover, dtype=object),
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
