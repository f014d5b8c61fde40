"""What cannot be written or read: each page and each click says it in a sentence."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.evaluation import load_evaluation
from core.runs import Run, State, list_runs, requests
from tests.conftest import build_class_folder
from tests.disks import fill
from tests.pages.opening import healthy, open_app, open_page, texts
from tests.pages.train.records import living_worker, record
from tests.permissions import as_a_stranger, unlock
from tests.robustness.looking import TITLES, draw_every_page, is_sentence


@pytest.fixture
def read_only_runs(runs_folder: Path) -> Iterator[Path]:
    """A runs folder with a stopped run and a living one, in which nothing may be written."""
    stopped = record(runs_folder, state=State.STOPPED)
    (runs_folder / ".queue").mkdir()
    (runs_folder / ".queue" / f"1700000000.000000~{stopped.id}").touch()
    for path in (stopped.path, runs_folder / ".queue", runs_folder):
        path.chmod(0o555)
    yield runs_folder
    unlock(runs_folder)


def _told(app: AppTest) -> str:
    """The one message that a click was answered with."""
    healthy(app)
    (toast,) = app.toast
    assert is_sentence(toast.value), toast.value
    return str(toast.value)


def test_every_page_is_drawn_over_a_read_only_folder_and_writes_nothing(read_only_runs: Path):
    before = sorted(str(path) for path in read_only_runs.rglob("*"))
    with as_a_stranger(read_only_runs):
        draw_every_page(list_runs(read_only_runs)[0].id)
    assert sorted(str(path) for path in read_only_runs.rglob("*")) == before


def test_clicks_over_a_read_only_folder_are_answered_in_sentences(read_only_runs: Path):
    run = list_runs(read_only_runs)[0]
    with as_a_stranger(read_only_runs):
        clicks = (
            (open_app(), "train_digits"),
            (open_page("train", "Train"), "start_train"),
            (open_page("lr_range", TITLES["lr_range"]), "start_range-test"),
            (open_page("train", "Train", run=run.id), f"resume_{run.id}"),
            (open_page("train", "Train", run=run.id), f"delete_now_{run.id}"),
        )
        for app, key in clicks:
            assert "may not be read or changed" in _told(app.button(key=key).click().run()), key
        app = open_page("design", "Design", step="Recipe")
        app.button(key="recipe_catdog-2019").click().run()
        assert "may not be read or changed" in _told(app.button(key="use_recipe").click().run())
        app = open_page("design", "Design", step="Training")
        field = app.number_input(key="draft.training.epochs")
        assert "may not be read or changed" in _told(field.set_value(7).run())
    assert list_runs(read_only_runs) == [run]
    assert not list(read_only_runs.glob(".new-*"))


def test_a_request_that_cannot_be_written_is_a_sentence(runs_folder: Path):
    run = record(runs_folder, state=State.RUNNING)
    run.path.chmod(0o555)
    with living_worker(run), as_a_stranger(runs_folder):
        for button in ("stop", "pause"):
            app = open_page("train", "Train", run=run.id)
            _told(app.button(key=f"{button}_{run.id}").click().run())
    unlock(runs_folder)


def test_clicks_on_a_full_disk_are_answered_in_sentences(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CONVSCOPE_RUNS", str(small_disk))
    run = record(small_disk, state=State.STOPPED)
    fill(small_disk)
    for app, key in (
        (open_app(), "train_digits"),
        (open_page("train", "Train", run=run.id), f"resume_{run.id}"),
    ):
        assert "no space left" in _told(app.button(key=key).click().run())
    assert list_runs(small_disk) == [run]
    assert run.status().state is State.STOPPED
    assert not list(small_disk.glob(".new-*"))
    open_page("train", "Train", run=run.id).button(key=f"delete_now_{run.id}").click().run()
    assert list_runs(small_disk) == []


def test_a_run_that_cannot_be_read_is_named_on_start_and_can_be_deleted(
    with_finished_run: Run, runs_folder: Path
):
    closed = runs_folder / "20260101-000000-closed"
    shutil.copytree(with_finished_run.path, closed)
    closed.chmod(0)
    with as_a_stranger(runs_folder):
        draw_every_page(closed.name)
        app = open_app()
        assert "1 record cannot be read" in [item.label for item in app.expander]
        shown = texts(app)
        assert "may not be read" in shown
        assert "Finished" in shown  # the other one
        app.button(key=f"delete_now_{closed.name}").click().run()
        healthy(app)
    assert os.listdir(runs_folder) == [with_finished_run.id]


def test_a_runs_folder_that_cannot_be_read_is_one_sentence_on_every_page(runs_folder: Path):
    record(runs_folder)
    runs_folder.chmod(0)
    try:
        with as_a_stranger(runs_folder):
            draw_every_page("")
            app = open_page("train", "Train")
            assert any("may not be read" in box.value for box in app.error)
            assert "Data sets" in [item.value for item in open_app().subheader]
    finally:
        runs_folder.chmod(0o755)


def test_a_configuration_of_another_version_is_named_with_what_is_wrong(runs_folder: Path):
    run = record(runs_folder)
    config = json.loads(run.config_path.read_text())
    run.config_path.write_text(json.dumps({**config, "hyperdrive": 1}))
    assert "hyperdrive" in texts(open_app())
    draw_every_page(run.id)


def test_pictures_that_changed_after_training_are_not_shown_as_mistakes(
    with_finished_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The run says that it was trained on a set whose images are others by now."""
    build_class_folder(tmp_path / "datasets", classes=tuple(str(n) for n in range(10)))
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path / "datasets"))
    config = json.loads(with_finished_run.config_path.read_text())
    config["dataset"] |= {"name": "pets", "image_size": [32, 32]}
    with_finished_run.config_path.write_text(json.dumps(config))
    app = open_page("mistakes", "Mistakes")
    assert any("have changed since this run was trained" in box.value for box in app.warning)
    table = app.dataframe[0].value
    found = load_evaluation(with_finished_run)
    assert len(table) == min(found.num_mistakes, 40)
    assert list(table.columns) == ["Test image", "Predicted", "Sure", "True class"]
    for name in ("feature_maps", "classify"):
        app = open_page(name, TITLES[name])
        assert any("have changed since" in box.value for box in app.info), name


