"""Networks trained by others on Design: chosen, downloaded, fine-tuned, left again."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.config import BASES, apply_overrides
from core.jobs import preflight
from core.recipes import find_recipe
from core.runs.drafts import save_draft
from tests.bases import NAME, use_home
from tests.pages.design.drafted import DRAFT, saved
from tests.pages.opening import errors, healthy, metrics, open_page, texts

WEIGHTS = os.urandom(300_000)


class Home(BaseHTTPRequestHandler):
    """The server that weights come from."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(WEIGHTS if self.path == "/good" else WEIGHTS[::-1])

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for weights; those of the base can be had from a local server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Home)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        _come_from(f"http://127.0.0.1:{server.server_port}/good", monkeypatch)
        yield use_home(tmp_path, monkeypatch)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _come_from(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    md5 = hashlib.md5(WEIGHTS).hexdigest()
    base = replace(BASES[NAME], url=url, md5=md5, size=len(WEIGHTS))
    monkeypatch.setitem(BASES, NAME, base)


@pytest.fixture(autouse=True)
def draft(runs_folder: Path) -> None:
    save_draft(DRAFT, apply_overrides(find_recipe("digits-quick").config, ["epochs=8"]))


def opened(step: str = "Network") -> AppTest:
    return open_page("design", "Design", draft=DRAFT, step=step)


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return healthy(app.run())


def keys(app: AppTest) -> set[str]:
    return {str(item.key) for item in app.button}


def test_a_base_is_chosen_downloaded_and_ready(models: Path):
    app = opened()
    assert texts(app).count("Download, ") == len(BASES)
    click(app, f"base_{NAME}")
    assert saved().architecture.base == NAME and saved().architecture.blocks == ()
    assert "add_block" not in keys(app) and "add_dense" in keys(app)
    found = preflight.inspect(saved())
    assert found.problem is found.weights_problem is not None
    assert "not on this machine" in str(found.problem) and str(models) in str(found.problem)
    assert BASES[NAME].url in texts(app) and str(models) in texts(app)
    click(app, "weights_button_design")
    assert not errors(app)
    assert (models / BASES[NAME].weights).read_bytes() == WEIGHTS
    assert "Ready on this machine" in texts(app) and "weights_button_design" not in keys(app)
    assert preflight.inspect(saved()).problem is None


@pytest.mark.parametrize(("url", "why"), [("wrong", "MD5"), ("http://127.0.0.1:9/x", "refused")])
def test_where_weights_cannot_be_had_the_page_says_why_and_what_to_do(
    models: Path, monkeypatch: pytest.MonkeyPatch, url: str, why: str
):
    _come_from(url if ":" in url else BASES[NAME].url.replace("good", url), monkeypatch)
    app = click(click(opened(), f"base_{NAME}"), "weights_button_design")
    (said,) = errors(app)
    for words in (why, "by hand", BASES[NAME].url, str(models / BASES[NAME].weights)):
        assert words in said
    assert not list(models.iterdir())


def test_train_offers_the_download_and_does_not_start(models: Path):
    click(opened(), f"base_{NAME}")
    app = open_page("train", "Train", draft=DRAFT)
    assert next(item for item in app.button if item.label == "Start training").disabled
    click(app, "weights_button_train")
    assert not next(item for item in app.button if item.label == "Start training").disabled


def test_fine_tuning_is_switched_on_and_goes_with_its_base(models: Path):
    app = click(opened(), f"base_{NAME}")
    app = opened("Training")
    app.toggle(key="draft.training.fine_tuning_off").set_value(True)
    healthy(app.run())
    tuning = saved().training.fine_tuning
    assert tuning is not None and tuning.frozen_epochs == 4
    assert tuning.learning_rate == pytest.approx(saved().schedule.learning_rate / 100)
    app.number_input(key="draft.training.fine_tuning.frozen_epochs").set_value(8)
    app.run()
    assert any("must be below epochs, 8" in said for said in errors(app))
    app = opened()
    assert "stay as they are for 4 epochs" in texts(app)
    click(app, "preset_compact")
    assert saved().training.fine_tuning is None and saved().architecture.base is None
    click(app, "network_undo")
    assert saved().architecture.base == NAME and saved().training.fine_tuning == tuning


def test_fine_tuning_switched_off_stays_off_where_a_step_back_is_no_other_base(models: Path):
    app = click(opened(), f"base_{NAME}")
    save_draft(DRAFT, apply_overrides(saved(), ['training.fine_tuning={"frozen_epochs": 4}']))
    click(healthy(app.run()), "add_dense")
    save_draft(DRAFT, apply_overrides(saved(), ["training.fine_tuning=null"]))
    click(app, "network_undo")
    assert saved().architecture.dense == () and saved().training.fine_tuning is None
    click(app, "network_redo")
    assert len(saved().architecture.dense) == 1 and saved().training.fine_tuning is None


@pytest.mark.parametrize(("epochs", "frozen"), [(8, 4), (3, 1), (1, None)])
def test_a_step_back_begins_fine_tuning_within_the_epochs_that_there_are(
    models: Path, epochs: int, frozen: int | None
):
    app = click(opened(), f"base_{NAME}")
    tuning = 'training.fine_tuning={"frozen_epochs": 4, "learning_rate": 2e-5}'
    save_draft(DRAFT, apply_overrides(saved(), [tuning]))
    click(healthy(app.run()), "preset_compact")
    save_draft(DRAFT, apply_overrides(saved(), [f"epochs={epochs}"]))
    click(app, "network_undo")
    assert saved().architecture.base == NAME and saved().training.epochs == epochs
    found = saved().training.fine_tuning
    assert (found and (found.frozen_epochs, found.learning_rate)) == (frozen and (frozen, 2e-5))
    click(app, "network_redo")
    assert saved().architecture.base is None and not errors(app)


def test_what_a_base_costs_and_what_images_it_wants(models: Path):
    app = click(opened(), f"base_{NAME}")
    frozen = metrics(app)["Memory of a step"]
    assert "Grey images stand for red, green and blue alike." in texts(app)
    tuned = apply_overrides(saved(), ['training.fine_tuning={"frozen_epochs": 2}'])
    save_draft(DRAFT, tuned)
    assert metrics(opened())["Memory of a step"] != frozen
    click(app, "resize_96")
    assert saved().dataset.image_size == (96, 96)
    assert "prepares them in its own way" in texts(opened("Data"))


def test_images_too_small_are_mended_by_a_click(models: Path):
    click(opened(), f"base_{NAME}")
    save_draft(DRAFT, apply_overrides(saved(), ["dataset.image_size=[28, 28]"]))
    app = opened()
    assert any("needs 32x32" in said for said in errors(app))
    click(app, "mend_top_0")
    assert saved().dataset.image_size == (32, 32)
