"""Runs that remember more than weights: paused and resumed they are as those never paused."""

import json

import numpy as np
import pytest

from core.jobs import launch, loading
from core.models.export import load_model
from core.runs import Run, State, create_run, delete_run
from core.runs.recorder import Recorder
from core.runs.requests import Request, ask, clear
from core.training.engine import run_training
from core.training.observers import Observer, Observers
from tests.jobs.helpers import small_config, wait_for

pytestmark = pytest.mark.timeout(300)

# No epoch improves by so much, so that the plateau's decisions don't hang on the network.
PLATEAU = (
    *("schedule.kind=plateau", "schedule.learning_rate=3e-3", "schedule.min_delta=100"),
    *("schedule.patience=2", "schedule.cooldown=1"),
)


LOOKAHEAD = ('training.averaging={"kind": "lookahead", "k": 3}',)
EMA = (
    *("schedule.cycle_momentum=true", "keep=best_val_loss"),
    'training.averaging={"kind": "ema", "momentum": 0.9}',
)


TOWERS = ("training.towers=2", "batch_size=30", "architecture.dense.0.dropout=0.5", *EMA)


SWIFT = (
    *('architecture.whitening={"activation": "gelu"}', "architecture.initializer=dirac"),
    *("architecture.batch_normalization=true", "architecture.batch_normalization_scale=false"),
    *("architecture.dense_initializer=small_normal", "architecture.blocks.0.early_pool=true"),
    *("augmentation.horizontal_flip=true", "augmentation.alternating_flip=true"),
    *("optimizer.kind=muon_sgd", "schedule.kind=polynomial", "schedule.learning_rate=0.1"),
    'test_views={"shift": 1, "unsure": 0.9}',
)


@pytest.mark.parametrize(
    "assignments",
    [PLATEAU + LOOKAHEAD, EMA, TOWERS, SWIFT],
    ids=["plateau and lookahead", "momentum and average", "towers, odd and even", "swift"],
)
def test_paused_and_resumed_is_as_never_paused(tmp_path, assignments):
    config = small_config("deterministic=true", "epochs=12", *assignments)
    alone = launch.start(config, tmp_path / "alone")
    assert launch.wait(alone, 200) is State.FINISHED, alone.log_tail()
    run = launch.start(config, tmp_path / "paused")
    wait_for(run, lambda status: status.epoch >= 4)
    launch.request_pause(run)
    assert launch.wait(run, 200) is State.PAUSED, run.log_tail()
    assert 0 < run.status().step < alone.status().steps
    launch.resume(run)
    assert launch.wait(run, 200) is State.FINISHED, run.log_tail()
    assert _epochs(run) == _epochs(alone)
    for one, other in zip(_weights(alone), _weights(run), strict=True):
        assert np.array_equal(one, other)


def _epochs(run: Run) -> list[dict]:
    """What each epoch came to, as it was judged and decided upon."""
    judged = (
        *("step", "epoch", "lr", "reduced_lr"),
        *("loss", "accuracy", "val_loss", "val_accuracy"),
    )
    rows = [row for row in run.metrics() if row["kind"] == "epoch"]
    return [{name: row[name] for name in judged if name in row} for row in rows]


def _weights(run: Run) -> list[np.ndarray]:
    found: list[np.ndarray] = load_model(run.model_path).get_weights()
    return found


def _had_its_momentum_against_its_learning_rate(run: Run) -> None:
    """As the record tells it of every tick and epoch."""
    rows = run.metrics()
    assert len(rows) > 2 and all(0.85 <= row["momentum"] <= 0.95 for row in rows)
    lrs, momenta = ([row[name] for row in rows] for name in ("lr", "momentum"))
    assert np.corrcoef(lrs, momenta)[0, 1] < -0.99


