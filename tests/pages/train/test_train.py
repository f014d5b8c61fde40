"""Train and the range test: empty, finished, alive, failed, crashed; and their buttons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st

from core.config import RunConfig, apply_overrides
from core.files import lock_exclusively
from core.jobs import launch, queue
from core.recipes import find_recipe
from core.runs import Phase, Run, State, create_run, list_runs, requests
from core.runs.drafts import load_draft, save_draft
from core.runs.live.phase_times import note
from tests.pages.opening import errors, go_to, open_page, parameter, seen
from tests.pages.train.records import buttons, living_worker, record, words, write_metrics


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
    assert "Resize the images to 46 × 46" in buttons(app)
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
    assert shown["Test accuracy"] == f"{100 * accuracy:.1f} %"
    assert {"Best validation", "Training time", "Parameters"} <= set(shown)
    assert f"{100 * accuracy:.1f} %** of 359 test images are right, after" in words(app)
    kept = next(metric for metric in app.metric if metric.label == "Kept epoch")
    assert "the weights of this epoch" in kept.help
    assert {"Stop", "Pause", "Resume"}.isdisjoint(buttons(app))


def test_a_living_run_can_be_stopped_and_paused(runs_folder: Path) -> None:
    run = record(runs_folder)
    with living_worker(run):
        app = open_page("train", "Train")
        assert {"Stop", "Pause"} <= set(buttons(app))
        assert "Epoch 2 of 2 · 50 %" in seen(app.get("progress")[0].proto.text)
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown["Validation accuracy"] == "75.0 %"
        buttons(app)["Pause"].click().run()
        assert requests.pending(run) is requests.Request.PAUSE
        assert "pausing…" in seen(app.get("progress")[0].proto.text)


def test_a_starting_run_shows_its_phase(runs_folder: Path) -> None:
    run = record(runs_folder, step=0, epoch=0, phase=Phase.LOADING_TENSORFLOW)
    run.metrics_path.unlink()
    note(runs_folder, Phase.BUILDING_NETWORK, 3.2)
    with living_worker(run):
        said = words(open_page("train", "Train"))
    assert ":primary[:material/sync: **loading TensorFlow**]" in said
    assert "building the network (about 3 s)" in said


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


def test_a_run_whose_loss_was_lost_is_begun_anew_with_a_tenth_of_its_learning_rates(
    runs_folder: Path,
) -> None:
    """To resume it would only repeat what ended it."""
    cyclical = ["schedule.kind=cyclical", "schedule.max_learning_rate=0.06"]
    fast = apply_overrides(
        find_recipe("digits-quick").config, [*cyclical, "schedule.learning_rate=0.03"]
    )
    run = create_run(fast, runs_folder)
    failed = {"state": State.FAILED, "error": "The loss stopped being a number.", "step": 3}
    run.write_status(
        run.status().model_copy(update={**failed, "lost_learning_rate": 10.0, "steps": 40})
    )
    save_draft("0123abcd", find_recipe("digits-quick").config)
    app = open_page("train", "Train", draft="0123abcd", run=run.id)
    assert errors(app) == ["The loss stopped being a number."]
    assert "Resume" not in buttons(app)
    buttons(app)["New draft with a lower learning rate: 0.003 to 0.006"].click().run()
    assert not app.exception
    drafted = load_draft(parameter(app, "draft"))
    assert drafted is not None
    assert drafted.schedule == fast.schedule.model_copy(
        update={"learning_rate": 0.003, "max_learning_rate": 0.006}
    )
    assert load_draft("0123abcd") == find_recipe("digits-quick").config, "the old draft is kept"
    assert buttons(app)["The draft has a learning rate of 0.003 to 0.006"].disabled
    assert "learning rate 0.003" in words(app)


@pytest.mark.parametrize(
    ("epoch", "offer", "schedule", "fine_tuning", "then"),
    [
        (1, "learning rate: 0.001", 0.001, 0.002, "learning rate of 0.001"),
        (2, "learning rate of fine-tuning: 0.0002", 0.01, 0.0002, "fine-tuning of 0.0002"),
    ],
)
def test_the_learning_rate_of_the_phase_that_lost_the_loss_is_lowered_and_no_other(
    runs_folder: Path, epoch: int, offer: str, schedule: float, fine_tuning: float, then: str
) -> None:
    tuned = apply_overrides(
        find_recipe("digits-quick").config,
        [
            "architecture=mobilenet_v3_small",
            'schedule={"kind": "constant", "learning_rate": 0.01}',
            "epochs=4",
            'training.fine_tuning={"frozen_epochs": 2, "learning_rate": 0.002}',
        ],
    )
    run = create_run(tuned, runs_folder)
    failed = {"state": State.FAILED, "error": "The loss stopped being a number.", "epoch": epoch}
    run.write_status(run.status().model_copy(update={**failed, "lost_learning_rate": 0.001}))
    app = open_page("train", "Train", run=run.id)
    buttons(app)[f"New draft with a lower {offer}"].click().run()
    assert not app.exception
    drafted = load_draft(parameter(app, "draft"))
    assert drafted is not None and drafted.training.fine_tuning is not None
    assert drafted.schedule.learning_rate == schedule
    assert drafted.training.fine_tuning.learning_rate == fine_tuning
    assert next(name for name in buttons(app) if name.endswith(then))


def test_a_run_that_never_came_to_a_curve_shows_no_charts(runs_folder: Path) -> None:
    run = record(runs_folder, state=State.FAILED, error="It failed.")
    write_metrics(run, [{"kind": "tick", "step": 1, "epoch": 0.1, "lr": 1.0, "loss": 2.0}])
    app = open_page("train", "Train")
    assert not app.metric
    assert "More charts" not in [expander.label for expander in app.expander]


def test_how_curves_are_looked_at_holds_for_the_session(with_finished_run: Run) -> None:
    app = open_page("train", "Train")
    app.slider(key="curve_smoothing").set_value(0.6).run()
    app.toggle(key="curve_log_axis").set_value(True).run()
    go_to(app, "evaluate", "Evaluate")
    go_to(app, "train", "Train")
    assert app.slider(key="curve_smoothing").value == 0.6
    assert app.toggle(key="curve_log_axis").value


def test_the_tab_says_how_far_a_run_is_and_once_it_has_ended_no_more(runs_folder: Path) -> None:
    told: list[str] = []
    run = record(runs_folder)
    with patch_page_titles(told), living_worker(run):
        app = open_page("train", "Train")
        assert told[-1].startswith("50 % · ")
        run.write_status(run.status().model_copy(update={"state": State.FINISHED}))
        app.run()
    assert told[-1].endswith("Train · ConvScope") and "%" not in told[-1]


@contextmanager
def patch_page_titles(told: list[str]) -> Iterator[None]:
    """Notes what the browser's tab is told; it is told it all the same."""
    with pytest.MonkeyPatch.context() as patch:
        tell = st.set_page_config
        patch.setattr(
            st,
            "set_page_config",
            lambda **options: (told.append(options["page_title"]), tell(**options)),
        )
        yield


def test_a_draft_that_is_the_run_shown_is_not_named_again(runs_folder: Path) -> None:
    record(runs_folder)
    assert "The draft is the same as this run." in words(open_page("train", "Train"))


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


@pytest.mark.parametrize(
    ("keep", "told"),
    [
        ("last", "validates on test images, to be looked at: nothing hangs on it"),
        ("best_val_accuracy", "validates on the test images, as its recipe asks"),
    ],
)
def test_a_run_validated_on_test_data_says_so(runs_folder: Path, keep: str, told: str) -> None:
    config = find_recipe("cifar10-2020-batchnorm").config
    config = apply_overrides(config, [f"training.keep={keep}"])
    run = create_run(config, runs_folder)
    run.write_status(run.status().model_copy(update={"state": State.FAILED, "error": "It failed."}))
    assert told in words(open_page("train", "Train"))
