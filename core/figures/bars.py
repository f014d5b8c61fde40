"""Bars: the network's best guesses, class counts, metrics per class.

Knows nothing of how the numbers came about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.figures.theme import ACCENT, CATEGORICAL, NEUTRAL, layout

if TYPE_CHECKING:
    from core.analysis.evaluation import PerClass


def top_k_figure(best: Sequence[tuple[str, float]], *, height: int | None = None) -> go.Figure:
    """Horizontal bars of the most probable classes, the best at the top and in accent colour.

    Args:
        best: (class, probability 0..1), the most probable first.
    """
    names = [name for name, _ in best]
    shares = [float(p) for _, p in best]
    figure = go.Figure(
        go.Bar(
            x=shares,
            y=list(range(len(best))),
            orientation="h",
            marker={"color": [ACCENT] + [NEUTRAL] * (len(best) - 1), "cornerradius": 4},
            text=[_percent(p) for p in shares],
            textposition="outside",
            cliponaxis=False,
            hovertext=names,
            hovertemplate="%{hovertext}: %{x:.2%}<extra></extra>",
        )
    )
    figure.update_xaxes(
        title_text="Probability", range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1],
        tickformat=".0%", fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(**_name_axis(names))
    return layout(
        figure, height=height or 90 + 42 * len(best), showlegend=False, bargap=0.3, dragmode=False,
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
    )  # fmt: skip


def class_counts_figure(
    counts: Mapping[str, Sequence[int] | np.ndarray],
    classes: Sequence[str],
    *,
    height: int | None = None,
) -> go.Figure:
    """How many images each class has, a bar a split.

    Args:
        counts: name of the split -> (K,) counts.
        classes: K names.
    """
    figure = go.Figure(
        [
            go.Bar(
                x=list(range(len(classes))),
                y=[int(n) for n in values],
                name=split,
                marker={"color": CATEGORICAL[i % len(CATEGORICAL)]},
                hovertext=list(classes),
                hovertemplate="%{hovertext}: %{y:,} images<extra>" + split + "</extra>",
            )
            for i, (split, values) in enumerate(counts.items())
        ]
    )
    figure.update_xaxes(**_class_axis(classes), title_text="Class")
    figure.update_yaxes(title_text="Images", tickformat=",d", rangemode="tozero")
    return layout(figure, height=height or 340, barmode="group", bargap=0.25)


def per_class_figure(per_class: Sequence[PerClass], *, height: int | None = None) -> go.Figure:
    """Precision, recall and F1 of each class, in percent, side by side."""
    classes = [item.name for item in per_class]
    figure = go.Figure(
        [
            go.Bar(
                x=list(range(len(classes))),
                y=[getattr(item, field) for item in per_class],
                name=name,
                marker={"color": CATEGORICAL[i]},
                hovertext=classes,
                hovertemplate="%{hovertext}: %{y:.1%}<extra>" + name + "</extra>",
            )
            for i, (field, name) in enumerate(
                (("precision", "Precision"), ("recall", "Recall"), ("f1", "F1"))
            )
        ]
    )
    figure.update_xaxes(**_class_axis(classes), title_text="Class")
    figure.update_yaxes(title_text="Score", tickformat=".0%", range=[0, 1.02])
    return layout(figure, height=height or 340, barmode="group", bargap=0.25)


def _percent(share: float) -> str:
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{share:.1%}"


def _name_axis(names: Sequence[str]) -> dict[str, object]:
    """The first name at the top; numbers under the names, as these may look like numbers."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "range": [len(names) - 0.5, -0.5],
        "showgrid": False,
        "fixedrange": True,
    }


def _class_axis(classes: Sequence[str]) -> dict[str, object]:
    every = -(-len(classes) // 34) or 1
    ticks = list(range(0, len(classes), every))
    return {
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [classes[i] for i in ticks],
        "showgrid": False,
    }
