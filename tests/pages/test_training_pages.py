"""Train and the range test: empty, finished, alive, failed, crashed; and their buttons."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config import ConfigError, RunConfig
from core.drafts import newest_draft
from core.recipes import find_recipe
from core.runs import Run, State, Status, create_run, list_runs, lock_exclusively
from core.training import control, jobs
from tests.pages.opening import open_page, texts

RANGE_TEST = "Learning-rate range test"


def record(folder: Path, **changes: Any) -> Run:
    """A run record as a worker would leave it after 20 of 40 steps."""
    run = create_run(find_recipe("digits-quick").config, folder)
    now = time.time()
    status = Status(
        created=now, started=now - 10, heartbeat=now, epochs=2, epoch=1, step=20, steps=40,
        images_per_second=1234.0, state=State.RUNNING, phase="training",
    )  # fmt: skip
    run.write_status(replace(status, **changes))
    lines = [
        {"kind": "tick", "step": 10, "epoch": 0.5, "lr": 0.001, "loss": 1.2, "accuracy": 0.6,
         "images_per_second": 1200.0, "time": now},
        {"kind": "epoch", "step": 20, "epoch": 1, "lr": 0.002, "loss": 0.9, "accuracy": 0.7,
         "val_loss": 0.8, "val_accuracy": 0.75, "images_per_second": 1234.0, "seconds": 2.0,
         "time": now},
    ]  # fmt: skip
    run.metrics_path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run


@contextmanager
def living_worker(run: Run) -> Iterator[None]:
    """Hold the run's lock, as its worker would."""
    lock = lock_exclusively(run.path / "lock")
    assert lock is not None
    with lock:
        yield


def words(app: Any) -> str:
    """All that the page says, its boxes too."""
    boxes = (*app.error, *app.warning, *app.info)
    return "\n".join([texts(app), *(str(box.value) for box in boxes)])


def buttons(app: Any) -> dict[str, Any]:
    return {button.label: button for button in app.button}


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch, runs_folder: Path) -> list[RunConfig]:
    """What the pages asked to be started; no worker is."""
    configs: list[RunConfig] = []

    def launch(config: RunConfig, folder: Path | None = None) -> Run:
        configs.append(config)
        return create_run(config, folder)

    monkeypatch.setattr(jobs, "launch", launch)
    return configs


def test_train_without_runs_says_what_to_do(runs_folder: Path) -> None:
    app = open_page("train", "Train")
    assert "Nothing has been trained yet" in words(app)
    assert "Start training" in buttons(app)


def test_starting_shows_the_new_run(launched: list[RunConfig]) -> None:
    app = open_page("train", "Train")
    buttons(app)["Start training"].click().run()
    assert not app.exception
    assert [config.job for config in launched] == ["train"]
    assert list_runs()[0].id in app.query_params["run"]


