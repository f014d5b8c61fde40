"""The write-ups' recipes, each started by one click and stopped by another, on their real data."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.recipes import RECIPES
from core.runs import list_runs
from tools.clicks import faults, metric, wait_for_title

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

WRITE_UPS = [name for name, recipe in RECIPES.items() if recipe.source.startswith("Write-up")]


@pytest.mark.parametrize("name", WRITE_UPS)
def test_a_write_ups_recipe_starts_by_one_click(datasets_folder, server, page, complaints, name):
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    page.locator(f".st-key-train_{name} button").click()
    wait_for_title(page, "Train")
    chart = page.get_by_label("Loss over epochs", exact=True).last
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=300_000)
    run = list_runs(server.runs)[0]
    assert run.config() == RECIPES[name].config
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(metric(page, "Test accuracy")).to_be_visible(timeout=180_000)
    assert faults(page) == []
    assert complaints.lines == []
