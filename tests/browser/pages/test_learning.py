"""The row of images in a browser: one who looks back stays where he is while the run goes on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.runs.live.snapshots import Pinned, Snapshot
from pages.train import learning
from tests.browser.mounting import load_component

pytestmark = pytest.mark.browser

SCRIPT = Path(learning.__file__).with_name("learning.js")
PLACE = '<main id="place"><section class="convscope-learning"></section></main>'
DRAW = """(sent) => {
  const data = new TextEncoder().encode(sent);
  mount({ data, parentElement: document.getElementById("place") });
}"""
PINNED = Pinned(np.zeros((2, 4, 4, 1), np.uint8), np.array([0, 1]))


def draw(page: Page, looks: int) -> None:
    """What is shown of a run that has looked so many times, once an epoch."""
    answers = ((1, 0), (1, 0)), ((0.6, 0.4), (0.7, 0.3)), (0.4, 0.7)
    found = [Snapshot(epoch, float(epoch), *answers) for epoch in range(looks)]
    watched = learning.watched(PINNED, ("cat", "dog"), Path("snapshots.jsonl"))
    sent = json.dumps(learning.message(watched, found, 1000))
    load_component(page, SCRIPT)
    page.evaluate(DRAW, sent)


def epoch(page: Page) -> int:
    return int(page.locator(".place").inner_text().split()[1])


def test_one_who_has_slid_back_stays_at_that_epoch(page: Page):
    """Of so many looks some are sent, and those are others each time."""
    page.set_content(PLACE)
    draw(page, 200)
    assert epoch(page) == 199
    slider = page.get_by_label("Look back to an epoch")
    slider.fill("60")
    before = epoch(page)
    assert 95 <= before <= 105
    for looks in (300, 400, 800):
        draw(page, looks)
        assert abs(epoch(page) - before) <= looks / 120
    slider.fill("119")
    draw(page, 900)
    assert epoch(page) == 899, "the newest is followed again"


def test_the_epoch_is_not_read_out_at_each_look(page: Page):
    page.set_content(PLACE)
    draw(page, 3)
    expect(page.get_by_label("Look back to an epoch")).to_have_attribute(
        "aria-valuetext", "epoch 2 of 1000"
    )
    assert page.locator("output, [aria-live], [role=status]").count() == 0
