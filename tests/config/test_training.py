"""Which weights are kept is one choice; steps are counted in one place."""

from __future__ import annotations

import pytest

from core.config import (
    FineTuningConfig,
    PlateauSchedule,
    RunConfig,
    TrainingConfig,
    apply_overrides,
    batches_in,
    parse_config,
)
from core.errors import ConfigError


@pytest.mark.parametrize(
    ("fields", "monitor"),
    [
        ({}, "val_accuracy"),
        ({"keep": "last"}, None),
        ({"keep": "best_val_loss"}, "val_loss"),
        ({"keep": "early_stopping", "early_stopping": {"monitor": "val_loss"}}, "val_loss"),
        ({"keep": "early_stopping", "early_stopping": {"monitor": "val_accuracy"}}, "val_accuracy"),
        ({"keep": "best_val_loss", "early_stopping": {"monitor": "val_accuracy"}}, "val_loss"),
    ],
)
def test_one_field_decides_which_weights_are_kept(fields, monitor):
    assert TrainingConfig(**fields).keep_monitor == monitor


def test_keeping_by_early_stopping_needs_early_stopping():
    with pytest.raises(ConfigError, match="early_stopping is off; switch it on, or keep 'last'"):
        parse_config({"architecture": "compact", "training": {"keep": "early_stopping"}})


@pytest.mark.parametrize(
    ("before", "keep"),
    [
        ({"keep": "best", "monitor": "val_accuracy"}, "best_val_accuracy"),
        ({"keep": "best", "monitor": "val_loss"}, "best_val_loss"),
        ({"keep": "best"}, "best_val_accuracy"),
        ({"monitor": "val_loss"}, "best_val_loss"),
        ({"keep": "last", "monitor": "val_loss"}, "last"),
        (
            {"keep": "last", "monitor": "val_loss", "early_stopping": {"restore_best": True}},
            "early_stopping",
        ),
        ({"keep": "last", "early_stopping": {"restore_best": False}}, "last"),
        ({"keep": "best", "early_stopping": {"patience": 3}}, "early_stopping"),
        ({"keep": "last", "early_stopping": {"patience": 3}}, "last"),  # as it is said now
        ({"early_stopping": {"restore_best": True}}, "early_stopping"),
    ],
)
def test_the_three_fields_of_before_are_read_as_the_one(before, keep):
    assert TrainingConfig.model_validate(before).keep == keep


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ({"keep": "best", "monitor": "foo"}, "monitor is 'foo'; it must be"),
        ({"keep": "best", "early_stopping": {"restore_best": "false"}}, "restore_best is 'false'"),
    ],
)
def test_wrong_values_of_the_fields_of_before_are_named(before, words):
    with pytest.raises(ConfigError, match=words):
        parse_config({"architecture": "compact", "training": before})


def test_a_field_of_before_beside_the_one_of_now_is_refused():
    config = RunConfig(architecture="compact")
    with pytest.raises(ConfigError, match="monitor"):
        apply_overrides(config, ["training.monitor=val_loss"])


@pytest.mark.parametrize(
    ("images", "batch_size", "batches"), [(100, 10, 10), (101, 10, 11), (1, 64, 1), (0, 64, 0)]
)
def test_the_last_batch_may_be_short(images, batch_size, batches):
    assert batches_in(images, batch_size) == batches


def test_steps_of_an_epoch_and_of_a_run():
    assert TrainingConfig(epochs=3, batch_size=64).steps_in_epoch(45_000) == 704
    assert TrainingConfig(epochs=3, batch_size=64).total_steps(45_000) == 2112
    assert TrainingConfig(epochs=3, steps_per_epoch=250).total_steps(45_000) == 750


@pytest.mark.parametrize(
    ("fields", "images"),
    [
        ({"batch_size": 64}, 1_294),
        ({"batch_size": 8_192}, 1_294),
        ({"batch_size": 64, "steps_per_epoch": 5}, 320),
        ({"batch_size": 1_000, "steps_per_epoch": 5}, 3_588),  # twice all, then one batch
    ],
)
def test_images_of_an_epoch(fields, images):
    assert TrainingConfig(**fields).images_in_epoch(1_294) == images


def test_gradients_are_clipped_in_one_way():
    with pytest.raises(ConfigError, match="clip_norm and clip_value cannot both be on"):
        training_of(clip_norm=1.0, clip_value=0.1)
    assert training_of(clip_norm=1.0).clip_value is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"towers": 2, "gpus": 2}, "towers is 2 and gpus is 2; towers are of a processor"),
        ({"towers": 4, "batch_size": 7}, "2 images a tower, 8 or more"),
        ({"towers": 0}, "greater than or equal to 1"),
        ({"towers": 9}, "less than or equal to 8"),
    ],
)
def test_towers_that_make_no_sense_are_refused(fields, words):
    with pytest.raises(ConfigError, match=words):
        training_of(**fields)


def test_towers_are_one_unless_asked_for_and_one_may_have_any_batch():
    assert training_of(batch_size=1).towers == 1
    assert training_of(batch_size=8, towers=4).towers == 4


@pytest.mark.parametrize(("epochs", "frozen"), [(5, 4), (4, 2), (3, 1), (2, 1), (1, None)])
def test_fine_tuning_is_begun_sooner_in_a_shorter_run(epochs, frozen):
    found = FineTuningConfig(frozen_epochs=4, learning_rate=2e-5).within(epochs)
    assert (found and (found.frozen_epochs, found.learning_rate)) == (frozen and (frozen, 2e-5))


@pytest.mark.parametrize(
    ("averaging", "words"),
    [
        ({"kind": "ema", "momentum": 1.0}, "received 1.0; input should be less than 1"),
        ({"kind": "lookahead", "k": 0}, "received 0; input should be greater than or equal to 1"),
        ({"kind": "swa"}, "averaging"),
    ],
)
def test_an_average_that_makes_no_sense_is_refused(averaging, words):
    with pytest.raises(ConfigError, match=words):
        training_of(averaging=averaging)


def training_of(**fields):
    return parse_config({"architecture": "compact", "training": fields}).training


@pytest.mark.parametrize(
    ("changes", "chooses"),
    [
        ({"keep": "last"}, False),
        ({"keep": "best_val_accuracy"}, True),
        ({"keep": "last", "early_stopping": {}}, True),
    ],
)
def test_validation_has_a_say_where_it_ends_a_run_or_picks_its_epoch(
    changes: dict, chooses: bool
) -> None:
    config = RunConfig(architecture="vgg-6", training=TrainingConfig(**changes))
    assert config.chooses_by_validation is chooses


def test_a_plateau_goes_by_validation_too() -> None:
    training = TrainingConfig(keep="last")
    config = RunConfig(architecture="vgg-6", training=training, schedule=PlateauSchedule())
    assert config.chooses_by_validation
