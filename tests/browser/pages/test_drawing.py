"""The drawing of a network in a real browser: its words, clicks, the keyboard, a narrow window."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from core.config import apply_overrides
from core.figures.network.letters import text_width
from core.recipes import find_recipe
from core.runs.drafts import load_draft, save_draft
from tests.browser.test_accessibility import findings
from tools.clicks import wait_for_title, wait_until_idle
from tools.dashboard import Complaints, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

_WORDS = """nodes => nodes.map(node => {
    const box = node.getBoundingClientRect();
    return [node.textContent, node.getComputedTextLength(), parseFloat(getComputedStyle(node)
        .fontSize), box.x, box.y + 2, box.right, box.bottom - 2];
})"""


@pytest.fixture
def drawing(runs_folder: Path, server: Server, page: Page) -> Locator:
    """Of eight blocks of four convolutions, on the Design page."""
    blocks = [
        {"filters": 16, "convolutions": 4, "pool": "max" if number % 3 == 2 else "none"}
        for number in range(8)
    ]
    config = find_recipe("digits-quick").config
    save_draft("0123abcd", apply_overrides(config, [f"architecture.blocks={json.dumps(blocks)}"]))
    page.goto(f"{server.url}/design?draft=0123abcd&step=Network")
    wait_for_title(page, "Design")
    found = page.locator(".convscope-network")
    expect(found.locator("svg")).to_be_visible()
    wait_until_idle(page)
    return found


def layer(drawing: Locator, name: str) -> Locator:
    return drawing.locator(f'[data-layer="{name}"]')


def card(page: Page) -> Locator:
    return page.locator(".st-key-layer_card")


def test_a_click_tells_of_a_layer_and_another_one_takes_it_back(
    drawing: Locator, page: Page, complaints: Complaints
):
    conv = layer(drawing, "block2_conv1")
    conv.locator("path").first.click()
    expect(card(page).get_by_text("block2_conv1", exact=True)).to_be_visible()
    expect(conv).to_have_attribute("aria-pressed", "true")
    expect(drawing.locator(".chosen")).to_have_attribute("data-group", "block2")
    wait_until_idle(page)
    expect(conv).to_have_attribute("aria-pressed", "true")  # when the server has answered, too
    drawing.get_by_text("Block 5", exact=True).click(force=True)  # a group is its first layer
    expect(card(page).get_by_text("block5_conv1", exact=True)).to_be_visible()
    expect(conv).to_have_attribute("aria-pressed", "false")
    layer(drawing, "block5_conv1").locator("path").first.click()
    expect(card(page)).to_have_count(0)
    assert complaints.lines == []


def test_the_row_of_a_layer_that_is_clicked_stands_out(drawing: Locator, page: Page):
    row = page.locator(".st-key-row_blocks_1")
    plain = row.evaluate("node => getComputedStyle(node).backgroundColor")
    layer(drawing, "block2_conv1").locator("path").first.click()
    expect(row).not_to_have_css("background-color", plain)
    layer(drawing, "head").locator("path").first.click()  # which has none
    expect(row).to_have_css("background-color", plain)


def test_what_cannot_work_is_outlined_while_it_is_mended(
    drawing: Locator, page: Page, complaints: Complaints
):
    config = load_draft("0123abcd")
    assert config is not None
    save_draft("0123abcd", apply_overrides(config, ["architecture.blocks.7.padding=valid"]))
    page.reload()
    wait_for_title(page, "Design")
    expect(drawing.locator(".wrong")).to_have_attribute("data-group", "block8")
    outline = drawing.locator(".wrong > rect").evaluate("node => getComputedStyle(node).stroke")
    red, green, blue = map(int, re.findall(r"\d+", outline)[:3])
    assert red > 100 and red > 1.5 * max(green, blue), outline
    assert complaints.lines == []


def test_the_keyboard_goes_from_layer_to_layer(
    drawing: Locator, page: Page, complaints: Complaints
):
    layer(drawing, "block1_conv1").focus()
    assert drawing.locator('[tabindex="0"]').count() == 1, "one stop for all of them"
    page.keyboard.press("ArrowRight")
    expect(layer(drawing, "block1_bn1")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(layer(drawing, "block2_conv1")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(layer(drawing, "block1_conv1")).to_be_focused()
    page.keyboard.press("End")
    expect(layer(drawing, "head")).to_be_focused()
    page.keyboard.press("ArrowRight")  # no further
    page.keyboard.press("Enter")
    expect(card(page).get_by_text("head", exact=True)).to_be_visible()
    wait_until_idle(page)
    expect(layer(drawing, "head")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card(page)).to_have_count(0)
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(card(page).get_by_text("block1_conv1", exact=True)).to_be_visible()
    expect(layer(drawing, "block1_conv1")).to_have_accessible_name(
        "block1_conv1: convolution, "
        "16 filters of 3 × 3, padding same, makes 32 × 32 × 16, 160 parameters, 147,456 "
        "multiply-adds an image, receptive field 3 × 3 pixels, then ReLU"
    )
    assert complaints.lines == []


def test_keys_of_the_browser_are_left_to_it(drawing: Locator, page: Page):
    first = layer(drawing, "block1_conv1")
    first.focus()
    page.evaluate(
        "() => { window.seen = []; window.addEventListener('keydown', event => "
        "window.seen.push([event.key, event.defaultPrevented])); }"
    )
    for held in ("alt", "ctrl", "meta"):
        for key in ("ArrowLeft", "ArrowRight", "Home", "End"):
            # Dispatched, not pressed: the browser would go back.
            first.dispatch_event("keydown", {"key": key, f"{held}Key": True})
    assert page.evaluate("window.seen.length") == 12, "all of them come through"
    assert not page.evaluate("window.seen.some(([, prevented]) => prevented)")
    expect(first).to_be_focused()


def test_words_are_no_wider_than_was_reckoned_and_none_lies_on_another(
    drawing: Locator, page: Page
):
    for width in (1280, 1000, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(500)
        found = drawing.locator("text").evaluate_all(_WORDS)
        assert len(found) > 20
        for text, length, size, *_ in found:
            assert length <= text_width(text) * size / 12, text
        for one, other in combinations(found, 2):
            beside = one[5] <= other[3] or other[5] <= one[3]
            assert beside or one[6] <= other[4] or other[6] <= one[4], (one[0], other[0])


def test_it_is_drawn_for_the_width_that_there_is(drawing: Locator, page: Page):
    layer(drawing, "block3_conv2").locator("path").first.click()
    expect(card(page)).to_be_visible()
    before = drawing.locator("svg").get_attribute("viewBox")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(drawing.locator("svg")).not_to_have_attribute("viewBox", before or "")
    wide = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=\"stMain\"]');"
        " return main.scrollWidth - main.clientWidth; }"
    )
    assert wide == 0
    box = drawing.locator("svg").bounding_box()
    assert box is not None and 300 < box["width"] <= 374
    expect(layer(drawing, "block3_conv2")).to_have_attribute("aria-pressed", "true")
    assert drawing.evaluate("node => node.scrollWidth - node.clientWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_serious_finding_of_axe(
    scheme: Literal["light", "dark"], drawing: Locator, page: Page
):
    page.emulate_media(color_scheme=scheme)
    layer(drawing, "block3_conv2").locator("path").first.click()
    expect(card(page)).to_be_visible()
    assert findings(page, "Network") == []
