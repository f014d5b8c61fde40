"""What live charts send to the browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pages.widgets import live_charts
from pages.widgets.live_charts import Chart


def message(*figures: dict[str, Any], key: str = "charts") -> dict[str, Any]:
    charts = [Chart(f"Chart {n}", lambda it=it: it, 300) for n, it in enumerate(figures)]
    return json.loads(live_charts._message.__wrapped__(key, "1", charts))


def figure(last: float) -> dict[str, Any]:
    trace = {"type": "scatter", "x": [1, 2], "y": [1.0, last]}
    return {"data": [trace], "layout": {"title": {"text": "Loss"}}}


def test_each_chart_has_a_revision_that_changes_exactly_with_its_figure() -> None:
    first, second = message(figure(2.0), figure(3.0))["charts"]
    same, other = message(figure(2.0), figure(4.0))["charts"]
    assert first["revision"] == same["revision"] != second["revision"] != other["revision"]


def test_zoom_is_kept_by_a_constant_uirevision() -> None:
    def kept(drawn: dict[str, Any]) -> str:
        return str(drawn["charts"][0]["figure"]["layout"]["uirevision"])

    assert kept(message(figure(2.0))) == kept(message(figure(3.0))) == "charts"
    assert kept(message(figure(2.0), key="others")) == "others"


def test_a_value_that_is_not_finite_becomes_null() -> None:
    assert message(figure(float("nan")))["charts"][0]["figure"]["data"][0]["y"] == [1.0, None]


def test_the_library_comes_from_this_server() -> None:
    assert message(figure(2.0))["library"].startswith("/component/")


def test_a_label_that_holds_marks_stays_text() -> None:
    charts = [Chart('"</script>', lambda: figure(2.0), titled=True)]
    sent = json.loads(live_charts._message.__wrapped__("charts", "1", charts))["charts"][0]
    assert (sent["label"], sent["titled"]) == ('"</script>', True)


def test_figures_are_built_once_a_revision() -> None:
    built: list[int] = []
    charts = [Chart("Loss", lambda: built.append(1) or figure(2.0))]  # type: ignore[func-returns-value]
    one = live_charts._message("once", "1", charts)
    assert live_charts._message("once", "1", charts) is one and built == [1]
    live_charts._message("once", "2", charts)
    assert built == [1, 1]


@pytest.mark.parametrize("base, expected", [("", "/"), ("lab/", "/lab/"), ("/a/b/", "/a/b/")])
def test_the_base_path_of_the_server_is_kept(
    monkeypatch: pytest.MonkeyPatch, base: str, expected: str
) -> None:
    monkeypatch.setattr(live_charts.st, "get_option", lambda name: base)
    assert live_charts._base_path() == expected
