"""What a study may be, and the runs that follow from it."""

from __future__ import annotations

import json

import pytest

from core.config import PRESETS, apply_overrides
from core.errors import ConfigError
from core.recipes import find_recipe
from core.studies import QUESTIONS, StudyConfig, Trial, Variant, parse_study, training_key
from core.studies.questions import FACTORS, read_values, vary
from core.studies.study import changes_between

BASE = find_recipe("digits-quick").config
TWO = (Variant(name="Slow", changes={"schedule.learning_rate": 0.001}), Variant(name="As it is"))


def study(**update) -> StudyConfig:
    return StudyConfig(**({"title": "Rates", "base": BASE, "variants": TWO} | update))


def refusal(**update) -> str:
    data = study().model_dump(mode="json") | update
    with pytest.raises(ConfigError) as refused:
        parse_study(data)
    return str(refused.value)


def test_variants_take_turns_so_that_a_comparison_comes_early():
    order = [(trial.variant, trial.repeat) for trial in study(seeds=(3, 5)).trials]
    assert order == [(0, 3), (1, 3), (0, 5), (1, 5)]


def test_a_run_differs_from_the_base_by_its_variant_its_seed_and_its_names_alone():
    config = study().config_of(0, 2)
    undone = config.model_copy(
        update={
            "title": BASE.title,
            "recipe": BASE.recipe,
            "training": config.training.model_copy(update={"seed": BASE.training.seed}),
        }
    )
    assert config.training.seed == 2 and config.schedule.learning_rate == 0.001
    assert undone == apply_overrides(BASE, ["schedule.learning_rate=0.001"])
    assert config.title == "Rates: Slow, seed 2"


def test_folds_are_trained_once_each_with_the_bases_seed():
    found = study(folds=4)
    assert [trial.repeat for trial in found.trials[::2]] == [0, 1, 2, 3]
    config = found.config_of(1, 3)
    assert (config.split.method, config.split.folds, config.split.fold) == ("fold", 4, 3)
    assert config.training.seed == BASE.training.seed
    assert config.title.endswith("fold 4")  # counted from one, as on Design


def test_it_is_read_from_json_as_it_was_written():
    found = study(seeds=(1, 7), question="Which?")
    assert parse_study(json.loads(found.to_json())) == found


def test_a_base_may_be_a_recipe_by_its_name():
    data = study().model_dump(mode="json") | {"base": "digits-quick"}
    assert parse_study(data) == study()
    assert "there is no recipe 'digits'" in refusal(base="digits")


def test_what_cannot_be_a_study_is_refused_in_words():
    twice = {"name": "Again", "changes": {"schedule.learning_rate": 0.001}}
    wrong = {"name": "Wrong", "changes": {"training.epochs": 0}}
    variants = study().model_dump(mode="json")["variants"]
    assert "'Slow' and 'Again' train alike" in refusal(variants=[*variants, twice])
    assert "variant 'Wrong': training.epochs: received 0" in refusal(variants=[*variants, wrong])
    assert "different names" in refusal(variants=[*variants, {**wrong, "name": "Slow"}])
    assert "seeds are to differ" in refusal(seeds=[1, 1])
    assert "folds: received 1" in refusal(folds=1)
    assert "there is no such field" in refusal(epochs=3)
    assert "null character" in refusal(title="a\0b")


def test_a_key_tells_what_trains_otherwise_and_nothing_else():
    config = study().config_of(0, 0)
    same = apply_overrides(config, ["title=Other", "checkpoint_seconds=5", "architecture.name=x"])
    assert training_key(config) == training_key(same)
    for change in ("seed=9", "epochs=9", "split.seed=4", "dataset.limit=500", "deterministic=true"):
        assert training_key(config) != training_key(apply_overrides(config, [change])), change


def test_changes_between_two_configurations_lead_from_one_to_the_other():
    other = apply_overrides(
        BASE,
        [
            "schedule.kind=constant",
            "optimizer.beta_1=0.8",
            "augmentation.rotation=5",
            "architecture.blocks.0.filters=8",
            "seed=4",
        ],
    )
    changes = changes_between(BASE, other)
    assert set(changes) == {
        "schedule",
        "optimizer.beta_1",
        "augmentation.rotation",
        "architecture",
    }
    found = study(variants=(Variant(name="Other", changes=changes),)).config_of(0, 4)
    assert training_key(found) == training_key(other)
    assert changes_between(BASE, apply_overrides(BASE, ["seed=4", "title=x"])) == {}


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("recipe", ["digits-quick", "cifar10-2018", "catdog-2019"])
def test_a_question_asks_of_any_recipe_for_variants_that_differ_in_one_thing(
    name: str, recipe: str
):
    base = find_recipe(recipe).config
    asked = QUESTIONS[name].make(base, 1500)
    if asked.size == 1:
        assert asked.folds == 5
        return
    one, other = (asked.config_of(place, 0) for place in range(2))
    parts = {path.partition(".")[0] for path in changes_between(one, other)}
    assert len(parts) == 1, parts


def test_the_open_question_of_2018_compares_its_two_recipes():
    asked = QUESTIONS["constant-against-cyclical-2018"].make(BASE, 0)
    for place, recipe in enumerate(("cifar10-2018", "cifar10-2018-cyclical")):
        wanted = apply_overrides(find_recipe(recipe).config, ["seed=2"])
        assert training_key(asked.config_of(place, 2)) == training_key(wanted)


def test_a_cycle_of_the_draft_rises_for_two_epochs_to_its_own_rate():
    asked = QUESTIONS["constant-against-cyclical"].make(BASE, 640)
    constant, cycle = (asked.config_of(place, 0).schedule for place in range(2))
    assert constant.kind == "constant" and constant.learning_rate == 6e-3
    assert (cycle.learning_rate, cycle.max_learning_rate) == (1.5e-3, 6e-3)
    assert cycle.step_size == 2 * 10  # batches of 64


@pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.path)
def test_every_factor_can_be_varied(factor):
    values = factor.choices[:3] or (
        (16, 32)
        if factor.path in ("training.batch_size", "training.epochs", "dataset.limit")
        else (0.01, 0.1)
    )
    found = vary(BASE, factor, values)
    assert found.size == len(values)
    keys = {training_key(found.config_of(place, 0)) for place in range(found.size)}
    assert len(keys) == len(values)


def test_values_are_numbers_with_commas():
    assert read_values("0.001, 3e-3;1\n2") == [0.001, 3e-3, 1, 2]
    for text, words in (
        ("1", "two values"),
        ("", "two values"),
        ("1, fast", "'fast' is no number"),
    ):
        with pytest.raises(ConfigError, match=words):
            read_values(text)


def test_a_factor_refuses_a_value_that_its_field_cannot_have():
    epochs = next(factor for factor in FACTORS if factor.path == "training.epochs")
    with pytest.raises(ConfigError, match=r"training\.epochs: received 0"):
        vary(BASE, epochs, [0, 4])


def test_networks_of_the_presets_are_whole_variants():
    network = next(factor for factor in FACTORS if factor.path == "architecture")
    found = vary(BASE, network, ["compact", "vgg-6"])
    assert found.config_of(1, 0).architecture == PRESETS["vgg-6"].architecture


def test_a_trial_is_known_by_its_key():
    assert Trial(1, 4).key == "1/4"
