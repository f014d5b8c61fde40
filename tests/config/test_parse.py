"""Configurations: whole through JSON, refused with the field, the value and what is allowed."""

import json

import pytest

from core.config import (
    AugmentationConfig,
    RunConfig,
    apply_overrides,
    load_config,
    parse_config,
    scaled,
)
from core.errors import ConfigError


@pytest.fixture
def config():
    return RunConfig(architecture="vgg-6")


def test_json_round_trip(config):
    assert parse_config(json.loads(config.to_json())) == config


def test_a_preset_is_named_by_a_string(config):
    assert config.architecture.name == "vgg-6"
    with pytest.raises(ConfigError, match=r"no preset 'vgg-66'; presets: .*vgg-6"):
        parse_config({"architecture": "vgg-66"})


def test_a_base_that_others_trained_is_named_by_a_string():
    named = parse_config({"architecture": "efficientnet_v2_b0"}).architecture
    assert (named.base, named.flatten, named.dense) == ("efficientnet_v2_b0", "global_average", ())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"training": {"epochs": 0}}, ["training.epochs", "received 0", "greater than"]),
        ({"training": {"epoch": 3}}, ["training.epoch", "no such field"]),
        ({"augmentation": {"fill": "mirror"}}, ["augmentation.fill", "'mirror'", "'nearest'"]),
        ({"optimizer": {"kind": "sgdd"}}, ["optimizer", "sgdd", "'sgd'"]),
        ({"schedule": {"kind": "constant", "learning_rate": -1}}, ["learning_rate", "-1"]),
        ({"range_test": {"start": 1.0, "end": 0.1}}, ["end is 0.1", "above start, 1"]),
        ({"range_test": {"seeds": 6}}, ["range_test.seeds", "received 6", "5"]),
        ({"range_test": {"spacing": "log"}}, ["range_test.spacing", "'log'", "'linear'"]),
        (
            {"schedule": {"kind": "cyclical", "learning_rate": 1, "max_learning_rate": 0.5}},
            ["max_learning_rate is 0.5", "above"],
        ),
        ({"augmentation": {"mixup": 0.2, "cutmix": 1.0}}, ["mixup and cutmix"]),
        (
            {"split": {"method": "fold", "folds": 3, "fold": 3}},
            ["split: fold is 3", "counts from 0", "below folds, 3"],
        ),
        ({"split": {"method": "fold", "folds": 21}}, ["split.folds", "received 21", "20"]),
        ({"split": {"folds": 1}}, ["split.folds", "received 1", "2"]),
        ({"split": {"fold": -1}}, ["split.fold", "received -1", "0"]),
        ({"title": 3}, ["title", "received 3"]),
    ],
)
def test_errors_name_field_value_and_what_is_allowed(data, words):
    with pytest.raises(ConfigError) as error:
        parse_config({"architecture": "compact", **data})
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_fold_is_one_of_the_folds_only_where_they_are_asked_for(config):
    assert parse_config({"architecture": "vgg-6", "split": {"seed": 3}}).split.folds == 5
    left = apply_overrides(config, ["split.fold=7", "split.method=stratified"])
    assert left.split.fold == 7
    chosen = apply_overrides(left, ["split.method=fold", "split.folds=8"])
    assert (chosen.split.fold, chosen.split.folds) == (7, 8)
    with pytest.raises(ConfigError, match="fold is 7; it counts from 0 and must be below folds, 5"):
        apply_overrides(left, ["split.method=fold"])


def test_what_is_missing_is_named():
    with pytest.raises(ConfigError, match="architecture: is missing"):
        parse_config({})
    with pytest.raises(ConfigError):
        parse_config([])


def test_overrides(config):
    changed = apply_overrides(
        config,
        ["epochs=2", "dataset.name=cifar10", "optimizer.kind=sgd", "optimizer.momentum=0.5"],
    )
    assert changed.training.epochs == 2
    assert changed.dataset.name == "cifar10"
    assert changed.optimizer.momentum == 0.5
    assert apply_overrides(config, ["architecture=compact"]).architecture.name == "compact"
    assert config.training.epochs == 10


def test_a_preset_s_fields_can_be_set_after_it(config):
    changed = apply_overrides(config, ["architecture=catdog-4", "architecture.head=softmax"])
    assert changed.architecture.name == "catdog-4"
    assert changed.architecture.head == "softmax"


def test_another_schedule_keeps_the_rate(config):
    changed = apply_overrides(config, ["schedule.learning_rate=0.5", "schedule.kind=cosine"])
    assert changed.schedule.learning_rate == 0.5


def test_the_kind_that_a_section_has_already_changes_nothing(config):
    changes = ["schedule.kind=cosine", "schedule.warmup=0.2", "optimizer.momentum=0.5"]
    changed = apply_overrides(config, ["optimizer.kind=sgd", *changes])
    again = ["schedule.kind=cosine", "optimizer.kind=sgd", "architecture.kind=blocks"]
    assert apply_overrides(changed, again) == changed


@pytest.mark.parametrize(
    ("kind", "others", "lower"),
    [
        ("constant", [], {"learning_rate": 0.0003}),
        ("one_cycle", [], {"learning_rate": 0.0003}),
        (
            "cyclical",
            ["schedule.max_learning_rate=0.006"],
            {"learning_rate": 0.0003, "max_learning_rate": 0.0006},
        ),
    ],
)
def test_a_schedule_is_scaled_in_all_its_learning_rates(config, kind, others, lower):
    changes = [f"schedule.kind={kind}", "schedule.learning_rate=0.003", *others]
    before = apply_overrides(config, changes).schedule
    assert scaled(before, 0.1) == before.model_copy(update=lower)


@pytest.mark.parametrize(
    "text",
    [
        *("epochs", "=3", "epohcs=3", "training.epochs.x=1", "epochs=two"),
        *("epochs=" + "9" * 5000, "epochs=" + "[" * 9000),
    ],
)
def test_overrides_that_make_no_sense(config, text):
    with pytest.raises(ConfigError):
        apply_overrides(config, [text])


def test_augmentation_is_active_only_where_something_is_on():
    assert not AugmentationConfig(fill="wrap", start_epoch=5).active
    assert AugmentationConfig(horizontal_flip=True).active


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.json is not there"):
        load_config(tmp_path / "none.json")
    (tmp_path / "x.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not text in UTF-8"):
        load_config(tmp_path / "x.json")


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_no_file_can_hold_is_refused(text):
    with pytest.raises(ConfigError, match="A text in the configuration"):
        parse_config({"architecture": "compact", "initial_weights": text})
