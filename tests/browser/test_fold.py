"""The point of each page is whole above the fold, on a projector's 1280x720."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.runs import Run
from tests.browser.conftest import HEIGHT, WIDTH
from tools.clicks import answer, go_to, upload, wait_for_title, wait_until_idle
from tools.dashboard import ROOT, Server
from tools.pictures import digit_on_paper

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def dashboard(with_finished_run: Run, server: Server, page: Page) -> Page:
    """Start, with a finished run on digits: ten classes."""
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    return page


def whole(place: Locator) -> None:
    """All of it lies within the window, without a scroll."""
    expect(place).to_be_visible(timeout=60_000)
    place.page.wait_for_timeout(500)  # what is above it may still grow
    box = place.bounding_box()
    assert box is not None
    assert box["width"] > 40 and box["height"] > 10, box
    assert box["x"] >= 0 and box["x"] + box["width"] <= WIDTH, box
    assert box["y"] >= 0 and box["y"] + box["height"] <= HEIGHT, box


def drawn(page: Page, label: str) -> Locator:
    """A live chart that has been drawn."""
    chart = page.get_by_label(label, exact=True).last
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=60_000)
    return chart


def test_the_first_screen_has_a_picture_and_the_button(dashboard: Page):
    whole(dashboard.get_by_role("button", name="Train on digits now"))
    whole(dashboard.get_by_test_id("stMain").get_by_role("img").first)


def test_the_range_tests_curve_is_whole_with_its_suggestion(dashboard: Page, runs_folder: Path):
    command = [sys.executable, "-m", "core", "range-test", "--recipe", "digits-quick"]
    subprocess.run([*command, "--runs", str(runs_folder)], cwd=ROOT, check=True, timeout=240)
    go_to(dashboard, "Learning-rate range test")
    chart = drawn(dashboard, "Loss over learning rate")
    whole(chart)
    whole(chart.get_by_text("Peak").first)  # which is recommended for one cycle


def test_both_live_charts_are_whole(dashboard: Page):
    go_to(dashboard, "Train")
    whole(drawn(dashboard, "Loss over epochs"))
    whole(drawn(dashboard, "Accuracy over epochs"))


def test_the_drafts_drawing_is_whole_with_the_first_block_to_edit(dashboard: Page):
    go_to(dashboard, "Design")
    dashboard.get_by_role("tab", name="Network").click()
    whole(dashboard.locator(".convscope-network svg"))
    for field in ("Filters", "Convolutions", "Filter size", "Dropout"):
        whole(dashboard.get_by_role("spinbutton", name=field, exact=True).first)
    last = dashboard.locator('[class*="st-key-card_"]').last.get_by_role("button")
    expect(last).not_to_be_in_viewport()
    last.focus()
    expect(last).to_be_in_viewport(ratio=1)


def test_the_confusion_matrix_is_whole(dashboard: Page):
    go_to(dashboard, "Evaluate")
    whole(dashboard.get_by_role("grid", name="Confusion matrix"))


def test_the_first_row_of_mistakes_is_whole(dashboard: Page):
    go_to(dashboard, "Mistakes")
    tiles = dashboard.locator(".convscope-tile")
    whole(tiles.first)
    wait_until_idle(dashboard)
    # All of them at one moment: the page moves on while one is asked after the other.
    tops = tiles.evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().top)")
    row = tops.count(tops[0])
    assert row >= 4
    for place in range(row):
        whole(tiles.nth(place))


def test_the_maps_of_a_layer_are_whole_and_large_enough(dashboard: Page):
    go_to(dashboard, "Feature maps", seconds=120)
    channels = dashboard.locator(".maps[data-layer] button")
    expect(channels.first).to_be_visible(timeout=120_000)
    for channel in channels.all():
        whole(channel)
        box = channel.bounding_box()
        assert box is not None and box["width"] >= 64


def test_the_answer_stands_beside_the_picture(dashboard: Page):
    go_to(dashboard, "Classify a photo")
    dashboard.get_by_role("tab", name="Upload").click()
    upload(dashboard, "three.png", digit_on_paper(3))
    expect(answer(dashboard)).to_contain_text("3", timeout=60_000)
    whole(answer(dashboard))
    wait_until_idle(dashboard)
    for picture in dashboard.locator(".convscope-answer .top img").all():
        whole(picture)
