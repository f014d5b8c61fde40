"""Number formats and image markup: small parts that pages share."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from core.figures.theme import ACCENT, CATEGORICAL
from pages.widgets import image_grid, text
from tests.pages.opening import APP


def test_times_are_said_as_a_person_says_them():
    now = 1_800_000_000.0
    assert text.format_when(now - 20, now) == "just now"
    assert text.format_when(now - 5 * 60, now) == "5 min ago"
    assert re.fullmatch(r"(today|yesterday) \d\d:\d\d", text.format_when(now - 2 * 3600, now))
    assert re.fullmatch(r"\d+ \w{3} 20\d\d", text.format_when(now - 40 * 86_400, now))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cats", "cats"),
        ("**a**", r"\*\*a\*\*"),
        ("a -> b", r"a \-:small[]\> b"),
        ("http://x", r"http\::small[]\/\/x"),
        (" a  b ", "&#160;a &#160;b&#160;"),
        ("one\ntwo\tthree", "one two three"),
        ("\x1b[0m", r"␛\[0m"),
        ("gnp\u202eexe", "gnp\ufffdexe"),
        ("caf\udce9", "café"),
        ("", ""),
    ],
)
def test_a_name_in_markdown_is_escaped(name: str, expected: str):
    """tests/browser/test_as_is.py shows that the browser makes of it what it was."""
    assert text.as_is(name) == expected


def test_lines_of_an_error_stay_lines():
    assert text.as_lines("a *b*\n\n  c\n") == "a \\*b\\*\\\n\\\n&#160;&#160;c"


def test_names_in_image_markup_are_only_text():
    small = np.zeros((32, 32, 1), np.uint8)
    tiles = [image_grid.Tile(small, "a <b>"), image_grid.Tile(None)]
    markup = image_grid.groups_html([image_grid.Group('"x"', tiles, 2)], "key")
    assert "cs-sharp" in markup
    assert "a &lt;b&gt;" in markup
    assert "&quot;x&quot;" in markup
    assert 'id="key-0-0"' in markup


def test_the_configuration_agrees_with_the_figures():
    toml = Path(APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    config = tomllib.loads(toml)
    assert config["theme"]["chartCategoricalColors"] == list(CATEGORICAL)
    assert len(CATEGORICAL) == 10
    assert config["theme"]["primaryColor"] == ACCENT
    assert config["server"]["address"] == "127.0.0.1"
