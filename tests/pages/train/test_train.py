"""Train and the range test: empty, finished, alive, failed, crashed; and their buttons."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import RunConfig, apply_overrides
from core.files import lock_exclusively
from core.jobs import launch, queue
from core.recipes import find_recipe
from core.runs import Phase, Run, State, create_run, list_runs, requests
from core.runs.drafts import save_draft
from tests.pages.opening import errors, open_page, parameter
from tests.pages.train.records import buttons, living_worker, record, words


def test_train_without_runs_of_ones_own_shows_the_shipped_one(runs_folder: Path) -> None:
    app = open_page("train", "Train")
    assert parameter(app, "run") == "digits-shipped"
    assert "Start training" in buttons(app)
    assert not {"Resume", "Delete for good", "Stop", "Pause"} & set(buttons(app))


def test_starting_shows_the_new_run(launched: list[RunConfig]) -> None:
    app = open_page("train", "Train")
    buttons(app)["Start training"].click().run()
    assert not app.exception
    assert [config.job for config in launched] == ["train"]
    assert list_runs()[0].id in app.query_params["run"]


def test_a_network_that_does_not_fit_is_refused_before_the_start(
    launched: list[RunConfig],
) -> None:
    small = find_recipe("digits-quick").config
    network = ["architecture=catdog-4", "architecture.head=softmax"]
    save_draft("0123abcd", apply_overrides(small, network))
    app = open_page("train", "Train", draft="0123abcd")
    assert buttons(app)["Start training"].disabled
    assert "the smallest side this network fits is 46" in words(app)
    save_draft("0123abcd", small)  # mended elsewhere: nothing of it stays on the screen
    app.run()
    assert not buttons(app)["Start training"].disabled
    assert not app.error
    assert not launched


def test_a_draft_that_was_spoilt_since_the_page_was_drawn_is_refused(
    launched: list[RunConfig],
) -> None:
    small = find_recipe("digits-quick").config
    save_draft("0123abcd", small)
    app = open_page("train", "Train", draft="0123abcd")
    save_draft("0123abcd", apply_overrides(small, ["dataset.name=unicorns"]))
    buttons(app)["Start training"].click().run()
    assert "no data set 'unicorns'" in app.toast[0].value
    assert not launched
    assert list_runs() == []


def test_data_that_are_not_here_cannot_be_trained_on(
    launched: list[RunConfig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path))
    digits = find_recipe("digits-quick").config
    save_draft("0123abcd", apply_overrides(digits, ["dataset.name=cifar10"]))
    app = open_page("train", "Train", draft="0123abcd")
    assert buttons(app)["Start training"].disabled
    assert "CIFAR-10 is not on this machine yet" in words(app)
    save_draft("0123abcd", apply_overrides(digits, ["dataset.name=unicorns"]))
    app = open_page("train", "Train", draft="0123abcd")
    assert buttons(app)["Start training"].disabled
    assert "no data set 'unicorns'" in words(app)


def test_a_finished_run_shows_its_results(with_finished_run: Run) -> None:
    app = open_page("train", "Train")
    shown = {metric.label: metric.value for metric in app.metric}
    accuracy = with_finished_run.status().training_result.test_accuracy
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
        assert requests.pending(run) is requests.Request.PAUSE
        assert "Pausing" in words(app)


def test_a_starting_run_shows_its_phase(runs_folder: Path) -> None:
    run = record(runs_folder, step=0, epoch=0, phase=Phase.LOADING_TENSORFLOW)
    run.metrics_path.unlink()
    with living_worker(run):
        said = words(open_page("train", "Train"))
    assert "Loading TensorFlow…" in said
    assert "building the network" in said


def test_a_queued_run_says_that_it_waits(runs_folder: Path) -> None:
    run = record(runs_folder, state=State.QUEUED, step=0, phase=Phase.WAITING)
    device = lock_exclusively(queue.device_lock(runs_folder))
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
    assert errors(app) == [
        "The loss stopped being a number at step 20. Try a learning rate of 0.001."
    ]
    assert "the worker's own words" in app.expander[-1].code[0].value


def test_a_crashed_run_is_resumed_by_its_button(runs_folder: Path) -> None:
    """By a real worker, of which no more is awaited than that it lives."""
    run = record(runs_folder)  # it says running, but nobody holds its lock
    app = open_page("train", "Train")
    assert "This run crashed" in words(app)
    buttons(app)["Resume"].click().run()
    assert not app.exception
    assert run.status().state.alive
    launch.request_stop(run)
    assert not launch.wait(run, 60).alive


@pytest.mark.parametrize(
    ("state", "offered"), [(State.RUNNING, True), (State.FAILED, True), (State.STOPPED, False)]
)
def test_after_its_last_step_a_run_that_crashed_or_failed_can_still_be_resumed(
    runs_folder: Path, state: State, offered: bool
) -> None:
    """Its model has not been saved yet, or not been judged."""
    record(runs_folder, state=state, step=40)
    assert ("Resume" in buttons(open_page("train", "Train"))) == offered


def test_resuming_what_another_page_has_resumed_says_so(
    runs_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(runs_folder)
    app = open_page("train", "Train")
    with living_worker(run):
        buttons(app)["Resume"].click().run()
    assert not app.exception
    assert "only a run that ended early can resume" in app.toast[0].value


def test_deleting_asks_first_and_then_forgets_the_run(with_finished_run: Run) -> None:
    app = open_page("train", "Train")
    assert "for good" in words(app)
    buttons(app)["Delete for good"].click().run()
    assert not app.exception
    assert not with_finished_run.path.exists()
    assert parameter(app, "run") == "digits-shipped"


def test_a_run_validated_on_test_data_says_so(runs_folder: Path) -> None:
    config = find_recipe("cifar10-2020-batchnorm").config
    run = create_run(config, runs_folder)
    run.write_status(run.status().model_copy(update={"state": State.FAILED, "error": "It failed."}))
    assert "validates on the test images" in words(open_page("train", "Train"))
