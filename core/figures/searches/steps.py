"""The best accuracy so far, as steps over trials or over time, and every trial as a mark.

How a trial ended is told by its mark's shape, not by colour alone. Knows nothing of trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from core.figures.curves import PERCENT_AXIS
from core.figures.theme import ACCENT, NEUTRAL, VALIDATION, Figure, layout_entries
from core.notation import decimal

Trace = dict[str, Any]
# Of a trial: its number, seconds that all had trained by its end, accuracy 0..1, best 0..1 so
# far, and whether it was stopped early.
Row = tuple[int, float, float | None, float | None, bool]

_MARKS = (
    ("Trained to the end", "circle", VALIDATION, False),
    ("Stopped early", "x-thin-open", NEUTRAL, True),
)


def search_steps(
    rows: Sequence[Row], *, over: Literal["trials", "seconds"] = "trials", height: int = 320
) -> Figure:
    """A step line of the best so far, over the trials that it took or the time that they trained.

    Args:
        rows: in the order in which the trials ended.
    """
    unit, title = _unit(rows, over)
    traces = [_marks(rows, over, unit, *mark) for mark in _MARKS]
    layout = layout_entries(
        height=height,
        xaxis={"title": {"text": title}, "rangemode": "tozero"},
        yaxis={"title": {"text": "Validation accuracy"}, **PERCENT_AXIS},
        showlegend=True,
        uirevision=f"search-steps-{over}",
    )
    if over == "trials":
        layout["xaxis"] |= {"dtick": 1} if len(rows) <= 20 else {}
    return {"data": [*traces, _line(rows, over, unit)], "layout": layout}


def _unit(rows: Sequence[Row], over: str) -> tuple[float, str]:
    """What a place is divided by, and the axis' title."""
    if over == "trials":
        return 1.0, "Trials"
    longest = max((row[1] for row in rows), default=0.0)
    for seconds, word in ((3600.0, "hours"), (60.0, "minutes")):
        if longest >= 2 * seconds:
            return seconds, f"Training time ({word})"
    return 1.0, "Training time (seconds)"


def _place(row: Row, over: str, unit: float) -> float:
    return row[0] if over == "trials" else row[1] / unit


def _line(rows: Sequence[Row], over: str, unit: float) -> Trace:
    known = [row for row in rows if row[3] is not None]
    best = [100.0 * (row[3] or 0.0) for row in known]
    return {
        "type": "scatter",
        "x": [_place(row, over, unit) for row in known],
        "y": best,
        "name": "Best so far",
        "mode": "lines" if len(known) > 1 else "markers",  # a line of one point is not seen
        "line": {"color": ACCENT, "width": 2.5, "shape": "hv"},
        "marker": {"color": ACCENT, "size": 4},
        "hoverinfo": "skip",  # the marks say it
    }


def _marks(
    rows: Sequence[Row], over: str, unit: float, name: str, symbol: str, colour: str, early: bool
) -> Trace:
    own = [row for row in rows if row[2] is not None and row[4] == early]
    values = [100.0 * (row[2] or 0.0) for row in own]
    words = [f"Trial {row[0]}: {decimal(v, 2)} %" for row, v in zip(own, values, strict=True)]
    return {
        "type": "scatter",
        "x": [_place(row, over, unit) for row in own],
        "y": values,
        "name": name,
        "mode": "markers",
        "marker": {
            "color": colour,
            "size": 9,
            "symbol": symbol,
            "line": {"width": 2 if early else 0, "color": colour},
        },
        "hovertext": [f"{text}<br>{name.lower()}" for text in words],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
