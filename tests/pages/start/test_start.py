"""The Start page: with nothing there, with runs of every kind, and its one button."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.config import RunConfig
from core.files import write_atomically
from core.jobs import launch
from core.recipes import find_recipe
from core.runs import Run, create_run, list_runs
from tests.pages.opening import APP, healthy, open_app, parameter, texts


def test_says_what_to_do_first_where_nothing_exists(runs_folder: Path):
    app = open_app()
    assert app.title[0].value == "ConvScope"
    assert app.button(key="train_digits").label == "Train on digits now"
    shown = texts(app)
    assert "finished" in shown  # the run that ships
    assert "Digits" in shown
    assert "CIFAR-100" in shown


def test_lists_a_finished_run(with_finished_run: Run):
    accuracy = with_finished_run.status().training_result.test_accuracy
    shown = texts(open_app())
    assert f"{100 * accuracy:.1f} %" in shown
    assert "finished" in shown


def test_a_broken_record_breaks_nothing(runs_folder: Path):
    run = create_run(find_recipe("digits-quick").config)
    write_atomically(run.path / "status.json", b"{half")
    (runs_folder / "20260101-000000-other").mkdir()
    write_atomically(runs_folder / "20260101-000000-other" / "config.json", b"{")
    assert "crashed" in texts(open_app())


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
    code = """
import sys
from tests.pages.opening import open_page
open_page("browse", "Browse")
open_page("design", "Design")
sys.exit("tensorflow" in sys.modules or "keras" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=APP.parent, check=False)
    assert done.returncode == 0
