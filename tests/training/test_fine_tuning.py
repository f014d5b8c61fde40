"""A base that others trained: left alone in the first phase, trained in the second."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core.config import BASES, RunConfig, apply_overrides
from core.data.pipeline import training_stream
from core.errors import ModelError
from core.jobs.loading import load
from core.models.export import load_model
from core.models.inference import predict_probabilities
from core.recipes import find_recipe
from core.runs import Run, State, create_run
from core.runs.recorder import Recorder
from core.runs.requests import Request, ask, clear
from core.training import lr_range, timing
from core.training.engine import run_training
from core.training.observers import Observer, Observers
from core.training.observers.log_lines import LogLines
from core.training.trainer import Trainer
from tests.bases import NAME, small_application, use_home, use_small_base, write_weights

STEPS = 10  # an epoch
FROZEN = 2  # epochs
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(autouse=True)
def _plain_policy():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture
def small_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    return use_small_base(tmp_path, monkeypatch)


def config(*changes: str) -> RunConfig:
    small = [
        *("dataset.limit=160", "dataset.image_size=[32, 32]", "epochs=4", "batch_size=16"),
        *("precision=float32", "deterministic=true", "augmentation={}", "keep=last"),
        f'architecture={{"base": "{NAME}", "flatten": "global_average"}}',
        'training.fine_tuning={"frozen_epochs": 2, "learning_rate": 0.004}',
        'schedule={"kind": "constant", "learning_rate": 0.02}',
    ]
    return apply_overrides(find_recipe("digits-quick").config, [*small, *changes])


def train(run: Run, *observers: Observer) -> State:
    recorder = Recorder(run)
    wanted = run.config()
    watching = Observers([LogLines(wanted, recorder), *observers])
    state = run_training(run, wanted, recorder, watching, load(run, wanted, recorder))
    recorder.end(state)
    return state


class Diary(Observer):
    """The network's weights at the begin and after each epoch."""

    def __init__(self) -> None:
        self.weights: list[dict[str, np.ndarray]] = []
        self.told: list[tuple[int, float]] = []

    def begin(self, trainer: Any) -> None:
        self._note(trainer)

    def epoch_ended(self, trainer: Any, epoch: int, measured: dict[str, float]) -> None:
        self._note(trainer)

    def fine_tuning_begun(self, epoch: int, highest: float) -> None:
        self.told.append((epoch, highest))

    def _note(self, trainer: Any) -> None:
        self.weights.append({v.path: v.numpy() for v in trainer.network.weights})

    def changed(self, first: int, second: int) -> set[str]:
        one, other = self.weights[first], self.weights[second]
        return {path for path in one if not np.array_equal(one[path], other[path])}


def test_the_base_trains_in_the_second_phase_alone_but_for_its_batch_normalization(
    small_base, tmp_path, capsys
):
    run, diary = create_run(config(), tmp_path), Diary()
    assert train(run, diary) is State.FINISHED
    head = {path for path in diary.weights[0] if path.startswith("head/")}
    base = diary.weights[0].keys() - head
    assert diary.changed(0, FROZEN) == head
    tuned = {path for path in base if not path.startswith("conv_bn/")}
    assert len(tuned) == 5 and diary.changed(FROZEN, 4) == head | tuned
    assert diary.told == [(FROZEN, 0.004)]
    rows = [row for row in run.metrics() if row["kind"] == "epoch"]
    assert [row["lr"] for row in rows] == pytest.approx([0.02, 0.02, 0.004, 0.004])
    assert "Fine-tuning from epoch 3 on: the base trains, too, at up to 0.004." in (
        capsys.readouterr().out
    )
    stock = small_application(input_tensor=keras.Input((32, 32, 3)))
    stock.load_weights(tmp_path / "keras" / "models" / small_base.weights)
    for layer in stock.layers:  # it began with the weights of the file
        for variable in layer.weights:
            assert np.array_equal(variable.numpy(), diary.weights[0][variable.path])


