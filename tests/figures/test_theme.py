"""The palette: ten colours, the same as the page's, readable on light and dark."""

from __future__ import annotations

import tomllib
from pathlib import Path

import plotly.graph_objects as go
import pytest

from core.figures.theme import (
    CATEGORICAL,
    SUGGESTION,
    TRAINING,
    VALIDATION,
    layout,
    with_alpha,
)


def _luminance(colour: str) -> float:
    """Relative luminance, 0..1 (WCAG 2.1)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [TRAINING, VALIDATION, SUGGESTION])
@pytest.mark.parametrize("page", ["#ffffff", "#11161c"])
def test_curves_stand_out_on_light_and_dark_pages(colour: str, page: str) -> None:
    assert _contrast(colour, page) >= 3.0


def test_categorical_colours_are_the_pages_own() -> None:
    path = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    theme = tomllib.loads(path.read_text(encoding="utf-8"))["theme"]
    assert tuple(theme["chartCategoricalColors"]) == CATEGORICAL
    assert len(set(CATEGORICAL)) == 10


def test_layout_leaves_text_and_ground_to_the_page() -> None:
    figure = layout(go.Figure(), height=123, barmode="group")
    assert figure.layout.height == 123
    assert figure.layout.barmode == "group"
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.font.color is None


def test_with_alpha() -> None:
    assert with_alpha("#0072B2", 0.3) == "rgba(0,114,178,0.3)"
