"""The palette: ten colours, the same as the page's, readable on light and dark."""

from __future__ import annotations

import tomllib

import plotly.graph_objects as go
import pytest

from core.figures.theme import (
    CATEGORICAL,
    SUGGESTION,
    TRAINING,
    VALIDATION,
    contrast,
    layout_entries,
    with_alpha,
)
from tests.conftest import ROOT


@pytest.mark.parametrize("colour", [TRAINING, VALIDATION, SUGGESTION])
@pytest.mark.parametrize("page", ["#ffffff", "#11161c"])
def test_curves_stand_out_on_light_and_dark_pages(colour: str, page: str) -> None:
    assert contrast(colour, page) >= 3.0


def test_categorical_colours_are_the_pages_own() -> None:
    path = ROOT / ".streamlit" / "config.toml"
    theme = tomllib.loads(path.read_text(encoding="utf-8"))["theme"]
    assert tuple(theme["chartCategoricalColors"]) == CATEGORICAL
    assert len(set(CATEGORICAL)) == 10


def test_layout_leaves_text_and_ground_to_the_page() -> None:
    entries = layout_entries(height=123, barmode="group", xaxis={"zeroline": True})
    figure = go.Figure(layout=entries)
    assert figure.layout.height == 123
    assert figure.layout.barmode == "group"
    assert figure.layout.xaxis.zeroline and not figure.layout.yaxis.zeroline
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.font.color is None


def test_with_alpha() -> None:
    assert with_alpha("#0072B2", 0.3) == "rgba(0,114,178,0.3)"


def test_contrast_of_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == 1.0