def test_both_phases_are_those_of_plain_keras(small_base, tmp_path):
    """The same batches through the steps that Keras's guide to fine-tuning takes."""
    run, diary = create_run(config("optimizer.kind=adam"), tmp_path), Diary()
    assert train(run, diary) is State.FINISHED
    ours = [row["loss"] for row in run.metrics() if row["kind"] == "epoch"]
    pixels = keras.Input((32, 32, 1))
    base = small_application(input_tensor=keras.Input((32, 32, 3)))
    base.load_weights(tmp_path / "keras" / "models" / small_base.weights)
    base.trainable = False
    base.get_layer("conv_drop").rate = 0.0  # Keras 3 overrides the training=False of a call
    maps = base(keras.layers.Concatenate()([pixels] * 3), training=False)
    head = keras.layers.Dense(10, name="head")
    network = keras.Model(pixels, head(keras.layers.GlobalAveragePooling2D()(maps)))
    head.set_weights([diary.weights[0][f"head/{name}"] for name in ("kernel", "bias")])
    batches = _batches(run)
    theirs = _epochs_of(network, batches[: FROZEN * STEPS], 0.02)
    base.trainable = True
    base.get_layer("conv_bn").trainable = False
    theirs += _epochs_of(network, batches[FROZEN * STEPS :], 0.004)
    assert ours == pytest.approx(theirs, abs=2e-5)
    assert ours[-1] < ours[0] - 0.1


def _batches(run: Run) -> list[Any]:
    _, splits = load(run, run.config(), Recorder(run))
    stream = training_stream(
        splits.train,
        num_classes=10,
        batch_size=16,
        augmentation=run.config().augmentation,
        seed=run.config().training.seed,
        first_step=0,
        last_step=4 * STEPS,
    )
    return [(images.numpy(), labels.numpy()) for images, labels in stream]


def _epochs_of(network: keras.Model, batches: list[Any], lr: float) -> list[float]:
    """The mean loss of each epoch, all batches of one size."""
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(lr), loss, jit_compile=False)
    losses = []
    for images, labels in batches:
        network.reset_metrics()
        losses.append(float(network.train_on_batch(images, labels)))
    return [float(np.mean(losses[i : i + STEPS])) for i in range(0, len(losses), STEPS)]


class At(Observer):
    """Does something once so many steps are done."""

    def __init__(self, step: int, what: Callable[[], None]) -> None:
        self._step, self._what = step, what

    def steps_taken(self, trainer: Any, step: int) -> None:
        if step >= self._step:
            self._what()


def test_early_stopping_has_its_whole_patience_in_fine_tuning(small_base, tmp_path):
    still = ("schedule.learning_rate=1e-12", "training.fine_tuning.learning_rate=1e-12")
    stopping = 'training.early_stopping={"monitor": "val_accuracy", "patience": 1}'
    run = create_run(config(*still, stopping), tmp_path)
    assert train(run) is State.FINISHED
    assert run.status().epoch == FROZEN + 1 and run.status().early_stopped


def _kill() -> None:
    raise KeyboardInterrupt  # nothing is written from here on, as by a process that is killed


PLATEAU = (
    'schedule={"kind": "plateau", "learning_rate": 0.02, "patience": 1, "min_delta": 100}',
    'training.averaging={"kind": "lookahead", "k": 3}',
    'architecture.dense=[{"units": 8, "dropout": 0.5}]',
)
EMA = (
    'schedule={"kind": "one_cycle", "learning_rate": 0.02, "cycle_momentum": true}',
    'training.averaging={"kind": "ema", "momentum": 0.9}',
    "keep=best_val_loss",
)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(PLATEAU, id="plateau and lookahead"),
        pytest.param(EMA, id="ema", marks=pytest.mark.patient),
        pytest.param((*PLATEAU, "training.towers=3"), id="towers", marks=pytest.mark.patient),
    ],
)
def test_paused_or_killed_in_either_phase_it_ends_as_if_it_never_was(small_base, tmp_path, changes):
    wanted = config("checkpoint_seconds=0.0001", *changes)
    alone = create_run(wanted, tmp_path / "alone")
    assert train(alone) is State.FINISHED
    run = create_run(wanted, tmp_path / "interrupted")
    # At the end of the first phase, its validation to come, and in the second.
    for step in (FROZEN * STEPS, FROZEN * STEPS + 5):
        assert train(run, At(step, lambda: ask(run, Request.PAUSE))) is State.PAUSED
        clear(run)
    with pytest.raises(KeyboardInterrupt):
        train(run, At(3 * STEPS + 5, _kill))
    (small_path,) = (tmp_path / "keras" / "models").iterdir()
    small_path.unlink()  # what goes on from a checkpoint needs no other weights
    assert train(run) is State.FINISHED
    assert _judged(run) == _judged(alone)
    for one, other in zip(_saved(alone), _saved(run), strict=True):
        assert np.array_equal(one, other)