def test_the_saved_model_is_the_average(tmp_path):
    run = launch.start(small_config("keep=last", *EMA[::2]), tmp_path)
    assert launch.wait(run, 200) is State.FINISHED, run.log_tail()
    _had_its_momentum_against_its_learning_rate(run)
    with np.load(sorted(run.checkpoints_path.glob("step-*.npz"))[-1]) as file:
        names = json.loads(bytes(file["header"]))["names"]
        values = [file[f"v{i:05d}"] for i in range(len(names))]
    averages = [v for n, v in zip(names, values, strict=True) if n.endswith("_average")]
    model = load_model(run.model_path)
    trained = [variable.numpy() for variable in model.trainable_variables]
    raw = values[: len(model.weights)]
    assert all(np.array_equal(a, b) for a, b in zip(averages, trained, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(raw, trained, strict=False))


def test_a_plateau_s_decisions_stand_in_the_record_and_in_the_log(tmp_path):
    run = launch.start(small_config("epochs=7", *PLATEAU), tmp_path)
    assert launch.wait(run, 200) is State.FINISHED, run.log_tail()
    rows = _epochs(run)
    # The first epoch is the best; two without improvement; one in which nothing is counted.
    told = {row["epoch"]: row["reduced_lr"] for row in rows if "reduced_lr" in row}
    assert told == pytest.approx({3: 1.5e-3, 5: 0.75e-3, 7: 0.375e-3})
    assert [row["lr"] for row in rows] == pytest.approx([3e-3] * 3 + [1.5e-3] * 2 + [0.75e-3] * 2)
    log = run.log_tail()
    assert log.count("has stopped falling: the learning rate is now 0.0015.") == 1


def test_stopped_early_and_then_cut_off_it_trains_no_further(tmp_path):
    stopping = 'early_stopping={"patience": 1, "monitor": "val_accuracy"}'
    rates = ("schedule.kind=constant", "schedule.learning_rate=1e-7")
    config = small_config("deterministic=true", "epochs=20", "keep=last", stopping, *rates)
    alone = launch.start(config, tmp_path / "alone")
    assert launch.wait(alone, 200) is State.FINISHED, alone.log_tail()
    run = launch.start(config, tmp_path / "cut off")
    run.model_path.mkdir()  # where the model is to be written
    assert launch.wait(run, 200) is State.FAILED, run.log_tail()
    run.model_path.rmdir()
    launch.resume(run)
    assert launch.wait(run, 200) is State.FINISHED, run.log_tail()
    assert run.status().early_stopped and run.status().epoch == alone.status().epoch < 20
    assert _epochs(run) == _epochs(alone)
    for one, other in zip(_weights(alone), _weights(run), strict=True):
        assert np.array_equal(one, other)


def test_the_run_that_it_started_from_may_be_deleted_while_it_is_paused(with_finished_run):
    source = with_finished_run
    config = small_config("epochs=400").model_copy(update={"initial_weights": source.id})
    run = launch.start(config)
    wait_for(run, lambda status: status.epoch >= 1)
    launch.request_pause(run)
    assert launch.wait(run, 60) is State.PAUSED, run.log_tail()
    before = run.status().epoch
    delete_run(source)
    launch.resume(run)
    wait_for(run, lambda status: status.epoch > before)
    launch.request_stop(run)
    assert launch.wait(run, 60) is State.STOPPED, run.log_tail()


class Asking(Observer):
    """Asks something of the run at the end of an epoch."""

    def __init__(self, run: Run, request: Request, epoch: int) -> None:
        self.run, self.request, self.epoch = run, request, epoch

    def epoch_ended(self, trainer, epoch, measured):
        if epoch == self.epoch:
            ask(self.run, self.request)


def test_what_a_stopped_run_came_to_is_not_said_of_one_that_went_on(tmp_path):
    run = create_run(small_config("epochs=3"), tmp_path)
    assert _train(run, Asking(run, Request.STOP, 1)) is State.STOPPED
    assert run.status().outcome is not None
    before = run.status().training_result
    clear(run)
    assert _train(run, Asking(run, Request.PAUSE, 2)) is State.PAUSED
    assert (run.status().outcome, run.status().went_on) == (None, True)
    assert run.status().training_result == before, "nothing is lost: the model is still that one"
    clear(run)
    assert _train(run) is State.FINISHED
    assert run.status().outcome is not None and not run.status().went_on


class KilledBeforeTheCheckpoint(Observer):
    """Nothing is written from here on, as by a process that is killed."""

    def epoch_ended(self, trainer, epoch, measured):
        if epoch == 3:
            raise KeyboardInterrupt


def test_killed_between_better_weights_and_their_checkpoint_it_has_those_before(tmp_path):
    rates = ("schedule.kind=constant", "schedule.learning_rate=1e-4")
    run = create_run(small_config("epochs=4", "keep=best_val_loss", *rates), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        _train(run, KilledBeforeTheCheckpoint())
    losses = [row["val_loss"] for row in run.metrics() if row["kind"] == "epoch"]
    assert losses[2] < losses[1] < losses[0]
    ask(run, Request.STOP)
    assert _train(run) is State.STOPPED
    result = run.status().training_result
    assert (result.best_epoch, result.note) == (2, "")


def _train(run: Run, *observers: Observer) -> State:
    recorder = Recorder(run)
    data = loading.load(run, run.config(), recorder)
    state = run_training(run, run.config(), recorder, Observers(observers), data)
    recorder.end(state)
    return state
