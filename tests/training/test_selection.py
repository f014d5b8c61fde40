"""Which weights are kept and when it is enough, on curves whose answer is plain."""

from __future__ import annotations

import numpy as np
import pytest

from core.config import ConstantSchedule, EarlyStoppingConfig, PlateauSchedule
from core.training.checkpoints import CheckpointError
from core.training.progress import Progress, Sums
from core.training.selection import BestWeights, EarlyStopping, Plateau

# Epochs 1 to 5: accuracy is best in the third, loss in the second.
ACCURACY = [0.5, 0.6, 0.8, 0.7, 0.8]
LOSS = [1.0, 0.4, 0.5, 0.6, 0.7]


class Weight:
    """A variable without TensorFlow, which says in which epoch it was written."""

    path = "w"
    shape = (1,)

    def __init__(self) -> None:
        self.value = np.zeros(1)

    def numpy(self) -> np.ndarray:
        return self.value

    def assign(self, value: np.ndarray) -> None:
        self.value = value


def epochs():
    for number, (accuracy, loss) in enumerate(zip(ACCURACY, LOSS, strict=True), start=1):
        yield number, {"val_accuracy": accuracy, "val_loss": loss}


@pytest.mark.parametrize(
    ("monitor", "kept"), [("val_accuracy", 3.0), ("val_loss", 2.0), (None, 5.0)]
)
def test_the_weights_of_the_best_epoch_are_put_back(tmp_path, monitor, kept):
    best, progress, weight = BestWeights(monitor, tmp_path / "checkpoints"), Progress(), Weight()
    for number, measured in epochs():
        progress.epoch, weight.value = number, np.array([float(number)])
        best.consider(progress, measured, [weight])
    best.restore([weight], progress.best_epoch)
    assert weight.value.tolist() == [kept]
    assert progress.best_epoch == (0 if monitor is None else kept)


def test_weights_kept_for_another_choice_are_not_put_back(tmp_path):
    """A run that was resumed with `keep` changed to the last."""
    progress, weight = Progress(epoch=1), Weight()
    BestWeights("val_loss", tmp_path).consider(progress, {"val_loss": 1.0}, [weight])
    weight.value = np.array([7.0])
    BestWeights(None, tmp_path).restore([weight], 1)
    assert weight.value.tolist() == [7.0]


@pytest.mark.parametrize(
    ("monitor", "patience", "due"),
    [("val_loss", 1, 3), ("val_loss", 2, 4), ("val_accuracy", 1, 4), ("val_accuracy", 3, None)],
)
def test_patience_runs_out_where_keras_runs_out_of_it(monitor, patience, due):
    import keras

    ours, progress = (
        EarlyStopping(EarlyStoppingConfig(monitor=monitor, patience=patience)),
        Progress(),
    )
    theirs = keras.callbacks.EarlyStopping(monitor, patience=patience)
    theirs.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    theirs.model.compile("sgd", "mse", metrics=["accuracy"])
    theirs.on_train_begin()
    theirs.monitor_op = np.less if monitor == "val_loss" else np.greater
    stopped = []
    for number, measured in epochs():
        theirs.on_epoch_end(number - 1, measured)
        stopped.append((ours.is_due(progress, measured), theirs.stopped_epoch == number - 1 > 0))
    first = [
        next((n for n, s in enumerate(one, 1) if s), None) for one in zip(*stopped, strict=True)
    ]
    assert first == [due, due]


def test_without_early_stopping_nothing_is_ever_due():
    assert not any(EarlyStopping(None).is_due(Progress(), measured) for _, measured in epochs())


VALIDATION_LOSS = [
    *(2.0, 1.5, 1.2, 1.2, 1.1999, 1.19, 1.195, 1.3, 1.18999, 1.4, 1.2, 1.1, 1.3, 1.3, 1.1, 1.1),
    *(1.2, 1.3, 1.09, 1.5, 1.4, 1.3, 1.2, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1),
]