def test_a_run_of_the_version_before_is_known_by_its_labels(with_finished_run: Run):
    summary = json.loads(with_finished_run.dataset_path.read_text())
    assert summary.pop("test_digest")
    with_finished_run.dataset_path.write_text(json.dumps(summary))
    assert not open_page("mistakes", "Mistakes").warning
    with np.load(with_finished_run.predictions_path) as arrays:
        turned = {name: arrays[name][::-1] for name in arrays}
    np.savez(with_finished_run.predictions_path, **turned)
    assert open_page("mistakes", "Mistakes").warning


def test_records_whose_names_read_alike_can_be_deleted_one_by_one(runs_folder: Path):
    for name in (b"a\x81", b"a\x8d"):
        run = record(runs_folder, state=State.STOPPED)
        os.rename(os.fsencode(run.path), os.fsencode(runs_folder) + b"/" + name)
    app = open_app()
    keys = [button.key for button in app.button if str(button.key).startswith("delete_now_")]
    assert len(keys) == 2
    healthy(app.button(key=keys[0]).click().run())
    assert len(os.listdir(os.fsencode(runs_folder))) == 1


def test_a_living_run_whose_configuration_is_damaged_can_be_stopped(runs_folder: Path):
    run = record(runs_folder, state=State.RUNNING)
    run.config_path.write_text("{")
    with living_worker(run):
        healthy(open_app().button(key=f"stop_{run.id}").click().run())
        assert requests.pending(run) is requests.Request.STOP


def test_a_configuration_made_readable_again_is_read(with_finished_run: Run, runs_folder: Path):
    with_finished_run.config_path.chmod(0)
    with as_a_stranger(runs_folder):
        assert "1 record cannot be read" in [item.label for item in open_app().expander]
        with_finished_run.config_path.chmod(0o644)
        assert not open_app().expander
