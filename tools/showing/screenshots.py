"""docs/screenshots: each page as a person sees it, from a real run on digits.

`python -m tools.showing.screenshots` trains, opens the dashboard in Chromium, walks the pages and
writes one PNG each. Knows what is worth showing on each page.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core.jobs import launch
from core.recipes import find_recipe
from core.studies import QUESTIONS
from tools.clicks import (
    answer,
    changes,
    go_to,
    metric,
    pick_option,
    upload,
    wait_for_title,
    wait_until_idle,
    watch_it_grow,
)
from tools.dashboard import ROOT, Server, chromium, serving
from tools.long_run import begin_long_run
from tools.pictures import digit_on_paper

FOLDER = ROOT / "docs" / "screenshots"
SIZE = {"width": 1280, "height": 720}
LONG = 200  # epochs of the run that is shown at work, which is then stopped


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        runs = Path(scratch) / "runs"
        study_of_augmentation(runs, Path(scratch) / "study.json")
        # The short one makes more mistakes to look at; the newest is what pages show at first.
        for job, epochs in (("range-test", 10), ("train", 2), ("train", 10)):
            command = [sys.executable, "-m", "core", job, "--recipe", "digits-quick"]
            options = ["--set", f"epochs={epochs}", "--runs", str(runs)]
            subprocess.run([*command, *options], cwd=ROOT, check=True)
        with serving(runs, Path(scratch) / "streamlit.log") as server, chromium() as browser:
            walk(browser, server, "light")
            walk(browser, server, "dark", only=("start", "evaluate"))
            at_work(browser, server, "dark")
    return 0


def study_of_augmentation(runs: Path, file: Path) -> None:
    """A study that ships, of digits, trained to its end."""
    asked = QUESTIONS["augmentation"].make(find_recipe("digits-quick").config, 0)
    file.write_text(asked.to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "core", "study", str(file), "--runs", str(runs)]
    subprocess.run(command, cwd=ROOT, check=True)


def walk(browser: Browser, server: Server, scheme: str, only: tuple[str, ...] = ()) -> None:
    """One screenshot a page."""
    page = tab(browser, scheme)
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    for name, show in STATIONS.items():
        if only and name not in only:
            continue
        show(page)
        take(page, name if scheme == "light" else f"{name}-dark")
    page.context.close()


def tab(browser: Browser, scheme: str) -> Page:
    dark = scheme == "dark"
    context = browser.new_context(viewport=SIZE, color_scheme="dark" if dark else "light")
    return context.new_page()


def start(page: Page) -> None:
    go_to(page, "Start", "ConvScope")


def browse(page: Page) -> None:
    go_to(page, "Browse")
    expect(page.locator(".cs-tile")).to_have_count(80)


def design(page: Page) -> None:
    go_to(page, "Design")
    page.get_by_role("tab", name="Network").click()
    expect(page.get_by_text("89,994").first).to_be_visible()


def augmentation(page: Page) -> None:
    page.get_by_role("tab", name="Augmentation").click()
    expect(page.locator(".cs-tile")).to_have_count(12, timeout=60_000)


def range_test(page: Page) -> None:
    go_to(page, "Learning-rate range test")
    chart = page.get_by_label("Loss over learning rate", exact=True)
    expect(chart.locator(".main-svg").first).to_be_visible()


def train(page: Page) -> None:
    go_to(page, "Train")
    expect(page.get_by_label("Loss over epochs").locator(".main-svg").first).to_be_visible()


def studies(page: Page) -> None:
    go_to(page, "Studies")
    expect(page.locator(".st-key-study_answer")).to_be_visible()
    chart = page.get_by_label("Validation accuracy over epochs", exact=True)
    expect(chart.locator(".main-svg").first).to_be_visible()


def evaluate(page: Page) -> None:
    go_to(page, "Evaluate")
    pick_run(page, "Evaluate", oldest=True)
    expect(page.get_by_role("gridcell")).to_have_count(100)


def mistakes(page: Page) -> None:
    go_to(page, "Mistakes")
    expect(page.locator(".convscope-tile img").first).to_be_visible()


def feature_maps(page: Page) -> None:
    go_to(page, "Feature maps")
    pick_run(page, "Feature maps", oldest=False)
    maps = page.locator(".maps[data-layer]")
    expect(maps).to_be_visible(timeout=60_000)
    with changes(maps, "data-layer"):
        pick_option(page, "Layer", re.compile("block2_conv1"))


def classify(page: Page) -> None:
    go_to(page, "Classify a photo")
    page.get_by_role("tab", name="Upload").click()
    upload(page, "three.png", digit_on_paper(3))
    expect(answer(page)).to_contain_text("3", timeout=60_000)


STATIONS: dict[str, Callable[[Page], None]] = {
    "start": start,
    "browse": browse,
    "design": design,
    "augmentation": augmentation,
    "range-test": range_test,
    "train": train,
    "studies": studies,
    "evaluate": evaluate,
    "mistakes": mistakes,
    "feature-maps": feature_maps,
    "classify": classify,
}


def at_work(browser: Browser, server: Server, scheme: str) -> None:
    """The Train page while a run goes on."""
    page = tab(browser, scheme)
    run = begin_long_run(page, server, LONG)
    watch_it_grow(page, "Loss over epochs")
    expect(metric(page, "Validation accuracy")).not_to_have_text("–", timeout=60_000)
    page.wait_for_timeout(15_000)  # curves worth looking at
    take(page, "train-live-dark")
    launch.request_stop(run)
    launch.wait(run, 60)
    page.context.close()


def pick_run(page: Page, title: str, *, oldest: bool) -> None:
    """Of the runs trained here, in the list that the head opens."""
    page.get_by_test_id("stPopoverButton").first.click()
    lines = page.locator(".convscope-runs li button")
    expect(lines.first).to_be_visible()
    lines.nth(1 if oldest else 0).click()  # the shipped one stands last
    wait_for_title(page, title)
    expect(lines).to_have_count(0)


def take(page: Page, name: str) -> None:
    """Write the page as a PNG of 256 colours, which is a quarter of its size."""
    wait_until_idle(page)
    page.mouse.move(SIZE["width"] - 5, SIZE["height"] - 5)  # over nothing that answers
    page.wait_for_timeout(800)  # transitions of charts and images
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = picture.quantize(256, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)
    print(FOLDER.name, name, f"{(FOLDER / f'{name}.png').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