@pytest.mark.parametrize(
    "numbers",
    [
        {"patience": 1},
        {"patience": 2},
        {"patience": 3, "factor": 0.1},
        {"patience": 2, "cooldown": 1},
        {"patience": 1, "cooldown": 3, "min_delta": 0.0},
        {"patience": 2, "min_delta": 0.05},
        {"patience": 1, "factor": 0.2, "min_learning_rate": 0.002},
    ],
)
def test_a_plateau_is_left_where_keras_leaves_it(numbers):
    import keras

    schedule = PlateauSchedule(learning_rate=0.1, **numbers)
    theirs = keras.callbacks.ReduceLROnPlateau(
        factor=schedule.factor,
        patience=schedule.patience,
        min_delta=schedule.min_delta,
        cooldown=schedule.cooldown,
        min_lr=schedule.min_learning_rate,
    )
    theirs.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    theirs.model.compile(keras.optimizers.SGD(0.1), "mse")
    theirs.on_train_begin()
    ours, progress, found, stock, told = Plateau(schedule), Progress(), [], [], []
    for epoch, loss in enumerate(VALIDATION_LOSS):
        theirs.on_epoch_end(epoch, {"val_loss": loss})
        stock.append(float(theirs.model.optimizer.learning_rate))
        told.append(ours.reduce(progress, {"val_loss": loss}))
        # As a checkpoint keeps it: the memory of all that was seen.
        progress = Progress.from_dict(progress.to_dict())
        found.append(float(ours.lowered(np.full(3, 0.1, np.float32), progress)[2]))
    assert found == pytest.approx(stock)
    assert len(set(found)) >= 3
    changes = np.flatnonzero(np.diff([float(np.float32(0.1)), *found]))
    assert [i for i, lr in enumerate(told) if lr is not None] == changes.tolist()


def test_other_schedules_are_left_alone():
    plateau, progress, lrs = Plateau(ConstantSchedule()), Progress(), np.ones(2, np.float32)
    for _, measured in epochs():
        assert plateau.reduce(progress, measured) is None
    assert plateau.lowered(lrs, progress) is lrs
    assert progress == Progress()


def test_a_validation_loss_that_is_no_number_is_no_improvement():
    plateau, progress = Plateau(PlateauSchedule(patience=2)), Progress()
    told = [plateau.reduce(progress, {"val_loss": loss}) for loss in (1.0, np.nan, np.nan)]
    assert told == [None, None, 0.5e-3]


NO_NUMBERS = [np.nan, np.inf]


@pytest.mark.parametrize("lost", NO_NUMBERS)
def test_a_first_loss_that_is_no_number_does_not_stay_the_best(tmp_path, lost):
    best, progress, weight = BestWeights("val_loss", tmp_path), Progress(), Weight()
    stopping = EarlyStopping(EarlyStoppingConfig(monitor="val_loss", patience=2))
    plateau = Plateau(PlateauSchedule(patience=2))
    for number, loss in enumerate((lost, 3.0, 2.0, 1.0), start=1):
        progress.epoch, weight.value = number, np.array([float(number)])
        best.consider(progress, {"val_loss": loss}, [weight])
        assert not stopping.is_due(progress, {"val_loss": loss})
        assert plateau.reduce(progress, {"val_loss": loss}) is None
    assert (progress.best, progress.best_epoch, progress.plateau_best) == (1.0, 4, 1.0)
    assert best.put_back(progress, [weight]) == ""


@pytest.mark.parametrize("lost", NO_NUMBERS)
def test_a_best_that_a_checkpoint_made_before_has_as_no_number_is_none(tmp_path, lost):
    stored = {"best": lost, "best_epoch": 1, "stopping_best": lost, "plateau_best": lost}
    progress, weight = Progress.from_dict({"epoch": 2, **stored}), Weight()
    measured = {"val_loss": 5.0}
    BestWeights("val_loss", tmp_path).consider(progress, measured, [weight])
    EarlyStopping(EarlyStoppingConfig(monitor="val_loss", patience=1)).is_due(progress, measured)
    Plateau(PlateauSchedule()).reduce(progress, measured)
    assert (progress.best, progress.best_epoch) == (5.0, 2)
    assert progress.stopping_best == progress.plateau_best == 5.0


def test_where_no_epoch_had_a_number_the_last_weights_are_kept_and_it_is_said(tmp_path):
    best, progress, weight = BestWeights("val_loss", tmp_path), Progress(epoch=1), Weight()
    best.consider(progress, {"val_loss": np.nan}, [weight])
    weight.value = np.array([7.0])
    assert "the last weights are kept" in best.put_back(progress, [weight])
    assert weight.value.tolist() == [7.0] and not progress.best_epoch


