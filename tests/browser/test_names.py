"""Names are data: no page takes one for markup, and none makes a browser ask another machine."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from core.config import RunConfig, apply_changes
from core.figures.labels import shortened
from core.reading import visible
from core.recipes import find_recipe
from core.runs import RangeTestResult, Run, State
from core.runs.drafts import save_draft
from tests.browser.hostile import BROKEN_SET, CLASSES, OUTSIDE, SET, TITLES
from tests.conftest import ROOT, build_class_folder
from tests.pages.train.records import record
from tools.clicks import upload, wait_for_title, wait_until_idle
from tools.dashboard import Complaints, Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DRAFT = "0123abcd"
TITLE = f"{' '.join(TITLES[:3])} :material/home: a -> b"
NETWORK = f":smile: `n` {OUTSIDE}/n"
FAILURE = "\n".join((*TITLES, "# h", "1. x", "~~s~~ $x$ :red[x]"))
PHOTO = "**p** ![p](x) $x$ :red[x] <b>.png"
RECORDED = (f"![p]({OUTSIDE}/x.png) {OUTSIDE}/z", *CLASSES[1:])
SIZES = {"desk": (1280, 720), "phone": (390, 844)}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, own_folders: None) -> Iterator[Server]:
    """The dashboard over a set, runs and a draft whose names and words are all hostile."""
    folder = tmp_path_factory.mktemp("names")
    build_class_folder(folder / "sets", SET, classes=CLASSES, size=(20, 20))
    build_class_folder(folder / "sets", BROKEN_SET, classes=CLASSES[:1], size=(20, 20))
    runs = folder / "runs"
    with pytest.MonkeyPatch.context() as patch:
        for name, place in (("CONVSCOPE_RUNS", runs), ("CONVSCOPE_DATASETS", folder / "sets")):
            patch.setenv(name, str(place))
        config = hostile_config()
        save_draft(DRAFT, config)
        trained = train(config, folder)
        edited = Run(shutil.copytree(trained.path, runs / "edited"))
        said = json.loads(edited.dataset_path.read_text(encoding="utf-8"))
        assert said["classes"] == list(CLASSES)
        edited.dataset_path.write_text(json.dumps(said | {"classes": RECORDED}), encoding="utf-8")
        failed = record(runs, state=State.FAILED, error=FAILURE, advice=TITLE)
        failed.config_path.write_text(config.to_json(), encoding="utf-8")
        tested = record(runs, state=State.FINISHED, result=RangeTestResult(reason=FAILURE))
        tested.config_path.write_text(apply_changes(config, [("job", "range-test")]).to_json())
        with serving(runs, folder / "streamlit.log") as server:
            server.environment = {"failed": failed.id, "trained": trained.id}
            yield server


def hostile_config() -> RunConfig:
    changes = [
        ("dataset.name", SET),
        ("title", TITLE),
        ("architecture.name", NETWORK),
        ("architecture.blocks", [{"filters": 8}]),
        ("training.epochs", 1),
        ("dataset.image_size", [16, 16]),
    ]
    return apply_changes(find_recipe("digits-quick").config, changes)


def train(config: RunConfig, folder: Path) -> Run:
    """For one epoch."""
    path = folder / "config.json"
    path.write_text(config.to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "core", "train", str(path), "--runs", str(folder / "runs")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Run(folder / "runs" / done.stdout.split()[-1])


@pytest.mark.parametrize("size", SIZES)
def test_no_page_takes_a_name_for_more_than_a_name(hostile: Server, browser: Browser, size: str):
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints, asked, asked_to_talk = Complaints(page), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (asked_to_talk.append(dialog.message), dialog.dismiss()))
    for walk in WALKS:
        walk(page, hostile)
        wait_until_idle(page)
        assert page.get_by_test_id("stException").count() == 0, walk.__name__
        assert made_of_names(page) == [], walk.__name__
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{walk.__name__} is {wide} pixels wider than the screen"
    context.close()
    assert outside(asked) == []
    assert complaints.lines == []
    assert asked_to_talk == []


def outside(urls: list[str]) -> list[str]:
    """Those that would have left this machine; a `data:` or `blob:` address has no host."""
    return [url for url in urls if urlsplit(url).hostname not in ("127.0.0.1", None)]


def made_of_names(page: Page) -> list[str]:
    """Links, pictures and formulas in the main part of the page that can only come of a name."""
    made = page.get_by_test_id("stMain").locator(
        'a:is([href*="//203.0.113"], [href*="//www.example"], [href^="mailto"], [href="x"]), '
        'img:is([src*="//203.0.113"], [src="x"]), .katex, [onerror]'
    )
    return [str(node) for node in made.evaluate_all("all => all.map((n) => n.outerHTML)")]


def shows(place: Page | Locator, name: str) -> None:
    """Somewhere on it stands the name, character by character, a run of spaces as one."""
    text = " ".join(" ".join(visible(name)).split())
    expect(place.get_by_text(re.compile(re.escape(text))).first).to_be_attached()


def opened(page: Page, server: Server, path: str, title: str, **query: str) -> Locator:
    parameters = "&".join(f"{key}={value}" for key, value in {"draft": DRAFT, **query}.items())
    page.goto(f"{server.url}/{path}?{parameters}")
    wait_for_title(page, title)
    return page.get_by_test_id("stMain")


def start(page: Page, server: Server) -> None:
    main = opened(page, server, "", "ConvScope")
    for name in (SET, NETWORK):
        shows(main, name)


def browse(page: Page, server: Server) -> None:
    main = opened(page, server, "browse", "Browse")
    for name in CLASSES:
        expect(main.locator(".cs-label").get_by_text(visible(name)[0], exact=True)).to_be_attached()
    main.locator(".cs-tile").first.click()
    expect(page.locator(".cs-pop:popover-open")).to_contain_text(CLASSES[0])
    page.keyboard.press("Escape")
    ticks(main.locator(".xtick text"), CLASSES)


def ticks(texts: Locator, names: tuple[str, ...]) -> None:
    expect(texts).to_have_count(len(names))
    expected = [shortened(visible(name)[0], 24) for name in names]
    assert [text.strip() for text in texts.all_text_contents()] == [n.strip() for n in expected]


def broken_set(page: Page, server: Server) -> None:
    main = opened(page, server, "browse", "Browse")
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option").filter(has_text="class**").click()
    shows(main, f"{BROKEN_SET} holds images")


def design(page: Page, server: Server) -> None:
    for step in ("Data", "Augmentation"):
        main = opened(page, server, "design", "Design", step=step)
        shows(main, SET)
        shows(main, NETWORK)


def range_test(page: Page, server: Server) -> None:
    main = opened(page, server, "lr_range", "Learning-rate range test")
    shows(main, TITLE)
    shows(main, f"No suggestion. {FAILURE}")


def finished(page: Page, server: Server) -> None:
    main = opened(page, server, "train", "Train")
    shows(main, TITLE)


def failed(page: Page, server: Server) -> None:
    main = opened(page, server, "train", "Train", run=server.environment["failed"])
    for line in (*FAILURE.splitlines(), TITLE):
        shows(main.get_by_test_id("stAlertContentError"), line)


def evaluate(page: Page, server: Server) -> None:
    main = opened(page, server, "evaluate", "Evaluate", run="edited")
    names = main.locator(".matrix .rows span")
    expect(names).to_have_count(len(RECORDED))
    whole = [" ".join(visible(name)) for name in RECORDED]
    assert [name.get_attribute("title") for name in names.all()] == whole
    main.get_by_role("gridcell").first.hover()
    expect(main.locator(".said")).to_contain_text(f"true {whole[0]}, predicted {whole[0]}:")
    assert main.get_by_text("taken for").count() > 0


def mistakes(page: Page, server: Server) -> None:
    main = opened(page, server, "mistakes", "Mistakes", run="edited")
    shows(main, f"The images of {SET} have changed")
    main = opened(page, server, "mistakes", "Mistakes", run=server.environment["trained"])
    tiles = main.locator(".convscope-tile")
    expect(tiles.first).to_be_visible()
    titles = set(main.locator(".convscope-tile strong").all_inner_texts())
    assert titles <= {visible(name)[0] for name in CLASSES}
    page.wait_for_timeout(500)  # the row says how many fit into it, and the page is drawn anew
    wait_until_idle(page)
    page.get_by_role("combobox", name="True class").click()
    page.get_by_role("option", name=CLASSES[0], exact=True).click()
    shows(main, f"of class {CLASSES[0]}")


def feature_maps(page: Page, server: Server) -> None:
    main = opened(page, server, "feature_maps", "Feature maps", run=server.environment["trained"])
    expect(main.get_by_text("test image").first).to_be_visible(timeout=60_000)
    page.get_by_role("combobox", name="Layer").click()
    page.get_by_role("option").last.click()
    expect(main.locator(".ytick text")).to_have_count(len(CLASSES), timeout=60_000)


def classify(page: Page, server: Server) -> None:
    main = opened(page, server, "classify", "Classify a photo", run="edited")
    shows(main, f"This network knows {RECORDED[0]}, {RECORDED[1]}")
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), "teal").save(buffer, "PNG")
    page.get_by_role("tab", name="Upload").click()
    upload(page, PHOTO, buffer.getvalue())
    shows(main, PHOTO)
    expect(main.locator(".convscope-answer .bars li")).to_have_count(5, timeout=60_000)
    upload(page, PHOTO, b"no picture")


WALKS = (
    start,
    browse,
    broken_set,
    design,
    range_test,
    finished,
    failed,
    evaluate,
    mistakes,
    feature_maps,
    classify,
)