def test_killed_right_at_the_boundary_it_begins_the_second_phase(small_base, tmp_path):
    wanted = config()
    alone, run = create_run(wanted, tmp_path / "a"), create_run(wanted, tmp_path / "b")
    assert train(alone) is State.FINISHED

    class KilledThere(Observer):
        def fine_tuning_begun(self, epoch: int, highest: float) -> None:
            _kill()

    with pytest.raises(KeyboardInterrupt):
        train(run, KilledThere())
    assert train(run) is State.FINISHED
    for one, other in zip(_saved(alone), _saved(run), strict=True):
        assert np.array_equal(one, other)


def _judged(run: Run) -> list[dict[str, Any]]:
    names = ("step", "epoch", "lr", "reduced_lr", "loss", "val_loss", "val_accuracy")
    rows = [row for row in run.metrics() if row["kind"] == "epoch"]
    return [{name: row[name] for name in names if name in row} for row in rows]


def _saved(run: Run) -> list[np.ndarray]:
    found: list[np.ndarray] = load_model(run.model_path).get_weights()
    return found


def test_without_its_weights_or_with_others_it_does_not_start(small_base, tmp_path):
    path = tmp_path / "keras" / "models" / small_base.weights
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="damaged or another version"):
        train(create_run(config(), tmp_path))
    path.unlink()
    with pytest.raises(ModelError, match="MobileNetV3 small are not on this machine"):
        train(create_run(config(), tmp_path))


def test_a_range_test_is_of_the_first_phase_and_a_timing_of_both(small_base, tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "TRAINING_SECONDS", 0.1)
    monkeypatch.setattr(timing, "PREDICTING_SECONDS", 0.1)
    wanted = config("range_test.iterations=20")
    trained = []
    taken = Trainer.train

    def train_and_count(self, *arguments):
        trained.append(len(self.network.trainable_variables))
        return taken(self, *arguments)

    monkeypatch.setattr(Trainer, "train", train_and_count)
    for job in (lr_range.run_range_test, timing.run_timing):
        trained.clear()
        run = create_run(wanted, tmp_path / job.__name__)
        recorder = Recorder(run)
        data = load(run, wanted, recorder)
        assert job(run, wanted, recorder, Observers(), data) is State.FINISHED
        counted = sorted(set(trained))
        assert counted == ([2] if job is lr_range.run_range_test else [2, 7]), counted
    found = recorder.status.timing_result
    assert found is not None and found.seconds_per_step > 0


@pytest.mark.patient
@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_a_real_base_from_its_file_to_a_saved_model(tmp_path, monkeypatch, precision):
    path = write_weights(NAME, use_home(tmp_path, monkeypatch), monkeypatch)
    assert hashlib.md5(path.read_bytes()).hexdigest() == BASES[NAME].md5
    changes = (f"precision={precision}", "deterministic=false", "preprocessing=standardize")
    run, diary = create_run(config(*changes), tmp_path), Diary()
    assert train(run, diary) is State.FINISHED
    normalized = {path for path in diary.weights[0] if "_bn/" in path or "/batch_norm" in path}
    assert normalized and not diary.changed(0, 4) & normalized
    assert {path.partition("/")[0] for path in diary.changed(0, FROZEN)} == {"head"}
    # Of random weights most gradients are too small for float16.
    assert len(diary.changed(FROZEN, 4)) > (50 if precision == "mixed_bfloat16" else 10)
    model = load_model(run.model_path)
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 1)).astype(np.uint8)
    assert np.allclose(predict_probabilities(model, images, 10).sum(axis=1), 1.0, atol=1e-5)
    assert run.status().training_result.parameters == BASES[NAME].parameters + 5_770
