"""What mattered: a bar a dimension, as long as its share. Knows nothing of how it is reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.figures.labels import in_full, name_axis
from core.figures.theme import ACCENT, NEUTRAL, Figure, layout_entries
from core.notation import percent

_TICKS = (0, 0.25, 0.5, 0.75, 1)
_ROW, _AROUND = 36, 84  # pixels: of a bar, and of what stands around them


def search_importance(
    shares: Sequence[tuple[str, float]], *, measure: str = "accuracy", height: int | None = None
) -> Figure:
    """Horizontal bars, the greatest at the top and in the accent colour.

    Args:
        shares: (dimension, 0..1), the greatest first.
        measure: of whose differences they are shares.
    """
    values = [float(share) for _, share in shares]
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": [100.0 * value for value in values],
        "y": list(range(len(values))),
        "marker": {"color": [ACCENT, *[NEUTRAL] * (len(values) - 1)][: len(values)]},
        "text": [percent(value, 0) for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": [f"{in_full(name)}: {percent(share)}" for name, share in shares],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    layout = layout_entries(
        height=height or _AROUND + _ROW * len(values),
        xaxis={
            "title": {"text": f"Share of the differences in {measure}"},
            "range": [0, 112],  # room for the text beside a full bar
            "tickvals": [100 * share for share in _TICKS],
            "ticktext": [percent(share, 0) for share in _TICKS],
            "fixedrange": True,
        },
        yaxis=name_axis([name for name, _ in shares]),
        showlegend=False,
        bargap=0.35,
    )
    return {"data": [bars], "layout": layout}
