"""What a search may be, and the configurations that follow from its values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.config import apply_overrides
from core.errors import ConfigError
from core.recipes import find_recipe
from core.searches import (
    AUGMENTATION_STRENGTH,
    WIDTH,
    SearchConfig,
    in_words,
    suggestions,
    titles,
)
from core.searches.search import parse_search
from core.searches.space import with_value, with_values
from core.studies import training_key
from tests.searches.asked import BATCH, RATE, SPACE, search

BASE = find_recipe("digits-quick").config


def refusal(space: dict[str, Any] | None = None, **update: Any) -> str:
    data = search().model_dump(mode="json") | update
    if space is not None:
        data["space"] = space
    with pytest.raises(ConfigError) as refused:
        parse_search(data)
    return str(refused.value)


def test_a_trial_differs_from_the_base_by_its_values_and_its_names_alone():
    config = search().config_of(7, {RATE: 0.004, BATCH: 32})
    assert config.title == "Rates: trial 7" and config.recipe is None
    wanted = apply_overrides(BASE, ["schedule.learning_rate=0.004", "batch_size=32"])
    assert training_key(config) == training_key(wanted)
    assert config.training.seed == BASE.training.seed and config.split == BASE.split


def test_it_is_read_from_json_as_it_was_written():
    found = search(seconds=90, sampler="random", halving=False, seed=3)
    assert parse_search(json.loads(found.model_dump_json())) == found
    assert isinstance(found, SearchConfig) and found.base == BASE


def test_values_that_a_field_cannot_have_are_found_at_once():
    assert "training.epochs: received 0" in refusal({"training.epochs": {"low": 0, "high": 5}})
    whole = refusal({"training.epochs": {"low": 1, "high": 5}})
    assert "valid integer" in whole and '"integer": true' in whole
    wrong = refusal({"optimizer.kind": {"choices": ["adam", "best"]}})
    assert "space.optimizer.kind" in wrong and "best" in wrong
    assert "there is no such field" in refusal({"training.epoch": {"low": 1, "high": 2}})
    # With the values of the dimensions before it, as it will be.
    momentum = {"low": 0.5, "high": 0.99}
    assert "momentum" in refusal({"optimizer.momentum": momentum})
    search(
        space={"optimizer.kind": {"choices": ["sgd", "rmsprop"]}, "optimizer.momentum": momentum}
    )


@pytest.mark.parametrize(
    ("dimension", "words"),
    [
        ({}, "give low and high, or choices"),
        ({"low": 1.0}, "give low and high, or choices"),
        ({"low": 2.0, "high": 1.0}, "low is 2; it must be below high, 1"),
        ({"low": 0.0, "high": 1.0, "log": True}, "a logarithm needs it above 0"),
        ({"low": 1, "high": 9, "log": True, "step": 2}, "log and step do not go together"),
        ({"low": 1, "high": 2, "step": 3}, "step is 3; it must fit"),
        ({"low": 1, "high": 2.5, "integer": True, "step": 0.5}, "must then be whole numbers"),
        ({"choices": [1, 2], "low": 1}, "choices stand alone"),
        ({"choices": [1, 1]}, "choices are to differ"),
        ({"choices": [1]}, "choices"),
        ({"low": 1, "high": 2, "steps": 3}, "there is no such field"),
    ],
)
def test_a_dimension_that_is_none_is_refused_in_words(dimension: dict[str, Any], words: str):
    assert words in refusal({RATE: dimension})


def test_what_cannot_be_a_search_is_refused_in_words():
    assert "there is no recipe 'digits'" in refusal(base="digits")
    on_test = BASE.model_copy(update={"split": BASE.split.model_copy(update={"method": "none"})})
    assert "are the test images" in refusal(base=on_test.model_dump(mode="json"))
    assert "judged by other images" in refusal({"split.seed": {"choices": [1, 2]}})
    assert "judged by other images" in refusal({"dataset.limit": {"choices": [100, 200]}})
    assert "luck" in refusal({"training.seed": {"choices": [1, 2]}})
    assert "luck" in refusal({"seed": {"choices": [1, 2]}})
    named = {"architecture.name": {"choices": ["a", "b"]}}
    assert "a and b train alike" in refusal(named)
    assert "makes no difference" in refusal({WIDTH: {"low": 1.0, "high": 1.001}})
    assert "space" in refusal({})
    many = {f"architecture.blocks.{i}.filters": SPACE[BATCH] for i in range(9)}
    assert "space" in refusal(many)
    assert "seconds: received 0" in refusal(seconds=0)
    assert "null character" in refusal(title="a\0b")


def test_width_multiplies_all_filters_and_units_and_leaves_one_at_least():
    network = BASE.architecture
    for factor in (0.5, 1.5):
        wider = with_value(BASE, WIDTH, factor).architecture
        for old, new in zip(network.blocks, wider.blocks, strict=True):
            assert new.filters == int(factor * old.filters + 0.5)
            assert new.model_copy(update={"filters": old.filters}) == old
        for old_layer, new_layer in zip(network.dense, wider.dense, strict=True):
            assert new_layer.units == int(factor * old_layer.units + 0.5)
    assert {b.filters for b in with_value(BASE, WIDTH, 0.0).architecture.blocks} == {1}
    with pytest.raises(ConfigError, match="from 0 to 16"):
        with_value(BASE, WIDTH, 17)
    with pytest.raises(ConfigError, match="must be a number"):
        with_value(BASE, WIDTH, "wide")
    bare = apply_overrides(BASE, ["architecture=mobilenet_v3_small", "architecture.dense=[]"])
    with pytest.raises(ConfigError, match="neither blocks nor dense layers"):
        with_value(bare, WIDTH, 2.0)


def test_strength_multiplies_the_ranges_as_far_as_fields_allow():
    ranges = [
        "rotation=100",
        "zoom=0.6",
        "width_shift=0.1",
        "crop_padding=3",
        "mixup=0.2",
        "shear=0",
    ]
    base = apply_overrides(BASE, [f"augmentation.{one}" for one in ranges])
    base = apply_overrides(base, ["augmentation.horizontal_flip=true"])
    twice = with_value(base, AUGMENTATION_STRENGTH, 2.0).augmentation
    assert (twice.rotation, twice.zoom, twice.width_shift) == (180.0, 0.99, 0.2)
    assert (twice.crop_padding, twice.mixup, twice.horizontal_flip) == (6, 0.4, True)
    assert twice.shear == 0.0
    half = with_value(base, AUGMENTATION_STRENGTH, 0.5).augmentation
    assert (half.rotation, half.crop_padding) == (50.0, 2)
    assert not with_value(base, AUGMENTATION_STRENGTH, 0).augmentation.rotation
    with pytest.raises(ConfigError, match="from 0 to 2"):
        with_value(base, AUGMENTATION_STRENGTH, 2.5)
    plain = BASE.model_copy(update={"augmentation": type(BASE.augmentation)()})
    with pytest.raises(ConfigError, match="changes no image by an amount"):
        with_value(plain, AUGMENTATION_STRENGTH, 1.0)


def test_values_are_put_in_one_after_the_other():
    changed = with_values(BASE, {"architecture": "vgg-6", WIDTH: 0.5})
    once = with_value(BASE, "architecture", "vgg-6").architecture
    assert changed.architecture.blocks[0].filters == once.blocks[0].filters // 2


def test_a_dimension_knows_all_that_it_may_be_where_there_is_an_end():
    space = {
        BATCH: {"low": 16, "high": 60, "integer": True, "step": 16},
        "training.label_smoothing": {"low": 0.0, "high": 0.3, "step": 0.1},
        "training.epochs": {"low": 1, "high": 3, "integer": True},
        "optimizer.kind": {"choices": ["adam", "sgd"]},
    }
    found = search(space=space)
    assert [list(d.values or ()) for d in found.space.values()] == [
        [16, 32, 48],
        [0.0, 0.1, 0.2, 0.3],
        [1, 2, 3],
        ["adam", "sgd"],
    ]
    assert found.combinations == 3 * 4 * 3 * 2
    assert search().combinations is None


def test_dimensions_have_names_and_values_words():
    assert titles([RATE, BATCH, WIDTH, "optimizer.weight_decay"]) == {
        RATE: "Learning rate",
        BATCH: "Batch size",
        WIDTH: "Width",
        "optimizer.weight_decay": "Weight decay",
    }
    fine = "training.fine_tuning.learning_rate"
    named = titles([RATE, fine, "architecture.blocks.0.filters", "architecture.dense.1.units"])
    assert named[fine] == "Fine tuning learning rate" and named[RATE] == "Schedule learning rate"
    assert list(named.values())[2:] == ["Block 1 filters", "Dense 2 units"]
    told = [True, None, 0.00412, 32, "adam", {"kind": "sgd", "momentum": 0.5}, [1, 2]]
    expected = ["on", "none", "0.00412", "32", "adam", "sgd", "[1, 2]"]
    assert [in_words(value) for value in told] == expected
    assert search().in_words({RATE: 0.004, BATCH: 32}) == "learning rate 0.004, batch size 32"


@pytest.mark.parametrize("recipe", ["digits-quick", "catdog-2019", "cifar10-2018-cyclical"])
def test_what_is_suggested_can_be_searched(recipe: str):
    base = find_recipe(recipe).config
    base = base.model_copy(update={"split": type(base.split)()})
    found = suggestions(base)
    assert {BATCH, WIDTH, "training.epochs"} <= set(found)
    for name, dimension in found.items():
        asked = {"title": "x", "base": base.model_dump(mode="json")}
        assert parse_search({**asked, "space": {name: dimension.model_dump(mode="json")}})
    on_test = base.model_copy(update={"split": base.split.model_copy(update={"method": "none"})})
    assert suggestions(on_test) == {}
