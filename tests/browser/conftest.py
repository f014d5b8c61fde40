"""A real Streamlit server and a real Chromium for each browser test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tools.dashboard import Complaints, Server, chromium, find_chromium, serving

WIDTH, HEIGHT = 1280, 720
# All but Start, as the sidebar names them.
PAGES = (
    "Browse",
    "Design",
    "Learning-rate range test",
    "Train",
    "Studies",
    "Evaluate",
    "Mistakes",
    "Feature maps",
    "Classify a photo",
)
expect.set_options(timeout=20_000)  # Playwright's own 5 s are short on a busy machine


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if find_chromium() is None:
        pytest.skip("needs Chromium (on Debian: apt-get install chromium)")
    with chromium() as opened:
        yield opened


@pytest.fixture
def server(tmp_path: Path, runs_folder: Path) -> Iterator[Server]:
    """The dashboard over an empty runs folder."""
    with serving(runs_folder, tmp_path / "streamlit.log") as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab, as of a person who comes for the first time."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture
def complaints(page: Page) -> Complaints:
    """What the console says; a test asserts that it is nothing."""
    return Complaints(page)
