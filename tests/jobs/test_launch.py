"""Real workers in real processes: trained, stopped, paused, killed, queued, resumed."""

import json
import os
import re
import signal
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from core.errors import ConfigError, RunError
from core.jobs import launch, queue
from core.models.export import load_model
from core.runs import Phase, Run, State, delete_run
from core.runs.live.snapshots import SnapshotLog, read_pinned
from tests.jobs.helpers import small_config, wait_for, wait_for_state

pytestmark = pytest.mark.timeout(300)


def _finish(run: Run) -> State:
    return launch.wait(run, 200)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """The folder of temporary files that the finished run had."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, scratch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(scratch))
        run = launch.start(small_config(), tmp_path_factory.mktemp("runs"))
    assert _finish(run) is State.FINISHED, run.log_tail()
    return run


def test_a_run_leaves_nothing_among_the_temporary_files(finished, scratch):
    assert not list(scratch.iterdir())


def test_the_record_holds_all_that_the_design_promises(finished):
    names = set(os.listdir(finished.path))
    assert {"config.json", "status.json", "metrics.jsonl", "checkpoints", "lock"} <= names
    assert {"model.keras", "predictions.npz", "log.txt", "dataset.json"} <= names
    assert {"pinned.npz", "snapshots.jsonl", "tensorflow.log"} <= names
    assert not [name for name in names if ".tmp" in name or name == ".reserve"]
    epochs = [row for row in finished.metrics() if row["kind"] == "epoch"]
    assert [row["epoch"] for row in epochs] == [1, 2]
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "lr", "step"} <= set(epochs[0])
    status = finished.status()
    assert status.epoch == status.epochs == 2
    assert status.step == status.steps == epochs[-1]["step"]


def test_the_speed_leaves_out_the_first_step_which_compiles(finished):
    rows = finished.metrics()
    images = finished.dataset().sizes["train"]
    first = next(row for row in rows if row["kind"] == "tick")
    assert first["step"] == 1 and "images_per_second" not in first
    timed = [row["images_per_second"] * row["seconds"] for row in rows if row["kind"] == "epoch"]
    # Rounded to a tenth of an image a second and to a millisecond.
    assert timed == pytest.approx([images - 32, images], rel=0.02)


def test_the_saved_model_is_stock_and_gives_the_recorded_predictions(finished):
    model = load_model(finished.model_path)
    assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)
    assert {layer.dtype_policy.name for layer in model.layers} == {"float32"}
    from core.data.load import load_dataset

    test = load_dataset(finished.config().dataset).test
    images, labels = test.gather(np.arange(len(test)))
    with np.load(finished.predictions_path) as file:
        assert np.array_equal(file["labels"], labels)
        assert np.allclose(file["probabilities"], model.predict(images, verbose=0), atol=1e-5)
        accuracy = (file["probabilities"].argmax(axis=1) == labels).mean()
    assert finished.status().training_result.test_accuracy == pytest.approx(accuracy)


def test_stopping_keeps_what_was_learned(tmp_path):
    constant = ["schedule.kind=constant", "schedule.learning_rate=3e-3"]
    run = launch.start(small_config("epochs=500", *constant), tmp_path)
    wait_for(run, lambda status: status.epoch >= 12)
    asked = time.monotonic()
    launch.request_stop(run)
    assert _finish(run) is State.STOPPED
    assert time.monotonic() - asked < 15
    assert run.model_path.exists()
    status = run.status()
    assert status.outcome.test_accuracy > 0.2
    assert status.step == status.outcome.step


def test_killed_is_crashed_and_resumes_from_its_checkpoint(tmp_path):
    run = launch.start(small_config("epochs=4"), tmp_path)
    status = wait_for(run, lambda status: status.epoch >= 1)
    os.kill(status.pid, signal.SIGKILL)
    wait_for_state(run, State.CRASHED)
    # Its lock is free before the server's thread has recorded what ended it.
    deadline = time.monotonic() + 10.0
    while "SIGKILL" not in run.status().error and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "SIGKILL" in run.status().error
    assert "Resume" in run.status().advice
    kept = [row for row in run.metrics() if row["kind"] == "epoch"]
    launch.resume(run)
    assert _finish(run) is State.FINISHED, run.log_tail()
    epochs = [row for row in run.metrics() if row["kind"] == "epoch"]
    assert [row["epoch"] for row in epochs] == [1, 2, 3, 4]
    assert epochs[0] == kept[0]
    steps = [row["step"] for row in run.metrics() if row["kind"] == "tick"]
    assert steps == sorted(set(steps))


@pytest.mark.parametrize("towers", [1, 2])
def test_paused_and_resumed_ends_with_the_same_weights_bit_for_bit(tmp_path, towers):
    changes = ("augmentation.rotation=10", "epochs=3", f"training.towers={towers}")
    config = small_config("deterministic=true", *changes)
    alone = launch.start(config, tmp_path / "alone")
    assert _finish(alone) is State.FINISHED, alone.log_tail()
    run = launch.start(config, tmp_path / "paused")
    wait_for(run, lambda status: status.step >= 5)
    launch.request_pause(run)
    assert _finish(run) is State.PAUSED, run.log_tail()
    paused_at = run.status().step
    assert 0 < paused_at < alone.status().steps
    launch.resume(run)
    assert _finish(run) is State.FINISHED, run.log_tail()
    weights = zip(
        load_model(alone.model_path).get_weights(),
        load_model(run.model_path).get_weights(),
        strict=True,
    )
    assert all(np.array_equal(one, other) for one, other in weights)
    _watched_as_if_never_paused(alone, run)


def _watched_as_if_never_paused(alone: Run, run: Run) -> None:
    """The same ten images, and at the end the same is thought of them."""
    images, others = (read_pinned(item.pinned_path, 10) for item in (alone, run))
    assert images is not None and others is not None
    assert np.array_equal(images.images, others.images)
    found, thought = (SnapshotLog(item.snapshots_path, 10, 10).read() for item in (alone, run))
    steps = [item.step for item in thought]
    assert steps == sorted(set(steps)) and steps[0] == 0
    assert thought[-1] == found[-1]
    assert thought[-1].step == run.status().steps


def test_the_log_is_in_plain_lines_and_tensorflows_noise_lies_apart(finished):
    lines = finished.log_path.read_text(encoding="utf-8").splitlines()
    assert sum("Epoch " in line for line in lines) == 2
    assert "Test accuracy" in lines[-1]
    assert not [line for line in lines if not re.match(r"\d\d:\d\d:\d\d \w", line)]
    assert finished.noise_path.exists()


def test_one_run_at_a_time_and_the_next_one_waits(tmp_path):
    first = launch.start(small_config("epochs=500"), tmp_path)
    wait_for(first, lambda status: status.state is State.RUNNING)
    second = launch.start(small_config(), tmp_path)
    third = launch.start(small_config(), tmp_path)
    wait_for(third, lambda status: status.phase is Phase.WAITING and status.pid)
    assert second.status().state is State.QUEUED
    assert [run.id for run in queue.waiting(tmp_path)] == [second.id, third.id]
    queue.move_to_front(third)
    assert [run.id for run in queue.waiting(tmp_path)] == [third.id, second.id]
    assert "libtensorflow" not in Path(f"/proc/{third.status().pid}/maps").read_text()
    launch.request_stop(second)
    assert launch.wait(second, 10) is State.STOPPED
    with pytest.raises(RunError, match="still at work"):
        delete_run(first)
    launch.request_stop(first)
    assert _finish(first) is State.STOPPED
    assert _finish(third) is State.FINISHED, third.log_tail()
    assert queue.waiting(tmp_path) == []


def test_a_lost_loss_ends_the_run_with_a_sentence(tmp_path):
    run = launch.start(
        small_config("optimizer.kind=sgd", "schedule.kind=constant", "schedule.learning_rate=100"),
        tmp_path,
    )
    assert _finish(run) is State.FAILED
    status = run.status()
    assert "at step" in status.error
    assert "learning rate of 0.01," in status.advice
    assert status.lost_learning_rate == 100.0


def test_a_missing_data_set_ends_the_run_with_a_sentence(tmp_path):
    run = launch.start(small_config("dataset.name=unicorns"), tmp_path)
    assert _finish(run) is State.FAILED
    assert "unicorns" in run.status().error
    assert "Traceback" in run.log_tail()


def test_early_stopping_ends_a_run(tmp_path):
    config = small_config(
        "epochs=50",
        "schedule.kind=constant",
        "schedule.learning_rate=1e-7",
        'early_stopping={"patience": 1, "monitor": "val_accuracy"}',
    )
    run = launch.start(config, tmp_path)
    assert _finish(run) is State.FINISHED, run.log_tail()
    assert run.status().early_stopped
    assert run.status().epoch < 50


def test_weights_of_another_run_are_where_training_starts(tmp_path, finished):
    config = small_config("epochs=1", "schedule.kind=constant", "schedule.learning_rate=1e-9")
    config = config.model_copy(update={"initial_weights": str(finished.path)})
    run = launch.start(config, tmp_path)
    assert _finish(run) is State.FINISHED, run.log_tail()
    # Only what is trained: batch normalization's moving statistics move at any rate.
    weights = zip(
        load_model(finished.model_path).trainable_variables,
        load_model(run.model_path).trainable_variables,
        strict=True,
    )
    assert all(np.allclose(one, other, atol=1e-6) for one, other in weights)


def test_range_test_measures_each_batch_and_suggests(tmp_path):
    config = small_config("range_test.iterations=60", "range_test.start=1e-4", "range_test.end=10")
    run = launch.start(config.model_copy(update={"job": "range-test"}), tmp_path)
    assert _finish(run) is State.FINISHED, run.log_tail()
    rows = run.metrics()
    assert {row["kind"] for row in rows} == {"range"}
    assert [row["step"] for row in rows] == list(range(1, len(rows) + 1))
    logs = np.log([row["lr"] for row in rows])
    assert np.allclose(np.diff(logs), np.log(10 / 1e-4) / 59, rtol=1e-3)
    result = run.status().range_result
    assert 1e-4 < result.suggestion < 1.0
    assert result.stopped_at >= len(rows)


def test_resume_refuses_what_has_finished(finished):
    with pytest.raises(RunError, match="ended early"):
        launch.resume(finished)


def test_a_recipe_of_another_kind_of_head_is_refused_in_words(tmp_path):
    run = launch.start(small_config("architecture.head=sigmoid"), tmp_path)
    assert _finish(run) is State.FAILED
    assert "2 classes" in run.status().error


def test_tensorboard_reads_the_event_files(finished):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    folder = finished.path / "tensorboard"
    epochs = [row for row in finished.metrics() if row["kind"] == "epoch"]
    for part, prefix in (("train", ""), ("validation", "val_")):
        events = EventAccumulator(str(folder / part), size_guidance={"tensors": 0})
        events.Reload()
        written = [float(make_ndarray(e.tensor_proto)) for e in events.Tensors("epoch_loss")]
        assert written == pytest.approx([row[f"{prefix}loss"] for row in epochs], rel=1e-5)


def test_a_living_worker_tells_what_it_uses(finished):
    resources = finished.status().resources
    assert 50e6 < resources.memory < resources.memory_total
    assert resources.cores == os.cpu_count()
    # Training uses the processor, on a busy machine too, and no more of it than there is.
    assert 5.0 < resources.cpu_percent <= 110.0 * resources.cores


def test_stock_keras_alone_loads_the_model(finished):
    model = keras.saving.load_model(finished.model_path, safe_mode=True)
    assert model.input_shape == (None, 32, 32, 1)
    summary = json.loads((finished.path / "dataset.json").read_text())
    assert len(summary["classes"]) == model.output_shape[-1] == 10


def test_bad_overrides_never_reach_a_worker():
    with pytest.raises(ConfigError):
        small_config("epochs=0")