def test_a_network_that_does_not_fit_is_refused_before_the_start(
    launched: list[RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise ConfigError("block3_pool needs a side of at least 46 pixels")

    monkeypatch.setattr("pages.components.launch.check_fits", refuse)
    app = open_page("train", "Train")
    buttons(app)["Start training"].click().run()
    assert "at least 46 pixels" in words(app)
    assert not launched


def test_a_finished_run_shows_its_results(with_finished_run: Run) -> None:
    app = open_page("train", "Train")
    shown = {metric.label: metric.value for metric in app.metric}
    accuracy = with_finished_run.status().result["test_accuracy"]
    assert shown["Test accuracy"] == f"{100 * accuracy:.2f} %"
    assert {"Best validation", "Training time", "Parameters"} <= set(shown)
    assert {"Stop", "Pause", "Resume"}.isdisjoint(buttons(app))


def test_a_living_run_can_be_stopped_and_paused(runs_folder: Path) -> None:
    run = record(runs_folder)
    with living_worker(run):
        app = open_page("train", "Train")
        assert {"Stop", "Pause"} <= set(buttons(app))
        assert "step 20 of 40" in app.get("progress")[0].proto.text
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown["Validation accuracy"] == "75.0 %"
        buttons(app)["Pause"].click().run()
        assert control.pending(run) is control.Request.PAUSE
        assert "Pausing" in words(app)


def test_a_starting_run_shows_its_phase(runs_folder: Path) -> None:
    run = record(runs_folder, step=0, epoch=0, phase="loading TensorFlow")
    run.metrics_path.unlink()
    with living_worker(run):
        said = words(open_page("train", "Train"))
    assert "Loading TensorFlow…" in said
    assert "building the network" in said


def test_a_queued_run_says_that_it_waits(runs_folder: Path) -> None:
    run = record(runs_folder, state=State.QUEUED, step=0, phase="waiting for the device")
    device = lock_exclusively(runs_folder / ".device.lock")
    assert device is not None
    with living_worker(run), device:
        app = open_page("train", "Train")
    assert "waits until the device is free" in words(app)
    assert "Take out of the queue" in buttons(app)


def test_a_failed_run_says_why_and_shows_its_log(runs_folder: Path) -> None:
    run = record(
        runs_folder,
        state=State.FAILED,
        error="The loss stopped being a number at step 20.",
        advice="Try a learning rate of 0.001.",
    )
    run.log_path.write_text("the worker's own words")
    app = open_page("train", "Train")
    assert "not a number" in words(app) or "stopped being a number" in words(app)
    assert "Try a learning rate of 0.001." in words(app)
    assert "the worker's own words" in app.expander[-1].code[0].value


def test_a_crashed_run_can_be_resumed(runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = record(runs_folder)  # it says running, but nobody holds its lock
    resumed: list[str] = []
    monkeypatch.setattr(jobs, "resume", lambda run: resumed.append(run.id))
    app = open_page("train", "Train")
    assert "crashed" in words(app)
    buttons(app)["Resume"].click().run()
    assert resumed == [run.id]


def test_deleting_asks_first_and_then_forgets_the_run(with_finished_run: Run) -> None:
    app = open_page("train", "Train")
    assert "for good" in words(app)
    buttons(app)["Delete for good"].click().run()
    assert not app.exception
    assert not with_finished_run.path.exists()
    assert "Nothing has been trained yet" in words(app)


def test_a_run_validated_on_test_data_says_so(runs_folder: Path) -> None:
    config = find_recipe("cifar10-2020-batchnorm").config
    run = create_run(config, runs_folder)
    run.write_status(replace(run.status(), state=State.FAILED, error="It failed."))
    assert "validates on the test part" in words(open_page("train", "Train"))


def test_a_range_test_is_started_with_the_drafts_range(launched: list[RunConfig]) -> None:
    app = open_page("range_test", RANGE_TEST)
    assert "No range test has been run yet" in words(app)
    next(item for item in app.number_input if item.label == "Iterations").set_value(60).run()
    buttons(app)["Start the test"].click().run()
    assert not app.exception
    assert [(config.job, config.range_test.iterations) for config in launched] == [
        ("range-test", 60)
    ]


def finished_range_test(folder: Path, **result: Any) -> Run:
    config = find_recipe("digits-quick").config.model_copy(update={"job": "range-test"})
    run = create_run(config, folder)
    rates = np.geomspace(1e-5, 1.0, 40)
    lines = [
        {"kind": "range", "step": i + 1, "lr": float(rate), "loss": 2.3 - 0.03 * i, "time": 0.0}
        for i, rate in enumerate(rates)
    ]
    run.metrics_path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = {"stopped_at": 40, "diverged": True, **result}
    run.write_status(replace(run.status(), state=State.FINISHED, step=40, steps=150, result=result))
    return run


def test_the_suggested_rate_goes_into_the_draft_in_one_click(runs_folder: Path) -> None:
    finished_range_test(runs_folder, suggestion=0.00321, reason="Here the loss falls fastest.")
    app = open_page("range_test", RANGE_TEST)
    assert "because the loss diverged" in words(app)
    buttons(app)["Use 3.2e-3 in the draft"].click().run()
    assert not app.exception
    draft = newest_draft()
    assert draft is not None
    assert draft.schedule.learning_rate == 0.0032
    assert buttons(app)["3.2e-3 is in the draft"].disabled


def test_a_range_test_without_suggestion_says_why(runs_folder: Path) -> None:
    finished_range_test(runs_folder, suggestion=None, reason="The loss never fell clearly.")
    app = open_page("range_test", RANGE_TEST)
    assert "No suggestion. The loss never fell clearly." in words(app)
