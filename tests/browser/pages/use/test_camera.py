"""The camera, live: Chromium's made-up device shows a film of a digit on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages.use.drawing import film
from tools.clicks import faults, go_to, wait_for_title
from tools.dashboard import Complaints, Server, launched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Every track that the page was given, so that a test sees whether it was given back.
NOTE_TRACKS = """
window.tracks = [];
const devices = navigator.mediaDevices;
const ask = devices.getUserMedia.bind(devices);
devices.getUserMedia = async (wanted) => {
  const stream = await ask(wanted);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
LIVE = "() => window.tracks.filter((track) => track.readyState === 'live').length"


@pytest.fixture
def filming(tmp_path: Path, browser: Browser) -> Iterator[Page]:
    """A tab whose camera sees a 3, in a browser of its own."""
    path = tmp_path / "three.y4m"
    film(path, 3)
    device = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    seen = f"--use-file-for-fake-video-capture={path}"
    with launched(browser.browser_type, *device, seen) as filmed:
        page = filmed.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(30_000)
        page.add_init_script(NOTE_TRACKS)
        yield page


def start(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/classify")
    wait_for_title(page, "Classify a photo")
    page.get_by_role("tab", name="Camera").click()
    page.get_by_role("button", name="Start the camera").click()


def sentence(page: Page):
    return page.locator(".convscope-answer .words .sentence")


def test_what_is_held_up_is_named_several_times_a_second(filming: Page, server: Server):
    complaints = Complaints(filming)
    start(filming, server)
    expect(sentence(filming)).to_have_text("It is a 3", timeout=60_000)
    best = 0
    for _ in range(20):
        filming.wait_for_timeout(500)
        found = re.match(r"\d+", filming.locator(".convscope-camera .pace").inner_text())
        best = max(best, int(found[0]) if found else 0)
    print(f"{best} answers a second")
    assert best >= 3  # ten or so where nothing else is at work
    assert faults(filming) == [] and complaints.lines == []


def test_a_frame_is_kept_with_its_answer_and_the_camera_given_back(filming: Page, server: Server):
    start(filming, server)
    expect(sentence(filming)).to_have_text("It is a 3", timeout=60_000)
    assert filming.evaluate(LIVE) == 1
    filming.get_by_role("button", name="Keep this frame").click()
    assert filming.evaluate(LIVE) == 0
    expect(filming.get_by_role("img", name="The frame kept")).to_be_visible()
    expect(sentence(filming)).to_have_text("It is a 3")
    filming.get_by_role("button", name="Start the camera").click()
    filming.get_by_role("button", name="Stop", exact=True).click()
    expect(filming.get_by_text("Start the camera and hold something up")).to_be_visible()
    assert filming.evaluate(LIVE) == 0


def test_whoever_leaves_gives_the_camera_back(filming: Page, server: Server):
    start(filming, server)
    expect(sentence(filming)).to_be_visible(timeout=60_000)
    filming.get_by_role("tab", name="Draw").click()
    expect(filming.locator(".convscope-camera")).to_have_count(0)
    assert filming.evaluate(LIVE) == 0
    filming.get_by_role("tab", name="Camera").click()
    filming.get_by_role("button", name="Start the camera").click()
    expect(filming.get_by_role("button", name="Keep this frame")).to_be_visible()
    assert filming.evaluate(LIVE) == 1
    go_to(filming, "Browse")
    filming.wait_for_function("() => window.tracks.every((track) => track.readyState === 'ended')")


def test_a_browser_that_lends_no_camera_says_why(server: Server, page: Page, browser: Browser):
    """Headless Chromium has none, and nobody to ask."""
    start(page, server)
    expect(
        page.get_by_text(re.compile("No camera was found|may not use the camera"))
    ).to_be_visible()
    elsewhere = browser.new_page()
    elsewhere.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    start(elsewhere, server)
    expect(
        elsewhere.get_by_text("only to a page opened as localhost or over https")
    ).to_be_visible()
    assert faults(page) + faults(elsewhere) == []
    elsewhere.close()
