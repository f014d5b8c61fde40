"""The write-ups' recipes, each chosen, started and stopped by clicking, on their real data."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from core.recipes import RECIPES
from core.runs import list_runs
from tools.clicks import faults, go_to, metric, wait_for_title

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

WRITE_UPS = [name for name, recipe in RECIPES.items() if recipe.source.startswith("Write-up")]


@pytest.mark.parametrize("name", WRITE_UPS)
def test_a_write_ups_recipe_starts_by_clicking(datasets_folder, server, page, complaints, name):
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    go_to(page, "Design")
    card = page.get_by_role("button", name=re.compile(f"{re.escape(RECIPES[name].title)}$"))
    card.first.click()
    page.get_by_role("button", name="Use this recipe").click()
    expect(page.get_by_role("button", name="In the draft")).to_be_disabled()
    go_to(page, "Train")
    page.get_by_role("button", name="Start training").click()
    chart = page.get_by_label("Loss over epochs", exact=True).last
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=300_000)
    run = list_runs(server.runs)[0]
    assert run.config() == RECIPES[name].config
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(metric(page, "Test accuracy")).to_be_visible(timeout=180_000)
    assert faults(page) == []
    assert complaints.lines == []