def test_sums_of_an_epoch():
    progress = Progress(step=9, epoch=2)
    for sums in (progress, Sums()):
        sums.add(loss=30.0, correct=6.0, seen=10, seconds=2.0)
        assert (sums.mean_loss, sums.accuracy, sums.images_per_second) == (3.0, 0.6, 5.0)
    assert Progress.from_dict(progress.to_dict()) == progress
    progress.begin_epoch()
    assert (progress.timed, progress.images_per_second) == (0, None)
    assert (progress.seen, progress.mean_loss, progress.step, progress.epoch) == (0, 0.0, 9, 2)


def test_a_step_that_was_not_timed_counts_in_all_but_the_speed():
    sums = Sums()
    sums.add(loss=30.0, correct=6.0, seen=10, seconds=None)
    assert sums.images_per_second is None
    sums.add(loss=10.0, correct=10.0, seen=10, seconds=2.0)
    assert (sums.mean_loss, sums.accuracy, sums.images_per_second) == (2.0, 0.8, 5.0)


def test_progress_of_a_checkpoint_made_before():
    old = {"step": 5, "hits": 3.0, "seen": 4, "stale": 2, "best": 0.5}
    found = Progress.from_dict(old)
    assert (found.correct, found.epochs_without_improvement, found.best) == (3.0, 2, 0.5)
    assert (found.timed, found.reduced_lr, found.early_stopped) == (4, None, False)


@pytest.mark.parametrize("lost", [True, False])
def test_best_weights_that_are_gone_or_of_another_epoch_are_refused(tmp_path, lost):
    best, progress, weight = BestWeights("val_loss", tmp_path), Progress(epoch=1), Weight()
    best.consider(progress, {"val_loss": 1.0}, [weight])
    if lost:
        next(tmp_path.glob("best-*.npz")).unlink()
    weight.value = np.array([7.0])
    with pytest.raises(CheckpointError):
        best.restore([weight], 1 if lost else 3)
    assert weight.value.tolist() == [7.0]


def test_the_best_weights_before_stay_until_two_checkpoints_speak_of_later_ones(tmp_path):
    best, progress, weight = BestWeights("val_loss", tmp_path), Progress(), Weight()
    for number, loss in enumerate((4.0, 3.0, 2.0), start=1):
        before = progress.best_epoch
        progress.epoch, weight.value = number, np.array([float(number)])
        best.consider(progress, {"val_loss": loss}, [weight])
        best.restore([weight], before)  # as after a kill before the checkpoint
        assert weight.value.tolist() == [float(before or number)]
        best.prune(progress)
    assert len(list(tmp_path.iterdir())) == 2
    for number in (2, 3):
        best.restore([weight], number)
        assert weight.value.tolist() == [float(number)]
    best.prune(Progress(epoch=2, best_epoch=2))  # gone on from the checkpoint before
    assert [path.name for path in tmp_path.iterdir()] == ["best-000000002.npz"]


def test_best_weights_of_the_version_before_are_read_and_then_make_way(tmp_path):
    best, progress, weight = BestWeights("val_loss", tmp_path), Progress(epoch=1), Weight()
    weight.value = np.array([1.0])
    best.consider(progress, {"val_loss": 2.0}, [weight])
    (tmp_path / "best-000000001.npz").rename(tmp_path / "best.npz")
    best.prune(progress)
    weight.value = np.array([2.0])
    best.restore([weight], 1)
    assert weight.value.tolist() == [1.0]
    progress.epoch = 2
    best.consider(progress, {"val_loss": 1.0}, [weight])
    best.prune(progress)
    assert [path.name for path in tmp_path.iterdir()] == ["best-000000002.npz"]


def test_a_new_phase_has_its_whole_patience():
    stopping, progress = EarlyStopping(EarlyStoppingConfig(patience=2)), Progress()
    same = {"val_loss": 1.0, "val_accuracy": 0.5}
    assert [stopping.is_due(progress, same) for _ in range(3)] == [False, False, True]
    progress.begin_phase()
    assert [stopping.is_due(progress, same) for _ in range(2)] == [False, True]
