"""A click means what it said, however late the page is drawn anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.runs import Run
from tools.clicks import upload, wait_for_title, wait_until_idle
from tools.dashboard import Complaints, Server
from tools.pictures import digit_on_paper

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# All that the server says is heard so much later, as over a slow line or in a busy browser.
LATE = 700  # ms
SLOW_LINE = f"""
const listen = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (kind, hear, options) {{
  const late = (event) => setTimeout(() => hear.call(this, event), {LATE});
  return listen.call(this, kind, kind === "message" ? late : hear, options);
}};
"""


def test_a_download_asked_for_before_the_page_is_drawn_anew_is_not_lost(
    with_finished_run: Run, server: Server, page: Page, complaints: Complaints, tmp_path: Path
):
    page.add_init_script(SLOW_LINE)
    page.goto(f"{server.url}/classify")
    wait_for_title(page, "Classify a photo")
    upload(page, "zero.png", digit_on_paper(0))
    upload(page, "letter.png", b"this is no image")
    expect(page.get_by_test_id("stAlertContentError")).to_be_visible(timeout=60_000)
    wait_until_idle(page)
    button = page.get_by_role("button", name="Download model.keras")
    shown = button.element_handle()
    page.get_by_test_id("stFileChipDeleteBtn").get_by_role("button").last.click()
    page.wait_for_timeout(LATE / 2)  # by now the server has run the script, unseen here
    with page.expect_download() as download:
        button.click()
    download.value.save_as(tmp_path / "model.keras")
    assert (tmp_path / "model.keras").read_bytes() == with_finished_run.model_path.read_bytes()
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    wait_until_idle(page)
    assert shown.evaluate("node => node.isConnected"), "the button was mounted anew"
    assert complaints.lines == []


def image_of(tile: Locator) -> str:
    """Which test image a tile shows: "Test image 12: 3, taken for 5" -> "12"."""
    found = re.search(r"\d+", tile.get_attribute("title") or "")
    assert found is not None
    return found[0]


def test_a_tile_of_a_page_that_is_being_left_opens_its_own_image(
    with_finished_run: Run, server: Server, page: Page, complaints: Complaints
):
    """Its place in the row is by then that of another image."""
    page.add_init_script(SLOW_LINE)
    page.goto(f"{server.url}/mistakes?show=all")
    wait_for_title(page, "Mistakes")
    first = page.locator(".convscope-tile").first
    expect(first).to_be_visible()
    wanted = image_of(first)
    page.get_by_test_id(re.compile("agination")).get_by_text("2", exact=True).first.click()
    page.wait_for_timeout(LATE / 2)  # by now the server has drawn the second page, unseen here
    assert image_of(first) == wanted
    first.click()
    page.get_by_role("dialog").get_by_role("button", name="What the layers made of it").click()
    wait_for_title(page, "Feature maps")
    expect(page).to_have_url(re.compile(rf"[?&]sample={wanted}(&|$)"))
    assert complaints.lines == []


def test_a_tile_keeps_its_node_while_its_image_is_shown(
    with_finished_run: Run, server: Server, page: Page
):
    """One that is put in its place between press and release would lose the click."""
    page.goto(f"{server.url}/feature_maps")
    wait_for_title(page, "Feature maps")
    tiles = page.locator(".convscope-tile")
    expect(tiles).to_have_count(10)
    nodes = tiles.element_handles()
    tiles.nth(4).click()
    expect(tiles.nth(4)).to_have_attribute("aria-pressed", "true")
    wait_until_idle(page)
    assert all(node.evaluate("node => node.isConnected") for node in nodes)
