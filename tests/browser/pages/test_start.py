"""Start: the picture of a network at work, which moves, rests when asked, and fits the window."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import HEIGHT, WIDTH
from tools.clicks import wait_for_title
from tools.dashboard import Complaints, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def start(server: Server, page: Page) -> Page:
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    return page


def canvas(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile("The network at work"))


def digit(page: Page) -> str:
    found = re.search(r"handwritten (\d)", canvas(page).get_attribute("aria-label") or "")
    assert found is not None
    return found[1]


def painted(page: Page) -> float:
    """Share of the canvas's pixels that something is drawn on."""
    return canvas(page).evaluate(
        """node => {
          const data = node.getContext("2d").getImageData(0, 0, node.width, node.height).data;
          let count = 0;
          for (let i = 3; i < data.length; i += 4) count += data[i] > 100;
          return count / (data.length / 4);
        }"""
    )


def test_the_first_screen_is_whole_without_a_scroll(start: Page, complaints: Complaints):
    expect(canvas(start)).to_be_visible()
    assert painted(start) > 0.15  # at once, not only when the last block has come
    five = start.locator(".st-key-steps img")
    expect(five).to_have_count(5)
    places = [canvas(start), *five.all(), *start.locator(".st-key-steps a").all()]
    for place in places:
        box = place.bounding_box()
        assert box is not None and box["width"] > 20 and box["height"] > 10
        assert box["x"] + box["width"] <= WIDTH and box["y"] + box["height"] <= HEIGHT
    assert all(five.nth(i).get_attribute("alt") for i in range(5))
    assert complaints.lines == []


def test_it_goes_from_digit_to_digit_until_one_is_chosen(start: Page, complaints: Complaints):
    first = digit(start)
    expect(canvas(start)).not_to_have_attribute("aria-label", re.compile(f"handwritten {first}"))
    start.get_by_role("button", name="Show a 3").click()
    assert digit(start) == "3"
    start.wait_for_timeout(7_000)  # longer than a digit stays
    assert digit(start) == "3"
    expect(start.get_by_role("button", name="Show a 3")).to_have_attribute("aria-pressed", "true")
    start.get_by_role("button", name="Go on with the pictures").click()
    assert digit(start) == "4"
    start.get_by_role("button", name="Pause the pictures").press("Enter")
    start.wait_for_timeout(7_000)
    assert digit(start) == "4"
    assert complaints.lines == []


def test_nothing_moves_for_whoever_asked_for_that(server: Server, browser: Browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(server.url)
    expect(canvas(page)).to_be_visible(timeout=60_000)
    before = digit(page)
    page.wait_for_timeout(7_000)
    assert digit(page) == before
    page.get_by_role("button", name="Show a 5").click()
    assert digit(page) == "5"
    assert painted(page) > 0.15
    wide = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
    context.close()


def test_a_photo_can_be_given_after_one_click(start: Page):
    start.get_by_role("button", name="Classify a photo").click()
    wait_for_title(start, "Classify a photo")
    expect(start.locator("input[type=file]").first).to_be_attached()
    assert "run=digits-shipped" in start.url
