"""What a study came to, a row a variant: differences from the baseline, and each run's value.

Knows nothing of how an interval is reckoned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from core.analysis.comparison import Difference, Group, runs_words, summary, surety
from core.figures.curves import PERCENT_AXIS
from core.figures.labels import in_full, label, name_axis
from core.figures.studies.variants import colour, number, scale, written
from core.figures.theme import NEUTRAL, Figure, layout_entries, with_alpha

Trace = dict[str, Any]

_ROW = 44  # pixels
_AROUND = 96  # pixels: the axis below the rows and what stands above them
_STEP = 0.14  # of a row, between values that are equal
_FARTHEST = 0.36  # of a row, from its middle
_LONGEST = 4.0  # of the largest difference: a whisker that is longer leaves the chart


def study_differences(
    differences: Sequence[Difference],
    *,
    measure_title: str,
    percent: bool = True,
    height: int | None = None,
) -> Figure:
    """A row a variant: how far it is from the baseline, and the interval as a whisker.

    Args:
        differences: of the second variant and those after it, in their order.
        percent: differences of shares, drawn as percentage points.
    """
    rows = [_row(item, place, percent) for place, item in enumerate(differences)]
    unit = " (points)" if percent else ""
    baseline = label(differences[0].baseline) if differences else ""
    layout = layout_entries(
        height=height or _AROUND + _ROW * len(rows),
        xaxis={
            "title": {"text": f"Difference in {_inside(measure_title)}{unit}"},
            "range": _range(differences, percent),
        },
        yaxis=name_axis([item.name for item in differences]),
        showlegend=False,
        shapes=[_zero()],
        annotations=[_above(baseline)] if baseline else [],
    )
    return {"data": rows, "layout": layout}


def _row(difference: Difference, place: int, percent: bool) -> Trace:
    ink = NEUTRAL if difference.within_noise else colour(place + 1)
    mean = scale(percent) * difference.mean
    trace: Trace = {
        "type": "scatter",
        "x": [mean] if math.isfinite(mean) else [],
        "y": [place] if math.isfinite(mean) else [],
        "name": label(difference.name),
        "mode": "markers",
        # Open within the noise, so that it is told without colour too.
        "marker": {
            "color": ink,
            "size": 11,
            "symbol": "circle-open" if difference.within_noise else "circle",
            "line": {"width": 2},
        },
        "hovertext": [f"{in_full(difference.name)}<br>{_found(difference, percent)}"],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    if difference.bounded:
        trace["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": [scale(percent) * difference.high - mean],
            "arrayminus": [mean - scale(percent) * difference.low],
            "color": ink,
            "thickness": 2,
            "width": 6,
        }
    return trace


def _found(difference: Difference, percent: bool) -> str:
    unit = " points" if percent else ""
    mean, low, high = (
        number(scale(percent) * value, percent)
        for value in (difference.mean, difference.low, difference.high)
    )
    runs = runs_words(difference)
    if not difference.bounded:
        return f"{mean}{unit}<br>no interval: that takes two runs of each, and there are {runs}"
    noise = "within the noise: " if difference.within_noise else ""
    return f"{mean}{unit}<br>{noise}{low} to {high} ({surety(difference)}; {runs})"


def _range(differences: Sequence[Difference], percent: bool) -> list[float]:
    """From end to end, zero between; one wide whisker must not press all others into a line."""
    factor = scale(percent)
    means = [item.mean for item in differences if math.isfinite(item.mean)]
    bounded = [item for item in differences if item.bounded]
    narrowest = min((item.high - item.mean for item in bounded), default=0.0)
    most = _LONGEST * max([narrowest, *map(abs, means)])
    low = max(-most, min([0.0, *means, *(item.low for item in bounded)]))
    high = min(most, max([0.0, *means, *(item.high for item in bounded)]))
    room = 0.08 * (high - low) or 1.0 / factor
    return [factor * (low - room), factor * (high + room)]


def _zero() -> dict[str, Any]:
    line = {"color": NEUTRAL, "width": 1.5, "dash": "dot"}
    return {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _above(baseline: str) -> dict[str, Any]:
    place = {"x": 0, "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False}
    return {"text": baseline, **place}


def study_values(
    groups: Sequence[Group],
    *,
    measure_title: str,
    percent: bool = True,
    height: int | None = None,
) -> Figure:
    """A row a variant: a dot a run, and a stroke at their mean.

    Args:
        groups: the baseline first.
        percent: values are shares, drawn in percent.
    """
    traces: list[Trace] = []
    for place, group in enumerate(groups):
        traces.append(_runs(group, place, percent))
        traces.append(_mean(group, place, percent))
    layout = layout_entries(
        height=height or _AROUND + _ROW * len(groups),
        xaxis={"title": {"text": measure_title}, **(PERCENT_AXIS if percent else {})},
        yaxis=name_axis([group.name for group in groups]),
        showlegend=False,
    )
    return {"data": traces, "layout": layout}


def _runs(group: Group, place: int, percent: bool) -> Trace:
    values = [scale(percent) * value for value in group.values]
    name = in_full(group.name)
    return {
        "type": "scatter",
        "x": values,
        "y": [place + offset for offset in _offsets(values)],
        "name": label(group.name),
        "mode": "markers",
        "marker": {"color": with_alpha(colour(place), 0.75), "size": 9},
        "hovertext": [f"{name}<br>run {i}: {written(v, percent)}" for i, v in enumerate(values, 1)],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _mean(group: Group, place: int, percent: bool) -> Trace:
    mean, deviation = (scale(percent) * number for number in summary(group))
    there, several = math.isfinite(mean), math.isfinite(deviation)
    unit = " points" if percent else ""
    spread = f"<br>standard deviation {number(deviation, percent)}{unit}"
    return {
        "type": "scatter",
        "x": [mean] if there else [],
        "y": [place] if there else [],
        "name": label(group.name),
        "mode": "markers",
        "marker": {
            "color": colour(place),
            "size": 26,
            "symbol": "line-ns-open",
            "line": {"width": 3},
        },
        "hovertext": [
            f"{in_full(group.name)}<br>mean {written(mean, percent)}{spread if several else ''}"
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _offsets(values: Sequence[float]) -> list[float]:
    """Of a row: none, but for values that are equal, which stand above one another."""
    found = [0.0] * len(values)
    for value in set(values):
        equal = [i for i, other in enumerate(values) if other == value]
        middle = (len(equal) - 1) / 2
        step = min(_STEP, _FARTHEST / middle) if middle else 0.0
        for order, i in enumerate(equal):
            found[i] = step * (order - middle)
    return found


def _inside(title: str) -> str:
    """A title in the middle of another: "Validation accuracy" -> "validation accuracy"."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title
