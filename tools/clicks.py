"""What a person does on the dashboard's pages: go, click, fill in, upload, read a figure.

Knows how Streamlit marks its elements, and nothing of what they are for. Everything waits
for what it needs to see; nothing sleeps and hopes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

_EXCEPTION = '[data-testid="stException"]'
_ERROR = '[data-testid="stAlertContentError"]'
_TWO_FRAMES = "() => new Promise(then => requestAnimationFrame(() => requestAnimationFrame(then)))"


def wait_until_idle(page: Page, seconds: float = 60.0) -> None:
    """Wait until Streamlit has run the script, and the page holds no stale elements."""
    idle = page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
    expect(idle).to_be_attached(timeout=1000 * seconds)


def wait_for_title(page: Page, title: str, seconds: float = 60.0) -> None:
    """Wait until that is the page's title and its script has run."""
    heading = page.get_by_test_id("stMain").get_by_role("heading", level=1)
    expect(heading).to_have_text(title, timeout=1000 * seconds)
    wait_until_idle(page, seconds)


def go_to(page: Page, label: str, title: str | None = None, seconds: float = 60.0) -> None:
    """Click a page in the sidebar's navigation and wait until it is there."""
    pages = page.get_by_test_id("stSidebar").locator(".st-key-pages")
    link = pages.get_by_role("link", name=re.compile(rf"{label}$"))
    link.click()
    wait_for_title(page, title or label, seconds)


def watch_it_grow(page: Page, label: str, seconds: float = 90.0) -> list[float]:
    """How far the live chart's first trace reached, each time that it was another place.

    Waits until the chart has grown twice before the eyes of the person who looks at it, or
    until the time is up.
    """
    # While the page is drawn anew when a run ends, the old chart stands there for a moment too.
    chart = page.get_by_label(label, exact=True).last
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=60_000)
    seen: list[float] = []
    deadline = time.monotonic() + seconds
    while len(seen) < 3 and time.monotonic() < deadline:
        reach = reach_of(chart)
        if reach is not None and (not seen or reach != seen[-1]):
            seen.append(reach)
        page.wait_for_timeout(100)
    return seen


def reach_of(chart: Locator) -> float | None:
    """How far the chart's first trace reaches; None while nothing is drawn on it yet."""
    found: float | None = chart.evaluate("n => n._fullData?.[0]?.x?.at(-1) ?? null")
    return found


@contextmanager
def changes(place: Locator, attribute: str) -> Iterator[None]:
    """What is done inside changes the attribute; waits until it has."""
    before = place.get_attribute(attribute) or ""
    yield
    expect(place).not_to_have_attribute(attribute, before)


def choose_segment(page: Page, label: str) -> None:
    segment = page.get_by_test_id("stMain").get_by_role("radio", name=label, exact=True)
    segment.click()
    expect(segment).to_be_checked()


def fill_number(place: Page | Locator, label: str, value: str) -> None:
    field = place.get_by_role("spinbutton", name=label, exact=True)
    field.fill(value)
    field.press("Enter")


def pick_option(place: Page | Locator, label: str, option: re.Pattern[str]) -> None:
    field = place.get_by_role("combobox", name=label, exact=True)
    field.scroll_into_view_if_needed()
    # A list closes when what is under it scrolls, which a busy browser tells of late.
    field.evaluate(_TWO_FRAMES)
    field.click()
    page = place.page if isinstance(place, Locator) else place  # over which the list lies
    page.get_by_role("option", name=option).click()


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator('input[type="file"]').set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": content}
    )


def metric(page: Page, label: str) -> Locator:
    """The value on the st.metric card with that label."""
    exact = page.get_by_text(label, exact=True)
    return page.get_by_test_id("stMetric").filter(has=exact).get_by_test_id("stMetricValue")


def faults(page: Page) -> list[str]:
    """The exceptions and error boxes that the page shows."""
    return page.locator(f"{_EXCEPTION}, {_ERROR}").all_inner_texts()


def answer(page: Page) -> Locator:
    """The sentence in which Classify says what it takes a picture for."""
    return page.locator(".convscope-answer .top .sentence")
