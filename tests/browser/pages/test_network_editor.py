"""The network's editor in a real browser: edited, undone, redone, saved, trained, found again."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from core.config import ArchitectureConfig, apply_overrides
from core.models.plan import plan_layers, total_parameters
from core.notation import count
from core.recipes import find_recipe
from core.runs import Run, State, list_runs
from core.runs.drafts import save_draft
from core.runs.networks import read_network
from tools.clicks import (
    faults,
    fill_number,
    go_to,
    metric,
    pick_option,
    wait_for_title,
    wait_until_idle,
)
from tools.dashboard import Complaints, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

_BLOCKS = [{"filters": 4, "pool": "max"}, {"filters": 6, "pool": "max"}]
_DRAFT = apply_overrides(
    find_recipe("digits-quick").config,
    [
        "training.epochs=1",
        "training.batch_size=256",  # six steps
        f"architecture.blocks={json.dumps(_BLOCKS)}",
        "architecture.dense=[]",
    ],
)
_SHAPE, _CLASSES = (32, 32, 1), 10
_NAME = "Mine *two*"


@pytest.fixture
def editor(runs_folder: Path, server: Server, page: Page) -> Page:
    """Design's Network tab over a draft of two small blocks."""
    save_draft("0123abcd", _DRAFT)
    page.goto(f"{server.url}/design?draft=0123abcd&step=Network")
    wait_for_title(page, "Design")
    expect_network(page, _DRAFT.architecture)
    return page


def test_a_network_is_edited_saved_and_trained(
    editor: Page, runs_folder: Path, complaints: Complaints
):
    begun = _DRAFT.architecture
    wider = changed(begun, filters=9)
    fill_number(block(editor, 2), "Filters", "9")
    expect_network(editor, wider)
    press(editor, "Undo")
    expect_network(editor, begun)
    press(editor, "Redo")
    expect_network(editor, wider)
    pick_option(block(editor, 2), "Activation", re.compile("^GELU$"))
    expect(layer(editor, "block2_conv1")).to_have_accessible_name(re.compile("then GELU$"))
    edited = changed(wider, activation="gelu")
    save(editor, _NAME)
    assert faults(editor) == []
    editor.locator(".st-key-draft_summary").get_by_text(_NAME).wait_for()
    assert_trains(editor, runs_folder, edited)
    go_to(editor, "Design")
    editor.get_by_role("tab", name="Network").click()
    expect(card(editor, _NAME)).to_be_visible()
    expect_network(editor, edited)
    editor.get_by_role("button", name="Compact", exact=True).click()
    expect(layer(editor, "block3_conv1")).to_be_visible()
    card(editor, _NAME).click()
    expect_network(editor, edited)
    assert faults(editor) == [] and complaints.lines == []


def test_a_network_is_timed_by_one_click(editor: Page, complaints: Complaints):
    epoch = metric(editor, "An epoch here")
    expect(epoch).to_contain_text(" to ")
    editor.get_by_role("button", name="Time it here").click()
    again = editor.get_by_role("button", name="Time it again")
    again.wait_for(timeout=120_000)  # it goes away while the timing goes on
    expect(epoch).to_contain_text("±")
    save(editor, _NAME)
    expect(epoch).to_contain_text("±")  # it is the same network
    assert faults(editor) == []


def test_what_is_exported_is_the_network(editor: Page):
    press(editor, "Save")
    with editor.expect_download() as download:
        editor.get_by_role("button", name="Export as a file").click()
    data = Path(download.value.path()).read_bytes()
    assert read_network(data, download.value.suggested_filename) == _DRAFT.architecture


def block(page: Page, number: int) -> Locator:
    """Its row of fields."""
    return page.locator(f'[class*="st-key-row_blocks_{number - 1}"]')


def layer(page: Page, name: str) -> Locator:
    return page.locator(f'.convscope-network [data-layer="{name}"]')


def card(page: Page, name: str) -> Locator:
    return page.locator('[class*="st-key-card_"]').get_by_role("button", name=name, exact=True)


def press(page: Page, name: str) -> None:
    page.locator(".st-key-network_bar").get_by_role("button", name=name, exact=False).click()


def changed(architecture: ArchitectureConfig, **fields: Any) -> ArchitectureConfig:
    """With fields of the last block that are others."""
    *before, last = architecture.blocks
    blocks = (*before, last.model_copy(update=fields))
    return architecture.model_copy(update={"blocks": blocks})


def expect_network(page: Page, architecture: ArchitectureConfig) -> None:
    """The page's number of parameters and its drawing are of that network."""
    layers = plan_layers(architecture, _SHAPE, _CLASSES)
    expect(metric(page, "Parameters")).to_have_text(count(total_parameters(layers)))
    filters = architecture.blocks[-1].filters
    expect(layer(page, "block2_conv1")).to_have_accessible_name(re.compile(f" {filters} filters "))
    expect(block(page, 2).get_by_role("spinbutton", name="Filters")).to_have_value(str(filters))
    wait_until_idle(page)


def save(page: Page, name: str) -> None:
    press(page, "Save")
    field = page.get_by_role("textbox", name="Name", exact=True)
    field.fill(name)
    field.press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="Save the network", exact=True).click()
    expect(field).to_have_count(0)
    expect(card(page, name)).to_be_visible()


def assert_trains(page: Page, runs: Path, architecture: ArchitectureConfig) -> None:
    """By a click on Train; what was trained is that very network."""
    go_to(page, "Train")
    page.get_by_role("button", name="Start training").click()
    run = wait_for_run(runs)
    expect(metric(page, "Test accuracy")).to_be_visible()
    trained = json.loads(run.config_path.read_text())["architecture"]
    assert trained == architecture.model_copy(update={"name": _NAME}).model_dump(mode="json")


def wait_for_run(runs: Path, seconds: float = 180.0) -> Run:
    """The only one, when it has finished."""
    deadline = time.monotonic() + seconds
    while not ((found := list_runs(runs)) and found[0].status().state is State.FINISHED):
        told = [run.status() for run in found]
        assert time.monotonic() < deadline and not any(s.error for s in told), told
        time.sleep(0.1)
    (run,) = found
    return run
