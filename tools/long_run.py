"""A run at work on digits, begun by a click on Train as a person would begin it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from core.recipes import find_recipe
from core.runs import Run, list_runs
from core.runs.drafts import save_draft
from tools.clicks import go_to, wait_for_title
from tools.dashboard import Server

_DRAFT = "0" * 8


def begin_long_run(page: Page, server: Server, epochs: int) -> Run:
    """Draft the first recipe with so many epochs, start it, and stay on Train. Somebody must
    end it."""
    recipe = find_recipe("digits-quick").config
    training = recipe.training.model_copy(update={"epochs": epochs})
    save_draft(_DRAFT, recipe.model_copy(update={"training": training}), server.runs)
    page.goto(f"{server.url}/?draft={_DRAFT}")
    wait_for_title(page, "ConvScope")
    go_to(page, "Train")
    page.get_by_role("button", name="Start training").click()
    # Until then the charts are those of the run shown before.
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible(timeout=60_000)
    return list_runs(server.runs)[0]
