"""The Start page: with nothing there, with runs of every kind, and its one button."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config import RunConfig, apply_overrides
from core.files import write_atomically
from core.jobs import launch
from core.recipes import RECIPES, find_recipe
from core.runs import Run, create_run, list_runs, open_run, store
from core.runs.drafts import load_draft, save_draft
from tests.pages.opening import APP, errors, healthy, open_app, parameter, seen, texts


def test_shows_a_network_at_work_before_anything_is_trained(runs_folder: Path):
    app = open_app()
    assert app.title[0].value == "ConvScope"
    assert app.button(key="train_digits").label == "Train on digits now"
    assert app.button(key="classify_photo").label == "Classify a photo"
    shown = texts(app)
    assert "Digits, trained before" in shown  # the run that ships, among the last runs
    result = open_run("digits-shipped").status().training_result
    assert f"{100 * result.test_accuracy:.1f} %" in shown
    assert all(recipe.title in shown for recipe in RECIPES.values())
    assert "**CIFAR\\-100**" in labels(app)
    assert len(pictures(app)) >= 7  # of five steps, the run's curve and the digits


def test_the_five_steps_lead_to_the_pages(runs_folder: Path):
    labels = [link.proto.label for link in open_app().get("page_link")]
    assert [f"**{step}**" for step in ("Browse", "Design", "Train", "Understand", "Use")] == [
        label for label in labels if label.startswith("**")
    ][:5]


def test_lists_a_finished_run_before_the_shipped_one(with_finished_run: Run):
    accuracy = with_finished_run.status().training_result.test_accuracy
    app = open_app()
    shown = texts(app)
    own = shown.index(f"{100 * accuracy:.1f} %")
    assert own < shown.index("Digits, trained before")
    opened = [
        link.proto.query_string for link in app.get("page_link") if link.proto.label == "Open"
    ]
    assert f"run={with_finished_run.id}" in opened[0]
    assert "run=digits-shipped" in opened[1]


def test_many_runs_are_shown_a_few_first_and_more_by_a_click(runs_folder: Path):
    for _ in range(9):
        create_run(find_recipe("digits-quick").config)
    app = open_app()
    assert labels(app).count("Open") == 4
    app = healthy(app.button(key="more_runs").click().run())
    assert labels(app).count("Open") == 10
    assert "more_runs" not in [button.key for button in app.button]


def test_a_run_that_waits_for_its_first_epoch_has_no_curve_yet(runs_folder: Path):
    before = len(pictures(open_app()))
    create_run(find_recipe("digits-quick").config)
    assert len(pictures(open_app())) == before


def test_a_recipe_says_how_long_it_takes_here_and_opens_in_design(runs_folder: Path):
    app = open_app()
    assert re.search(r"\d+ to \d+ s here", texts(app))
    app = healthy(app.button(key="design_cifar10-fast").click().run())
    assert app.title[0].value == "Design"
    assert state_of_draft(app) == find_recipe("cifar10-fast").config


def test_a_write_up_s_recipe_trains_by_one_click(datasets_folder: Path, runs_folder: Path):
    app = healthy(open_app().button(key="train_cifar10-2020-batchnorm").click().run())
    (run,) = list_runs()
    try:
        assert run.config() == find_recipe("cifar10-2020-batchnorm").config
        assert app.title[0].value == "Train" and parameter(app, "run") == run.id
    finally:
        launch.request_stop(run)
        launch.wait(run, 120)


def test_a_recipe_without_its_images_cannot_be_trained_and_says_why(
    runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path / "none"))
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))
    button = open_app().button(key="train_cifar10-fast")
    assert button.disabled
    assert "not on this machine yet" in seen(button.help)


def test_a_recipe_for_any_images_trains_on_those_of_the_draft_and_says_which(
    runs_folder: Path, datasets_folder: Path
):
    shown = texts(open_app())
    assert "Digits (or any others) · ResNet-20, 2015" in shown
    assert "CIFAR-10 · VGG style, 2020" in shown
    changes = ["dataset.name=cifar10", "dataset.limit=1000"]
    save_draft("0123abcd", apply_overrides(find_recipe("digits-quick").config, changes))
    app = open_app(draft="0123abcd")
    assert "CIFAR-10 (your draft's) · ResNet-20, 2015" in texts(app)
    assert not app.button(key="train_small-images").disabled
    app = healthy(app.button(key="design_small-images").click().run())
    assert state_of_draft(app) == apply_overrides(find_recipe("small-images").config, changes)


def test_a_recipe_for_any_images_waits_for_a_draft_whose_images_are_there(runs_folder: Path):
    gone = apply_overrides(find_recipe("digits-quick").config, ["dataset.name=my_pets"])
    save_draft("0123abcd", gone)
    app = open_app(draft="0123abcd")
    assert "My pets (your draft's)" in texts(app)
    button = app.button(key="train_small-images")
    assert button.disabled and "my_pets" in seen(button.help)
    assert not app.button(key="train_digits-quick").disabled


def test_a_data_sets_card_opens_browse_on_that_set(runs_folder: Path):
    links = open_app().get("page_link")
    queries = {link.proto.label: link.proto.query_string for link in links}
    assert "dataset=digits" in queries["**Digits**"]
    assert "dataset=cifar10" in queries["**CIFAR\\-10**"]


def test_a_photo_is_one_click_away(runs_folder: Path):
    app = healthy(open_app().button(key="classify_photo").click().run())
    assert app.title[0].value == "Classify a photo"
    assert parameter(app, "run") == "digits-shipped"


def test_without_its_shipped_run_the_page_still_stands(
    runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(store, "SHIPPED", tmp_path / "nowhere")
    app = open_app()
    assert app.button(key="train_digits").label == "Train on digits now"
    assert "Digits in half a minute" in texts(app)
    assert "This one reads" not in texts(app)  # there is none beside it
    assert "Watch the loss fall" in texts(app)


def test_a_damaged_part_of_the_shipped_run_costs_the_steps_their_pictures_alone(
    runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(store.SHIPPED, tmp_path / "shipped")
    monkeypatch.setattr(store, "SHIPPED", tmp_path / "shipped")
    whole = open_app()
    (tmp_path / "shipped/digits-shipped/predictions.npz").write_bytes(b"damaged")
    st.cache_data.clear()  # another server, on which nothing was drawn before
    app = healthy(open_app())
    assert len(pictures(app)) == len(pictures(whole)) - 5
    assert not errors(app)
    assert "Watch the loss fall" in texts(app)


def pictures(app: AppTest) -> list[str]:
    return [
        uri for item in app.get("html") for uri in re.findall(r'src="data:image', item.proto.body)
    ]


def labels(app: AppTest) -> list[str]:
    return [link.proto.label for link in app.get("page_link")]


def state_of_draft(app: AppTest) -> RunConfig | None:
    return load_draft(parameter(app, "draft"))


def test_a_broken_record_breaks_nothing(runs_folder: Path):
    run = create_run(find_recipe("digits-quick").config)
    write_atomically(run.path / "status.json", b"{half")
    (runs_folder / "20260101-000000-other").mkdir()
    write_atomically(runs_folder / "20260101-000000-other" / "config.json", b"{")
    assert "Crashed" in texts(open_app())


def test_the_button_launches_the_digits_recipe_and_goes_to_train(
    runs_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    launched: list[RunConfig] = []

    def start(config: RunConfig, folder: Path | None = None) -> Run:
        launched.append(config)
        return create_run(config, folder)

    monkeypatch.setattr(launch, "start", start)
    app = healthy(open_app().button(key="train_digits").click().run())
    assert launched == [find_recipe("digits-quick").config]
    assert app.title[0].value == "Train"
    assert parameter(app, "run") in {run.id for run in list_runs(runs_folder)}


def test_start_browse_and_design_import_no_tensorflow(runs_folder: Path):
    """None of them waits for it; a server loads it behind their back."""
    code = """
import sys
from pages.session import ahead
ahead.begin = lambda wanted: None
from tests.pages.opening import open_page
open_page("browse", "Browse")
open_page("design", "Design")
sys.exit("tensorflow" in sys.modules or "keras" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=APP.parent, check=False)
    assert done.returncode == 0
