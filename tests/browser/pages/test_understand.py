"""Evaluate, Mistakes and Feature maps by keyboard: walk, open, enlarge, come back."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.analysis.evaluation import Evaluation, load_evaluation, most_confused, select_images
from core.figures.confusion import confusion_cells
from core.runs import Run
from pages.understand import matrix
from tests.browser.mounting import load_component
from tools.clicks import pick_option, wait_for_title, wait_until_idle
from tools.dashboard import Complaints, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MOUNT = """(data) => mount({ data, parentElement: document.getElementById("place") })"""


def cell(page: Page, found: Evaluation, true: int, predicted: int) -> Locator:
    names = f"true {found.classes[true]}, predicted {found.classes[predicted]}:"
    return page.get_by_role("gridcell", name=re.compile(f"^{re.escape(names)}"))


def bottom(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_the_matrix_is_whole_and_walked_by_keyboard(
    with_finished_run: Run, server: Server, page: Page, complaints: Complaints
):
    found = load_evaluation(with_finished_run)
    (true, predicted, count), *_ = most_confused(found)
    page.goto(f"{server.url}/evaluate")
    wait_for_title(page, "Evaluate")
    cells = page.get_by_role("gridcell")
    expect(cells).to_have_count(100)
    assert bottom(cells.last) <= 720
    page.get_by_role("radio", name="Normalized").click()
    expect(cells.first).to_have_text(re.compile("%$"))
    page.keyboard.press("Tab")  # from the switch into the matrix: one stop for all its cells
    expect(cell(page, found, 0, 0)).to_be_focused()
    for _ in range(true):
        page.keyboard.press("ArrowDown")
    for _ in range(predicted):
        page.keyboard.press("ArrowRight")
    wanted = cell(page, found, true, predicted)
    expect(wanted).to_be_focused()
    images = "1 image" if count == 1 else f"{count} images"
    expect(wanted).to_have_accessible_name(re.compile(f": {images}, "))
    page.keyboard.press("Enter")
    wait_for_title(page, "Mistakes")
    expect(page.locator(".convscope-tile")).to_have_count(count)
    assert complaints.lines == []


def test_what_is_nearly_all_is_not_called_all(server: Server, page: Page):
    """Mounted by itself, with a matrix that no run of digits gives."""
    confusion = np.array([[9996, 4], [0, 10]])
    page.goto(f"{server.url}/_stcore/health")  # a place with a sessionStorage
    page.set_content('<main id="place"><div class="matrix"></div></main>')
    load_component(page, Path(matrix.__file__).with_name("matrix.js"))
    page.evaluate(MOUNT, confusion_cells(confusion, ("cat", "dog")))
    labels = [one.get_attribute("aria-label") for one in page.get_by_role("gridcell").all()]
    assert labels == [
        "true cat, predicted cat: 9,996 images, >99.9 % of all cat",
        "true cat, predicted dog: 4 images, <0.1 % of all cat",
        "true dog, predicted cat: 0 images, 0.0 % of all dog",
        "true dog, predicted dog: 10 images, 100.0 % of all dog",
    ]


def test_a_cell_can_be_opened_again_after_coming_back(
    with_finished_run: Run, server: Server, page: Page
):
    found = load_evaluation(with_finished_run)
    page.goto(f"{server.url}/evaluate")
    for _ in range(2):
        wait_for_title(page, "Evaluate")
        cell(page, found, 0, 0).click()  # what it got right
        wait_for_title(page, "Mistakes")
        expect(page.get_by_text(f"of class {found.classes[0]} classified rightly")).to_be_visible()
        page.locator(".st-key-pages").get_by_role("link", name="Evaluate").click()


def focused(page: Page) -> str:
    """The label or the words of what has the focus, inside a component too."""
    return str(
        page.evaluate(
            """() => {
                let node = document.activeElement;
                while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
                return node.getAttribute("aria-label") ?? node.textContent;
            }"""
        )
    )


def test_a_mistake_is_enlarged_in_place_and_back_finds_the_filters(
    with_finished_run: Run, server: Server, page: Page, complaints: Complaints
):
    page.goto(f"{server.url}/mistakes?show=all")
    wait_for_title(page, "Mistakes")
    pick_option(page, "Sort", re.compile("Least sure first"))
    expect(page).to_have_url(re.compile("[?&]sort=unsure"))
    first, *_ = select_images(load_evaluation(with_finished_run), show="all", sort="unsure")
    tiles = page.locator(".convscope-tile")
    expect(tiles.first).to_have_attribute("title", re.compile(f"^Test image {first}:"))
    expect(tiles.first).to_be_visible()
    wait_until_idle(page)
    assert bottom(tiles.first) <= 720
    titles = [tile.get_attribute("title") for tile in tiles.all()[:2]]
    tiles.first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_accessible_name(titles[0] or "")
    picture = dialog.get_by_role("img").bounding_box()
    assert picture is not None and picture["width"] >= 320
    page.keyboard.press("ArrowRight")
    expect(dialog).to_have_accessible_name(titles[1] or "")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(dialog).to_have_accessible_name(titles[1] or "")
    stops = []
    for _ in range(8):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    assert stops == ["Close", "What the layers made of it", "Previous", "Next"] * 2
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(tiles.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="What the layers made of it").click()
    wait_for_title(page, "Feature maps")
    number = re.search(r"\d+", titles[1] or "")
    assert number is not None
    expect(page).to_have_url(re.compile(rf"[?&]sample={number[0]}(&|$)"))
    expect(page.locator(".maps[data-layer]")).to_be_visible(timeout=60_000)
    wait_until_idle(page)
    page.go_back()
    wait_for_title(page, "Mistakes")
    expect(page.get_by_role("combobox", name="Sort")).to_have_value("Least sure first")
    expect(page.get_by_role("radio", name="All", exact=True)).to_be_checked()
    assert complaints.lines == []


def test_a_channel_is_enlarged_beside_the_picture(
    with_finished_run: Run, server: Server, page: Page, complaints: Complaints
):
    page.goto(f"{server.url}/feature_maps?sample=5")
    wait_for_title(page, "Feature maps")
    channels = page.get_by_role("button", name=re.compile("^channel .* of block1_conv1"))
    expect(channels).to_have_count(16, timeout=60_000)
    boxes = [channel.bounding_box() for channel in channels.all()]
    assert all(box and box["width"] >= 64 and box["y"] + box["height"] <= 720 for box in boxes)
    channels.nth(6).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_accessible_name(re.compile("^channel 7 of block1_conv1"))
    expect(dialog.get_by_role("img", name="The picture that the network was given")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img", name=re.compile("^channel 8 of"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(channels.nth(7)).to_be_focused()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator('.maps[data-layer="block1_act1"]')).to_be_visible(timeout=60_000)
    assert complaints.lines == []


def test_the_picture_stays_in_sight_beside_every_layer(
    with_finished_run: Run, server: Server, page: Page
):
    page.goto(f"{server.url}/feature_maps?sample=5")
    wait_for_title(page, "Feature maps")
    expect(page.locator(".maps[data-layer]")).to_be_visible(timeout=60_000)
    page.get_by_text("Every layer", exact=True).click()
    last = page.locator('.maps[data-layer="block3_pool"]')
    expect(last).to_be_visible(timeout=60_000)
    wait_until_idle(page)
    last.scroll_into_view_if_needed()
    expect(page.get_by_role("img", name=re.compile("· test image 5$"))).to_be_in_viewport()
