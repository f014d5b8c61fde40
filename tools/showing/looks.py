"""Every page at every size, in the light and the dark, with few classes and many: `make looks`.

Writes a PNG each and a sheet of all of a kind, and says where something is wrong that can be
told without eyes: an error on the page or in the console, a page wider than its window. The
rest is for whoever looks at the sheets.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from core.config import apply_overrides
from core.recipes import find_recipe
from core.runs import list_runs
from core.runs.drafts import save_draft
from core.studies import QUESTIONS
from tools.clicks import faults, wait_until_idle
from tools.dashboard import ROOT, Complaints, Server, chromium, serving
from tools.pictures import class_folder

SIZES = {"phone": (390, 844), "hd": (1280, 720), "laptop": (1440, 900), "full": (1920, 1080)}
PAGES = (
    *("", "browse", "design", "lr_range", "train", "studies"),
    *("evaluate", "mistakes", "feature_maps", "classify"),
)
_SETTLED = 2500  # ms: charts and pictures come after the script
_THUMB = 480  # pixels
_DRAFT = "0" * 8
_TOO_WIDE = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    return main.scrollWidth - main.clientWidth;
}"""
LONG = "a class whose name is rather long for an axis, number"


@dataclass(frozen=True)
class Case:
    """What the pages are to show: runs on a data set of so many classes."""

    name: str
    classes: tuple[str, ...]  # empty: digits
    options: tuple[str, ...]


CASES = (
    Case("digits", (), ("epochs=8",)),
    Case("two", (f"{LONG} one", f"{LONG} two"), ("epochs=4",)),
    Case("hundred", tuple(f"class {number:03d}" for number in range(100)), ("epochs=2",)),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.showing.looks", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--case", choices=[case.name for case in CASES], action="append")
    parser.add_argument("--size", choices=list(SIZES), action="append")
    parser.add_argument("--scheme", choices=["light", "dark"], action="append")
    parser.add_argument("--page", choices=PAGES, action="append")
    parser.add_argument("--folded", action="store_true", help="the folded sidebar too")
    options = parser.parse_args()
    complaints: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        for case in CASES:
            if case.name in (options.case or [case.name]):
                complaints += _case(case, Path(scratch) / case.name, browser, options)
    print("\n".join(complaints) or "Nothing that can be told without eyes.")
    return 1 if complaints else 0


def _case(
    case: Case, scratch: Path, browser: Browser, options: argparse.Namespace
) -> Iterator[str]:
    runs, sets = scratch / "runs", scratch / "datasets"
    changes = list(case.options)
    if case.classes:
        class_folder(sets / case.name, case.classes, 24 if len(case.classes) > 9 else 120)
        changes += [f"dataset.name={case.name}", "title="]
    environment = {"CONVSCOPE_DATASETS": str(sets), "CONVSCOPE_CACHE": str(scratch / "cache")}
    _study(changes, runs, environment)
    for job in ("range-test", "train"):
        _do(job, changes, runs, environment)
    newest = list_runs(runs)[0]
    save_draft(_DRAFT, newest.config(), runs)  # what Browse and Design are about
    with serving(runs, scratch / "streamlit.log", **environment) as server:
        for size in options.size or SIZES:
            for scheme in options.scheme or ("light", "dark"):
                yield from _walk(case, server, browser, size, scheme, options)
        if options.folded or options.size is None:
            yield from _walk(case, server, browser, "hd", "light", options, folded=True)


def _study(changes: list[str], runs: Path, environment: dict[str, str]) -> None:
    base = apply_overrides(find_recipe("digits-quick").config, [*changes, "epochs=2"])
    asked = QUESTIONS["augmentation"].make(base, 0).with_seeds((0, 1))
    runs.mkdir(parents=True, exist_ok=True)
    file = runs / "study.json"
    file.write_text(asked.to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "core", "study", str(file), "--runs", str(runs)]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **environment})


def _do(job: str, changes: list[str], runs: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "core", job, "--recipe", "digits-quick", "--runs", str(runs)]
    for change in changes:
        command += ["--set", change]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **environment})


def _walk(
    case: Case,
    server: Server,
    browser: Browser,
    size: str,
    scheme: str,
    options: argparse.Namespace,
    *,
    folded: bool = False,
) -> Iterator[str]:
    """A picture of each page, and a sheet of them."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    heard = Complaints(page)
    kind = f"{case.name}-{size}-{scheme}" + ("-folded" if folded else "")
    options.folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for name in options.page or PAGES:
        path = options.folder / f"{kind}-{name or 'start'}.png"
        yield from (f"{path.stem}: {wrong}" for wrong in _picture(page, server, name, path, folded))
        pictures.append(path)
    yield from (f"{kind}: {line}" for line in heard.lines)
    _sheet(pictures, options.folder / f"sheet-{kind}.png")
    context.close()


def _picture(page: Page, server: Server, name: str, path: Path, folded: bool) -> list[str]:
    page.goto(f"{server.url}/{name}?draft={_DRAFT}")
    page.get_by_test_id("stMain").get_by_role("heading", level=1).wait_for(timeout=60_000)
    wait_until_idle(page)
    if folded:
        _fold(page)
    page.wait_for_timeout(_SETTLED)
    page.screenshot(path=path)
    wide = page.evaluate(_TOO_WIDE)
    return faults(page) + ([f"{wide} pixels wider than its window"] if wide > 0 else [])


def _fold(page: Page) -> None:
    """Streamlit remembers it from page to page, and shows its button to who points there."""
    sidebar = page.get_by_test_id("stSidebar")
    if sidebar.get_attribute("data-collapsed") != "true":
        sidebar.hover()
        page.get_by_test_id("stSidebarCollapseButton").locator("button").click()


def _sheet(pictures: list[Path], path: Path) -> None:
    """All of them in small, three side by side."""
    small = []
    for name in pictures:
        with Image.open(name) as picture:
            small.append(picture.convert("RGB").resize(_thumb(picture.size)))
    across = min(3, len(small))
    width, height = small[0].size
    sheet = Image.new("RGB", (across * width, -(-len(small) // across) * height), "white")
    for place, picture in enumerate(small):
        sheet.paste(picture, (place % across * width, place // across * height))
    sheet.save(path)
    print(path)


def _thumb(size: tuple[int, int]) -> tuple[int, int]:
    scale = _THUMB / size[0]
    return _THUMB, round(size[1] * scale)


if __name__ == "__main__":
    sys.exit(main())
