"""What the live chart sends to the browser."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest

from pages.widgets import live_chart


def message(figure: go.Figure, key: str = "chart") -> dict:
    return json.loads(live_chart._message(figure, key, 300, "A chart"))


def figure(last: float) -> go.Figure:
    return go.Figure(go.Scatter(x=[1, 2], y=[1.0, last]), layout={"title": {"text": "Loss"}})


def test_the_revision_changes_exactly_with_the_figure() -> None:
    first, same, other = message(figure(2.0)), message(figure(2.0)), message(figure(3.0))
    assert first["revision"] == same["revision"] != other["revision"]


def test_zoom_is_kept_by_a_constant_uirevision() -> None:
    first, other = message(figure(2.0)), message(figure(3.0))
    assert first["figure"]["layout"]["uirevision"] == other["figure"]["layout"]["uirevision"]
    assert message(figure(2.0), "another")["figure"]["layout"]["uirevision"] == "another"


def test_a_value_that_is_not_finite_becomes_null() -> None:
    assert message(figure(float("nan")))["figure"]["data"][0]["y"] == [1.0, None]


def test_plotlys_template_stays_here_and_the_library_comes_from_this_server() -> None:
    sent = message(figure(2.0))
    assert "template" not in sent["figure"]["layout"]
    assert sent["library"].startswith("/component/")


@pytest.mark.parametrize("base, expected", [("", "/"), ("lab/", "/lab/"), ("/a/b/", "/a/b/")])
def test_the_base_path_of_the_server_is_kept(
    monkeypatch: pytest.MonkeyPatch, base: str, expected: str
) -> None:
    monkeypatch.setattr(live_chart.st, "get_option", lambda name: base)
    assert live_chart._base_path() == expected
