"""The trained network as a file: the click arrives however late the page is drawn anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

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


def test_a_click_before_the_page_is_drawn_anew_is_not_lost(
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
