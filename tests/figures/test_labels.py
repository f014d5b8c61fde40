"""Names in figures: escaped for Plotly, and short enough."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from core.figures.bars import class_counts_figure, top_k_figure, units_figure
from core.figures.labels import MOST, in_full, label, shortened

HOSTILE = "<b>x</b> &lt; $y$"
ESCAPED = "&lt;b&gt;x&lt;/b&gt; &amp;lt; &#36;y&#36;"


def test_a_name_is_shown_as_it_is():
    assert label(HOSTILE) == in_full(HOSTILE) == ESCAPED
    assert label("cats") == "cats"
    assert label("a\nb\u202e") == "a b\ufffd"


def test_a_long_name_keeps_both_its_ends():
    name = "training images of cats, 2019, number 12"
    assert len(label(name)) == MOST
    assert label(name).startswith("training images")
    assert label(name).endswith("mber 12")
    assert shortened("x" * MOST, MOST) == "x" * MOST


def test_a_long_name_in_a_hover_is_broken_into_lines():
    lines = in_full("x" * 1000).split("<br>")
    assert len(lines) == 8
    assert max(len(line) for line in lines) == 60
    assert in_full("  a  b") == "  a  b"


@pytest.mark.parametrize(
    "figure",
    [
        top_k_figure([(HOSTILE, 0.9), ("z" * 300, 0.1)]),
        units_figure([1.0, 2.0], [HOSTILE, "z" * 300]),
        class_counts_figure({"Train": [1, 2]}, [HOSTILE, "z" * 300]),
    ],
)
def test_no_figure_holds_a_name_that_plotly_would_read(figure: go.Figure):
    content = figure.to_json()
    assert ESCAPED in content.encode().decode("unicode_escape")
    assert "<b>x" not in content.encode().decode("unicode_escape")
    assert "z" * 61 not in content
