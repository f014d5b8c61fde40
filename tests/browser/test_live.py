"""A run that goes on: what the person does to the page does not disturb it, nor it the page."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.jobs import launch
from core.runs import Run, State
from tests.browser.conftest import PAGES
from tools.clicks import faults, go_to, metric, reach_of, wait_for_title
from tools.dashboard import Server
from tools.long_run import begin_long_run

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LONG = 600  # epochs: longer than any test looks; each test stops its run


@pytest.fixture
def long_run(server: Server, page: Page) -> Iterator[Run]:
    """A long run on digits, started by a click on Train, that has made its first steps."""
    run = begin_long_run(page, server, LONG)
    wait_for_step(run, 1, 120)
    expect(page).to_have_title(re.compile(r"^\d+ % · "), timeout=60_000)
    expect(chart(page, "Loss over epochs").locator(".main-svg").first).to_be_visible(timeout=60_000)
    yield run
    if run.status().state.alive:
        launch.request_stop(run)
        launch.wait(run, 60)


def test_zoom_and_hover_survive_an_update(long_run: Run, page: Page):
    loss = chart(page, "Loss over epochs")
    assert axis_range(loss)[1] >= LONG, "the axis does not span all epochs from the beginning"
    zoomed = zoom_in(loss)
    middle = round(sum(zoomed) / 2)
    wait_for_epoch(loss, middle + 1)
    hover(loss, middle)
    label = loss.locator(".hoverlayer > :not(.spikeline)").first
    expect(label).to_be_visible()
    node = loss.element_handle()
    wait_for_more(loss, 4)
    assert node.is_visible(), "the chart was mounted anew"
    assert axis_range(loss) == pytest.approx(zoomed)
    expect(label).to_be_visible()


def test_refreshing_and_closing_the_tab_change_nothing(
    long_run: Run, page: Page, browser: Browser, server: Server
):
    page.reload()
    wait_for_title(page, "Train")
    wait_for_more(chart(page, "Loss over epochs"), 2)
    address = page.url
    page.close()
    step = long_run.status().step
    other = browser.new_page()
    other.goto(address)
    wait_for_more(chart(other, "Loss over epochs"), 2)
    assert long_run.status().step > step
    other.get_by_role("button", name="Stop", exact=True).click()
    expect(metric(other, "Test accuracy")).to_be_visible(timeout=60_000)
    assert long_run.status().state is State.STOPPED
    assert long_run.model_path.is_file()
    assert faults(other) == []
    other.close()


def test_a_run_outlives_streamlit_and_is_found_again(long_run: Run, page: Page, server: Server):
    address = page.url
    server.kill()
    step = long_run.status().step
    wait_for_step(long_run, step + 20)  # nobody is looking
    assert long_run.status().state is State.RUNNING
    server.start()
    page.goto(address)  # what a refresh asks of the new server: this page, before any other
    wait_for_title(page, "Train")
    expect(page.locator(".st-key-pages").get_by_role("link")).to_have_count(
        len(PAGES) + 1
    )  # Start, too
    wait_for_more(chart(page, "Loss over epochs"), 2)
    go_to(page, "Start", "ConvScope")
    expect(page.get_by_test_id("stMain").get_by_text(re.compile("Running$"))).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("link", name="Open").first.click()
    wait_for_title(page, "Train")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(metric(page, "Test accuracy")).to_be_visible(timeout=60_000)
    assert faults(page) == []


def test_a_worker_that_is_killed_is_said_to_have_crashed(long_run: Run, page: Page):
    worker = long_run.status().pid
    assert worker, "the record does not say which process trains"
    os.kill(worker, signal.SIGKILL)
    expect(page.get_by_text(re.compile("This run crashed"))).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_text("Log of the worker")).to_be_visible()


def chart(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True).last


def wait_for_more(loss: Locator, times: int, seconds: float = 90.0) -> None:
    """Wait until the chart has been redrawn with newer metrics so many times."""
    expect(loss.locator(".main-svg").first).to_be_visible(timeout=60_000)
    seen, changed = reach_of(loss), 0
    deadline = time.monotonic() + seconds
    while changed < times:
        assert time.monotonic() < deadline, f"the chart moved on {changed} times only"
        loss.page.wait_for_timeout(50)
        now = reach_of(loss)
        changed += now != seen
        seen = now


def zoom_in(loss: Locator) -> list[float]:
    """Drag over the beginning of the chart, as a person does; returns the epochs then shown."""
    loss.scroll_into_view_if_needed()
    box = loss.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    mouse, middle = loss.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + 1, middle)
    mouse.down()
    mouse.move(box["x"] + 25, middle, steps=5)  # Plotly takes no narrower zoom than 20 pixels
    mouse.up()
    return axis_range(loss)


def wait_for_epoch(loss: Locator, epoch: float, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while (reach_of(loss) or 0.0) < epoch:
        assert time.monotonic() < deadline, f"the chart reaches {reach_of(loss)} of {epoch}"
        loss.page.wait_for_timeout(100)


def hover(loss: Locator, epoch: int) -> None:
    """Put the mouse over the points of an epoch."""
    x, y = loss.evaluate(
        """(node, epoch) => {
            const {xaxis, yaxis} = node._fullLayout, box = node.getBoundingClientRect();
            return [box.x + xaxis._offset + xaxis.l2p(epoch),
                    box.y + yaxis._offset + yaxis._length / 2];
        }""",
        epoch,
    )
    loss.page.mouse.move(x - 5, y)
    loss.page.mouse.move(x, y, steps=3)


def axis_range(loss: Locator) -> list[float]:
    found: list[float] = loss.evaluate("n => n._fullLayout.xaxis.range")
    return found


def wait_for_step(run: Run, step: int, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while run.status().step < step:
        assert time.monotonic() < deadline, f"the run stands still: {run.status()}"
        time.sleep(0.1)
