"""The Browse page: grids of samples, filters, numbers, and sets that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import DatasetError
from pages.widgets import datasets
from tests.conftest import ClassFolderMaker
from tests.pages.opening import errors, go_to, healthy, metrics, open_page, parameter, texts


@pytest.fixture
def own_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty datasets folder."""
    folder = tmp_path / "datasets"
    folder.mkdir()
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(folder))
    return folder


def grid(app: AppTest) -> str:
    """The markup of the samples."""
    return next(item.proto.body for item in app.get("html") if "cs-row" in item.proto.body)


def test_shows_eight_rows_of_ten_digits_and_the_numbers(runs_folder: Path):
    app = open_page("browse", "Browse")
    assert grid(app).count("popovertarget") == 80
    shown = metrics(app)
    assert (shown["Training"], shown["Validation"], shown["Test"]) == ("1,294", "144", "359")
    assert shown["Classes"] == "10"
    assert shown["Image shape"] == "32 × 32 × 1"
    assert "±" in shown["Grey"]
    assert len(app.get("plotly_chart")) == 1


def test_reshuffle_draws_other_samples_and_the_same_seed_the_same(runs_folder: Path):
    app = open_page("browse", "Browse")
    first = grid(app)
    assert grid(healthy(app.run())) == first
    reshuffle = next(button for button in app.button if button.label == "Reshuffle")
    assert grid(healthy(reshuffle.click().run())) != first


def test_a_single_class_fills_the_grid(runs_folder: Path):
    app = open_page("browse", "Browse")
    app.multiselect(key="classes_digits").set_value(["7"])
    markup = grid(healthy(app.run()))
    assert markup.count("popovertarget") == 80
    assert markup.count('class="cs-label"') == 1


def test_splits_differ(runs_folder: Path):
    app = open_page("browse", "Browse")
    train = grid(app)
    app.segmented_control(key="split").set_value("test")
    assert grid(healthy(app.run())) != train


def test_class_folders_are_shown_and_survive_a_page_change(
    runs_folder: Path, own_datasets: Path, make_class_folder: ClassFolderMaker
):
    make_class_folder(own_datasets, "pets", zipped=True)
    app = open_page("browse", "Browse", dataset="pets")
    assert metrics(app)["Image shape"] == "150 × 150 × 3"
    go_to(app, "design", "Design")
    go_to(app, "browse", "Browse")
    assert metrics(app)["Image shape"] == "150 × 150 × 3"
    assert parameter(app, "dataset") == "pets"
    app.button(key="use_dataset").click()
    healthy(app.run())
    go_to(app, "design", "Design")
    assert "**Pets**" in texts(app)


def test_sets_whose_titles_read_alike_are_told_apart(
    runs_folder: Path, own_datasets: Path, make_class_folder: ClassFolderMaker
):
    """A browser answers with the words of a choice: of two alike one could not be chosen."""
    for name in ("my-pets", "my_pets", "Digits"):
        make_class_folder(own_datasets, name)
    app = open_page("browse", "Browse", dataset="my-pets")
    labels = app.selectbox[0].options
    assert len(set(labels)) == len(labels)
    assert {"My pets (my-pets)", "My pets (my_pets)", "Digits (digits)"} <= set(labels)


def test_design_leads_to_the_images_of_its_own_set(runs_folder: Path, own_datasets: Path):
    app = open_page("browse", "Browse", dataset="cifar10")
    go_to(app, "design", "Design", step="Data")
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    assert "dataset=digits" in links["Browse its images"]


def test_a_missing_set_offers_its_download(
    runs_folder: Path, own_datasets: Path, monkeypatch: pytest.MonkeyPatch
):
    app = open_page("browse", "Browse", dataset="cifar10")
    assert "not on this machine yet" in texts(app)

    def refuse(*args: object, **kwargs: object) -> None:
        raise DatasetError("www.cs.toronto.edu did not answer. Try again later.")

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    app.button(key="download_button_browse").click()
    healthy(app.run())
    assert "did not answer" in errors(app)[0]


def test_a_broken_zip_is_said_and_hides_nothing_else(runs_folder: Path, own_datasets: Path):
    (own_datasets / "holiday.zip").write_bytes(b"this is no zip")
    app = open_page("browse", "Browse")
    assert metrics(app)["Classes"] == "10"


def test_a_made_up_address_falls_back(runs_folder: Path):
    app = open_page("browse", "Browse", dataset="../../etc", draft="../x", run="nothing")
    assert metrics(app)["Image shape"] == "32 × 32 × 1"
