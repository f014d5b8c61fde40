"""A run cut into phases: which steps, with which learning rates."""

import numpy as np
import pytest

from core.config import (
    ArchitectureConfig,
    CyclicalSchedule,
    FineTuningConfig,
    OneCycleSchedule,
    PlateauSchedule,
    RunConfig,
    TrainingConfig,
    apply_overrides,
)
from core.errors import ConfigError
from core.training.schedules import (
    Length,
    learning_rates,
    phase_of_step,
    planned_curve_of_run,
    training_phases,
)

BASE = ArchitectureConfig(base="mobilenet_v3_small", flatten="global_average")


def config(schedule, fine_tuning=None, **training):
    training = TrainingConfig(epochs=5, batch_size=10, fine_tuning=fine_tuning, **training)
    return RunConfig(architecture=BASE, training=training, schedule=schedule)


def test_without_fine_tuning_there_is_one_phase():
    (phase,) = training_phases(config(OneCycleSchedule()), 95)
    assert (phase.first, phase.end, phase.fine_tunes) == (0, 50, False)
    expected = learning_rates(OneCycleSchedule(), 7, 5, Length(50, 10))
    assert np.array_equal(phase.learning_rates(7, 5), expected)


def test_the_second_phase_begins_the_schedule_anew_and_lower():
    schedule = OneCycleSchedule(learning_rate=2e-3, cycle_momentum=True)
    fine_tuning = FineTuningConfig(frozen_epochs=2, learning_rate=1e-5)
    frozen, tuned = training_phases(config(schedule, fine_tuning), 95)
    assert (frozen.first, frozen.end, frozen.fine_tunes) == (0, 20, False)
    assert (tuned.first, tuned.end, tuned.fine_tunes) == (20, 50, True)
    lower = schedule.model_copy(update={"learning_rate": 1e-5})
    length = Length(30, 10)
    assert np.array_equal(tuned.learning_rates(20, 30), learning_rates(lower, 0, 30, length))
    assert tuned.learning_rates(20, 30).max() == pytest.approx(1e-5)
    assert tuned.momenta(20, 1)[0] == np.float32(0.95)


@pytest.mark.parametrize(
    "schedule", [CyclicalSchedule(learning_rate=1e-4, max_learning_rate=4e-3), PlateauSchedule()]
)
def test_the_highest_of_all_its_rates_is_the_second_phases(schedule):
    _, tuned = training_phases(config(schedule, FineTuningConfig(frozen_epochs=1)), 95)
    rates = [getattr(tuned.schedule, n, 0.0) for n in ("learning_rate", "max_learning_rate")]
    assert max(rates) == 1e-5
    before = getattr(schedule, "max_learning_rate", schedule.learning_rate) / 1e-5
    assert tuned.schedule.learning_rate * before == pytest.approx(schedule.learning_rate)


def test_each_step_is_of_one_phase():
    phases = training_phases(config(OneCycleSchedule(), FineTuningConfig(frozen_epochs=2)), 95)
    found = [phases.index(phase_of_step(phases, step)) for step in (0, 19, 20, 49, 50)]
    assert found == [0, 0, 1, 1, 1]


def test_the_planned_curve_goes_through_both():
    phases = training_phases(
        config(OneCycleSchedule(), FineTuningConfig(frozen_epochs=2, learning_rate=1e-5)), 95
    )
    rows = planned_curve_of_run(phases)
    epochs = [row["epoch"] for row in rows]
    assert epochs == sorted(epochs) and epochs[0] == 0.0 and epochs[-1] == 4.9
    assert max(row["lr"] for row in rows if row["epoch"] >= 2) == pytest.approx(1e-5, rel=1e-2)


def test_what_cannot_be_fine_tuned_is_said():
    frozen = config(OneCycleSchedule())
    fine_tuned = apply_overrides(frozen, ["training.fine_tuning={}", "epochs=6"])
    with pytest.raises(ConfigError, match="the network has no base that others trained"):
        apply_overrides(fine_tuned, ["architecture=vgg-6"])
    with pytest.raises(ConfigError, match="frozen_epochs is 5; it must be below epochs, 5"):
        apply_overrides(fine_tuned, ["epochs=5"])
