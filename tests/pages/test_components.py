"""Number formats, image markup and the choice of a run: small parts that pages share."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from core.figures.theme import ACCENT, CATEGORICAL
from pages.components import images, layout
from tests.pages.opening import APP


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (layout.count(2168362), "2,168,362"),
        (layout.percent(0.978), "97.8 %"),
        (layout.percent(None), "–"),
        (layout.rate(0.001), "0.001"),
        (layout.rate(1e-5), "1e-05"),
        (layout.size(170_052_171), "170 MB"),
        (layout.duration(None), "–"),
        (layout.duration(12.4), "12 s"),
        (layout.duration(95), "1 min 35 s"),
        (layout.duration(7325), "2 h 02 min"),
    ],
)
def test_numbers_read_the_same_on_every_page(shown: str, expected: str):
    assert shown == expected


def test_times_are_said_as_a_person_says_them():
    now = 1_800_000_000.0
    assert layout.when(now - 20, now) == "just now"
    assert layout.when(now - 5 * 60, now) == "5 min ago"
    assert re.fullmatch(r"(today|yesterday) \d\d:\d\d", layout.when(now - 2 * 3600, now))
    assert re.fullmatch(r"\d+ \w{3} 20\d\d", layout.when(now - 40 * 86_400, now))


def test_small_images_are_sharp_and_exact_and_large_ones_smooth():
    small = np.zeros((32, 32, 1), np.uint8)
    large = np.zeros((150, 150, 3), np.uint8)
    assert images.data_uri(small).startswith("data:image/png;")
    assert images.data_uri(large).startswith("data:image/webp;")
    tiles = [images.Tile(small, "a <b>"), images.Tile(None)]
    markup = images.groups_html([images.Group('"x"', tiles, 2)], "key")
    assert "cs-sharp" in markup
    assert "a &lt;b&gt;" in markup
    assert "&quot;x&quot;" in markup
    assert 'id="key-0-0"' in markup


def test_the_configuration_agrees_with_the_figures():
    text = Path(APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    config = tomllib.loads(text)
    assert config["theme"]["chartCategoricalColors"] == list(CATEGORICAL)
    assert len(CATEGORICAL) == 10
    assert config["theme"]["primaryColor"] == ACCENT
    assert config["server"]["address"] == "127.0.0.1"
