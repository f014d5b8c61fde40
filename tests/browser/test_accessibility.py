"""No page has a serious finding of axe (Deque's rules for WCAG 2), in the light or in the dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from core.runs import Run
from tests.browser.conftest import PAGES
from tools.clicks import go_to, wait_for_title, wait_until_idle
from tools.dashboard import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_finding(
    scheme: str, browser: Browser, with_finished_run: Run, server: Server
):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    page = context.new_page()
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    found = findings(page, "Start")
    for name in PAGES:
        go_to(page, name)
        found += findings(page, name)
    context.close()
    assert not found, "\n".join(found)


def test_a_serious_finding_is_seen(page: Page):
    page.set_content("<main><h1>x</h1><p style='color:#999;background:#fff'>Hardly seen</p></main>")
    assert any("color-contrast" in line for line in findings(page, "made up"))


def findings(page: Page, name: str) -> list[str]:
    wait_until_idle(page) if page.get_by_test_id("stApp").count() else None
    page.wait_for_timeout(1500)  # charts and pictures come after the script
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{name}: {item['id']} ({item['impact']}) at {node['target']}: {node['html'][:200]}"
        for item in violations
        if item["impact"] in SERIOUS
        for node in item["nodes"]
    ]
