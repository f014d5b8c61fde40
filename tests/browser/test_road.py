"""The road from end to end with real clicks, on digits: any fault a page shows fails it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.config import RunConfig
from core.runs import Run, State, list_runs
from core.runs.drafts import newest_drafts
from tests.browser.conftest import PAGES
from tools.clicks import (
    answer,
    changes,
    choose_segment,
    faults,
    fill_number,
    go_to,
    metric,
    pick_option,
    upload,
    wait_for_title,
    watch_it_grow,
)
from tools.dashboard import Complaints, Server
from tools.pictures import digit_on_paper

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_every_page_opens_before_anything_exists(server: Server, page: Page, complaints):
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    assert faults(page) == []
    for title in PAGES:
        go_to(page, title)
        assert faults(page) == [], title
    go_to(page, "Learning-rate range test")  # of which none ships
    page.get_by_text("Change the draft first").click()
    wait_for_title(page, "Design")
    assert complaints.lines == []


def test_the_whole_road(server: Server, page: Page, complaints: Complaints):
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    for stage in (
        browse,
        design,
        range_test,
        train,
        evaluate,
        mistakes,
        feature_maps,
        classify,
    ):
        stage(page, server)
        assert faults(page) == [], stage.__name__
        assert complaints.lines == [], stage.__name__


def browse(page: Page, server: Server) -> None:
    go_to(page, "Browse")
    expect(metric(page, "Image shape")).to_have_text(re.compile(r"32\s*×\s*32\s*×\s*1"))
    tiles = page.locator(".cs-tile")
    expect(tiles).to_have_count(80)
    with changes(tiles.first, "title"):
        page.get_by_role("button", name="Reshuffle").click()
    with changes(tiles.first, "title"):
        choose_segment(page, "Test")
    expect(tiles).to_have_count(80)
    tiles.first.click()
    expect(page.locator(".cs-pop:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".js-plotly-plot")).to_be_visible()


def design(page: Page, server: Server) -> None:
    go_to(page, "Design")
    page.get_by_role("tab", name="Network").click()
    expect(page.get_by_text("89,994").first).to_be_visible()
    page.get_by_role("tab", name="Training").click()
    fill_number(page, "Epochs", "12")
    summary = page.locator(".st-key-draft_summary")
    expect(summary).to_contain_text("12 epochs")
    page.get_by_role("tab", name="Augmentation").click()
    expect(page.locator(".cs-tile")).to_have_count(12, timeout=60_000)  # original and eleven
    original, version = (page.locator(".cs-tile").nth(i).locator("..") for i in (0, 1))
    before = original.get_attribute("style")
    with changes(version, "style"):
        page.get_by_role("button", name="Reshuffle").click()
    assert original.get_attribute("style") == before, "the original changed"
    page.reload()
    wait_for_title(page, "Design")
    expect(summary).to_contain_text("12 epochs")


def range_test(page: Page, server: Server) -> None:
    go_to(page, "Learning-rate range test")
    page.get_by_role("button", name="Settings").click()
    fill_number(page, "Iterations", "3000")  # so that the curve can be seen growing
    wait_for_draft(server, lambda draft: draft.range_test.iterations == 3000)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start the test").click()
    rates = watch_it_grow(page, "Loss over learning rate")
    assert len(rates) >= 3, f"the curve did not grow: {rates}"
    suggestion = metric(page, "Recommended learning rate")
    expect(suggestion).to_be_visible(timeout=120_000)
    page.get_by_role("button", name=re.compile("^Use .* in the draft")).click()
    expect(page.get_by_role("button", name=re.compile("is in the draft"))).to_be_disabled()


def train(page: Page, server: Server) -> None:
    go_to(page, "Train")
    page.get_by_role("button", name="Start training").click()
    epochs = watch_it_grow(page, "Loss over epochs")
    assert len(epochs) >= 3, f"the chart did not change: {epochs}"
    expect(metric(page, "Test accuracy")).to_be_visible(timeout=180_000)
    run = newest(server, "train")
    assert run.status().state is State.FINISHED
    assert run.config().training.epochs == 12


def evaluate(page: Page, server: Server) -> None:
    page.get_by_test_id("stMain").get_by_role("link", name="Evaluate").click()
    wait_for_title(page, "Evaluate")
    expect(metric(page, "Test images")).to_have_text("359")
    page.get_by_role("radio", name="Normalized").click()
    expect(page.get_by_role("gridcell").first).to_have_text(re.compile("%$"))
    true, predicted = commonest_mistake(newest(server, "train"))
    name = re.compile(f"^true {true}, predicted {predicted}:")
    page.get_by_role("gridcell", name=name).click()
    wait_for_title(page, "Mistakes")
    summary = page.get_by_text(re.compile(f"of class {true} misclassified as {predicted}"))
    expect(summary).to_be_visible()


def mistakes(page: Page, server: Server) -> None:
    tiles = page.locator(".convscope-tile")
    expect(tiles.first).to_be_visible()
    narrowed = tiles.count()
    go_to(page, "Start", "ConvScope")
    go_to(page, "Mistakes")
    expect(page.get_by_text("misclassified").first).to_be_visible()
    assert tiles.count() >= narrowed
    tiles.first.click()
    enlarged = page.get_by_role("dialog")
    expect(enlarged.get_by_role("img")).to_be_visible()
    enlarged.get_by_role("button", name="What the layers made of it").click()
    wait_for_title(page, "Feature maps")


def feature_maps(page: Page, server: Server) -> None:
    maps = page.locator(".maps[data-layer]")
    expect(maps).to_be_visible(timeout=60_000)
    with changes(maps, "data-layer"):
        pick_option(page, "Layer", re.compile("block2_conv1"))
    expect(page.get_by_text("block2_conv1").first).to_be_visible()


def classify(page: Page, server: Server) -> None:
    go_to(page, "Classify a photo")
    page.get_by_role("tab", name="Upload").click()
    upload(page, "zero.png", digit_on_paper(0))
    expect(answer(page)).to_contain_text("0", timeout=60_000)
    expect(page.get_by_text("32 × 32").first).to_be_visible()
    upload(page, "letter.png", b"this is no image")
    expect(page.get_by_test_id("stAlertContentError")).to_be_visible()
    page.get_by_test_id("stFileChipDeleteBtn").get_by_role("button").last.click()
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download model.keras").click()
    assert download.value.suggested_filename == "model.keras"


def test_one_click_trains_digits_and_an_uploaded_digit_is_classified(
    server: Server, page: Page, complaints: Complaints
):
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    clicked = time.time()
    page.get_by_role("button", name="Train on digits now").click()
    wait_for_title(page, "Train")
    expect(metric(page, "Test accuracy")).to_be_visible(timeout=240_000)
    run = newest(server, "train")
    result = run.status().training_result
    print(f"{result.test_accuracy:.2%} after {run.status().finished - clicked:.0f} s")
    assert result.test_accuracy >= 0.97
    go_to(page, "Classify a photo")
    page.get_by_role("tab", name="Upload").click()
    for digit in (0, 3, 7):
        upload(page, f"a-{digit}.png", digit_on_paper(digit))
        expect(answer(page)).to_contain_text(str(digit), timeout=60_000)
    assert faults(page) == []
    assert complaints.lines == []


# What a person does, in Streamlit's widgets.


def wait_for_draft(server: Server, holds: Callable[[RunConfig], bool]) -> None:
    """Wait until the draft on disk has what was typed: it outlives the tab from then on."""
    deadline = time.monotonic() + 20
    while not ((draft := next(newest_drafts(server.runs), None)) and holds(draft)):
        assert time.monotonic() < deadline, f"the draft did not take it: {draft}"
        time.sleep(0.1)


def newest(server: Server, job: str) -> Run:
    return next(run for run in list_runs(server.runs) if run.config().job == job)


def commonest_mistake(run: Run) -> tuple[int, int]:
    """(true, predicted) of the largest cell off the diagonal; of none, the first class's own."""
    with np.load(run.predictions_path) as saved:
        labels, predictions = saved["labels"], saved["probabilities"].argmax(axis=1)
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels, predictions), 1)
    np.fill_diagonal(counts, 0)
    assert counts.any(), "the network makes no mistake; train it for fewer epochs"
    true, predicted = np.unravel_index(counts.argmax(), counts.shape)
    return int(true), int(predicted)
