"""The tour: twenty silent seconds of a real first visit, as an animated picture.

`make tour` opens the dashboard on an empty runs folder, presses the button, and films what
comes: the network at work, the curves, the matrix, the mistakes, the maps, a digit drawn by
hand. What only waits is left out. Knows nothing of how the pages are made.
"""

from __future__ import annotations

import io
import math
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tools.clicks import answer, go_to, wait_for_title
from tools.dashboard import ROOT, chromium, serving

TARGET = ROOT / "docs" / "screenshots" / "tour.webp"
WINDOW = {"width": 1280, "height": 720}
_SHOWN = (960, 540)
_A_SECOND = 6  # frames
_LONG = 120_000  # ms
# A pointer, which screenshots leave out.
_POINTER = """
addEventListener('mousemove', event => {
  let hand = document.getElementById('tour-hand');
  if (!hand) {
    hand = document.createElement('div');
    hand.id = 'tour-hand';
    hand.style.cssText = 'position:fixed;z-index:2147483647;width:22px;height:22px;' +
      'border-radius:50%;background:rgba(230,159,0,.75);border:2px solid #fff;' +
      'box-shadow:0 1px 6px rgba(0,0,0,.5);pointer-events:none;transform:translate(-50%,-50%)';
    document.body.append(hand);
  }
  hand.style.left = event.clientX + 'px';
  hand.style.top = event.clientY + 'px';
}, true);
"""


class Film:
    """Frames of a page, each shown for as long as the last."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self._at = (WINDOW["width"] / 2, WINDOW["height"] - 40.0)

    def shoot(self, seconds: float = 1 / _A_SECOND) -> None:
        """What goes on for so many seconds of the film."""
        for _ in range(max(round(seconds * _A_SECOND), 1)):
            shot = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
            self.frames.append(shot.resize(_SHOWN, Image.Resampling.LANCZOS))
            self.page.wait_for_timeout(1000 / _A_SECOND / 3)

    def point(self, place: Locator, frames: int = 3) -> None:
        """The hand goes there."""
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        assert box is not None, "what the tour points at is not on the page"
        self.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, frames)

    def move(self, x: float, y: float, frames: int = 1) -> None:
        (left, top) = self._at
        for part in (number / frames for number in range(1, frames + 1)):
            self.page.mouse.move(left + (x - left) * part, top + (y - top) * part)
            self.shoot()
        self._at = (x, y)

    def click(self, place: Locator) -> None:
        self.point(place)
        place.click()

    def save(self, path: Path) -> None:
        first, *others = self.frames
        duration = round(1000 / _A_SECOND)
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=duration,
            loop=0,
            quality=55,
            method=4,
            minimize_size=True,
        )


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as scratch,
        serving(Path(scratch) / "runs", Path(scratch) / "streamlit.log") as server,
        chromium() as browser,
    ):
        page = browser.new_page(viewport=WINDOW, color_scheme="light")
        page.add_init_script(_POINTER)
        page.goto(server.url)
        wait_for_title(page, "ConvScope")
        page.wait_for_timeout(2500)
        film = Film(page)
        for scene in SCENES:
            scene(page, film)
        film.save(TARGET)
    seconds = len(film.frames) / _A_SECOND
    print(f"{TARGET.name}: {seconds:.0f} s, {TARGET.stat().st_size / 1e6:.1f} MB")
    return 0


def start(page: Page, film: Film) -> None:
    film.shoot(2.0)
    film.click(page.get_by_role("button", name="Train on digits now"))


def learn(page: Page, film: Film) -> None:
    chart = page.get_by_label("Loss over epochs", exact=True).last
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=_LONG)
    film.shoot(4.5)
    onward = page.get_by_test_id("stMain").get_by_role("link", name="Evaluate")
    expect(onward).to_be_visible(timeout=_LONG)
    film.shoot(1.0)
    film.click(onward)


def evaluate(page: Page, film: Film) -> None:
    wait_for_title(page, "Evaluate")
    page.wait_for_timeout(1200)
    film.shoot(2.0)


def mistakes(page: Page, film: Film) -> None:
    go_to(page, "Mistakes")
    page.wait_for_timeout(1200)
    film.shoot(1.5)


def feature_maps(page: Page, film: Film) -> None:
    go_to(page, "Feature maps", seconds=120)
    page.wait_for_timeout(2500)
    film.shoot(2.0)


def classify(page: Page, film: Film) -> None:
    go_to(page, "Classify a photo")
    pad = page.locator(".convscope-pad canvas").first
    expect(pad).to_be_visible(timeout=_LONG)
    box = pad.bounding_box()
    assert box is not None
    middle_x, middle_y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    film.move(middle_x - 0.2 * box["width"], middle_y - 0.25 * box["height"], 2)
    page.mouse.down()
    for step in range(16):  # a three: two arcs, one under the other
        upper, angle = step < 8, math.pi * (-0.75 + 1.25 * (step % 8) / 7)
        y = middle_y + (-0.16 if upper else 0.16) * box["height"]
        radius = 0.16 * box["height"]
        film.move(middle_x + radius * math.cos(angle), y + radius * math.sin(angle))
    page.mouse.up()
    expect(answer(page)).to_be_visible(timeout=_LONG)
    film.shoot(2.5)


SCENES: tuple[Callable[[Page, Film], None], ...] = (
    start,
    learn,
    evaluate,
    mistakes,
    feature_maps,
    classify,
)


if __name__ == "__main__":
    sys.exit(main())
