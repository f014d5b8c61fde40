"""The shipped configurations: the write-ups' numbers, and whole and sound in every case."""

import json
from datetime import datetime

import numpy as np
import pytest

from core.config import BASES, SgdConfig, apply_overrides, load_config, parse_config
from core.config.presets import PRESETS
from core.errors import ConfigError
from core.models.plan import plan_layers, total_parameters
from core.recipes import RECIPES, find_recipe
from core.studies import findings
from tools.dashboard import ROOT
from tools.showing.results import kept

OWN = ("digits-quick", "cifar10-fast", "swift", "small-images", "own-photos")  # of no write-up
ANY_IMAGES = [name for name, recipe in RECIPES.items() if recipe.any_images]
RESULTS = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
SHAPES = {
    "digits": ((32, 32, 1), 10),
    "cifar10": ((32, 32, 3), 10),
    "cats-and-dogs-1000": ((150, 150, 3), 2),
}


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_is_sound(name: str) -> None:
    recipe = find_recipe(name)
    config = recipe.config
    assert config.recipe == recipe.name == name
    assert parse_config(json.loads(config.to_json())) == config
    shape, classes = SHAPES[config.dataset.name]
    height, width = config.dataset.image_size or shape[:2]
    plan_layers(config.architecture, (height, width, shape[2]), classes)
    assert recipe.source and recipe.notes
    assert datetime.strptime(recipe.when, "%B %Y").year >= 2026
    assert config.architecture.name in PRESETS or config.architecture.base


def test_titles_tell_recipes_apart_and_name_nothing_made_for_machines() -> None:
    titles = {recipe.title for recipe in RECIPES.values()}
    assert len(titles) == len(RECIPES) and all(titles)
    words = " ".join(f"{r.title} {r.source} {r.reached} {r.notes}" for r in RECIPES.values())
    named = {*RECIPES, *PRESETS, *SHAPES, *BASES} - {"digits", "compact"}
    assert not [name for name in named if name in words]


def test_unknown_recipe_lists_the_names() -> None:
    with pytest.raises(ConfigError, match=r"'cifar'.*digits-quick.*cifar10-2020-vgg"):
        find_recipe("cifar")


def test_2018() -> None:
    config = RECIPES["cifar10-2018"].config
    assert config.architecture == PRESETS["plain-4"].architecture
    assert config.preprocessing == "samplewise"
    assert config.augmentation.horizontal_flip
    assert config.optimizer == SgdConfig(momentum=0.9, nesterov=True, weight_decay=0.0)
    assert config.schedule.model_dump() == {
        "kind": "inverse_time",
        "learning_rate": 1e-3,
        "decay": 1e-4,
    }
    test = config.range_test
    assert (test.start, test.end, test.iterations) == (1e-5, 1.288, 300)
    assert (test.end / test.start) ** (1 / test.iterations) == pytest.approx(1.04, abs=1e-3)


def test_2018_control_and_cyclical_differ_in_the_schedule_alone() -> None:
    control = RECIPES["cifar10-2018"].config
    cyclical = RECIPES["cifar10-2018-cyclical"].config
    names = {"title", "recipe", "schedule"}
    assert control.model_dump(exclude=names) == cyclical.model_dump(exclude=names)
    assert cyclical.schedule.model_dump() == {
        "kind": "cyclical",
        "learning_rate": 1e-4,
        "max_learning_rate": 6e-3,
        "step_size": 1000,
        "policy": "triangular",
        "gamma": 1.0,
    }


def test_2020_may() -> None:
    config = RECIPES["cifar10-2020-batchnorm"].config
    assert config.architecture == PRESETS["batchnorm-6"].architecture
    assert config.split.method == "none"
    shifted = config.augmentation
    assert (shifted.width_shift, shifted.height_shift, shifted.start_epoch) == (0.1, 0.1, 50)
    assert shifted.horizontal_flip and shifted.fill == "nearest"
    training = config.training
    assert (training.epochs, training.batch_size) == (100, 32)
    assert (training.steps_per_epoch, training.keep) == (1562, "last")
    assert (config.optimizer.kind, config.schedule.learning_rate) == ("adam", 1e-3)


@pytest.mark.parametrize("name", [name for name in RECIPES if name not in OWN])
def test_what_a_recipe_reached_is_what_its_run_left(name: str) -> None:
    """The run that is kept is of this very recipe, and its figure is told where it is said."""
    folder = ROOT / "docs" / "results" / name
    kept = load_config(folder / "config.json")
    recipe = RECIPES[name]
    same = {"range_test": kept.range_test}  # which has no say in training
    assert kept == recipe.config.model_copy(update=same)
    with np.load(folder / "predictions.npz") as found:
        right = np.mean(found["probabilities"].argmax(axis=1) == found["labels"])
    figure = f"{100 * right:.2f} %"
    assert figure in recipe.reached
    row = next(line for line in RESULTS.splitlines() if line.startswith(f"| `{name}`"))
    assert figure in row


def test_what_swift_reached_is_the_mean_of_its_kept_runs() -> None:
    record = kept()["swift"]
    study, recipe = record.study(), RECIPES["swift"]
    assert study.base.model_copy(update={"range_test": recipe.config.range_test}) == recipe.config
    (variant,) = findings(record, study).variants
    assert len(variant.test.values) >= 3
    mean = sum(variant.test.values) / len(variant.test.values)
    assert f"{100 * mean:.2f} %" in recipe.reached
    assert not recipe.config.chooses_by_validation


def test_2019() -> None:
    config = RECIPES["catdog-2019"].config
    assert config.architecture == PRESETS["catdog-4"].architecture
    assert not config.augmentation.active
    assert (config.optimizer.kind, config.schedule.learning_rate) == ("rmsprop", 1e-4)
    training = config.training
    assert (training.epochs, training.batch_size) == (30, 20)
    assert (training.steps_per_epoch, training.validation_steps) == (250, 100)
    assert (config.dataset.fit, config.dataset.interpolation) == ("squash", "nearest")


def test_2019_regularized() -> None:
    config = RECIPES["catdog-2019-regularized"].config
    assert config.architecture.flatten_dropout == 0.5
    changed = config.augmentation.model_dump(exclude_defaults=True)
    assert changed == {
        "rotation": 40.0,
        "width_shift": 0.2,
        "height_shift": 0.2,
        "shear": 0.2,
        "zoom": 0.2,
        "horizontal_flip": True,
    }
    assert config.augmentation.fill == "nearest"


def test_2020_february() -> None:
    recipe = RECIPES["cifar10-2020-vgg"]
    config = recipe.config
    assert "78.77 %" in recipe.reached and "81.42 % here" in recipe.reached
    assert config.architecture == PRESETS["vgg-6-code"].architecture
    assert (config.split.method, config.split.count) == ("first-n", 5000)
    shifted = config.augmentation
    assert (shifted.width_shift, shifted.height_shift, shifted.zoom) == (0.2, 0.2, 0.2)
    stopping = config.training.early_stopping
    assert stopping is not None
    assert (stopping.monitor, stopping.patience) == ("val_loss", 5)
    training = config.training
    assert (training.epochs, training.batch_size, training.keep) == (50, 64, "last")


def test_2020_february_as_printed_differs_in_one_layer_alone() -> None:
    coded = RECIPES["cifar10-2020-vgg"].config
    printed = RECIPES["cifar10-2020-vgg-summary"].config
    names = {"title", "recipe", "architecture"}
    assert printed.model_dump(exclude=names) == coded.model_dump(exclude=names)
    assert printed.architecture == PRESETS["vgg-6"].architecture
    (dense,) = coded.architecture.dense
    assert (dense.normalization, printed.architecture.dense[0].normalization) == ("after", "none")


def test_the_quick_recipe_on_cifar10_has_the_network_that_its_figures_were_measured_with() -> None:
    names = {"blocks", "dense"}
    own, printed = RECIPES["cifar10-fast"].config.architecture, PRESETS["vgg-6"].architecture
    assert own.model_dump(exclude=names) == printed.model_dump(exclude=names)
    assert not any(row.dropout for row in (*own.blocks, *own.dense))
    layers = plan_layers(own, (32, 32, 3), 10)
    assert total_parameters(layers) == 552_362


def test_digits_are_never_mirrored() -> None:
    augmentation = RECIPES["digits-quick"].config.augmentation
    assert augmentation.active
    assert not (augmentation.horizontal_flip or augmentation.vertical_flip)


def test_recipes_for_any_images_are_two_and_say_so() -> None:
    assert ANY_IMAGES == ["small-images", "own-photos"]


@pytest.mark.parametrize("name", ANY_IMAGES)
def test_a_recipe_for_any_images_keeps_the_drafts_images_and_nothing_else_of_it(name: str) -> None:
    recipe = RECIPES[name]
    draft = apply_overrides(
        RECIPES["catdog-2019"].config, ["dataset.name=pets", "dataset.limit=500"]
    )
    made = recipe.for_draft(draft)
    assert (made.dataset.name, made.dataset.limit) == ("pets", 500)
    assert made == apply_overrides(recipe.config, ["dataset.name=pets", "dataset.limit=500"])
    assert parse_config(json.loads(made.to_json())) == made
    assert recipe.for_draft(made) == made, "the draft that it made is its own"
    assert recipe.for_draft(None) == recipe.config


@pytest.mark.parametrize("name", ANY_IMAGES)
def test_a_recipe_for_any_images_takes_any_number_of_classes_and_sizes_them_itself(
    name: str,
) -> None:
    config = RECIPES[name].config
    assert all(config.architecture.suited_to(n) == config.architecture for n in (2, 3, 1000))
    size = config.dataset.image_size
    assert size is not None
    for channels in (1, 3):
        assert plan_layers(config.architecture, (*size, channels), 37)


@pytest.mark.parametrize("name", [name for name in RECIPES if name not in ANY_IMAGES])
def test_a_recipe_for_a_data_set_replaces_all_of_the_draft(name: str) -> None:
    draft = apply_overrides(RECIPES["small-images"].config, ["dataset.name=pets"])
    assert RECIPES[name].for_draft(draft) == RECIPES[name].config


def test_small_images_are_shifted_by_whole_pixels_and_never_mirrored() -> None:
    changed = RECIPES["small-images"].config.augmentation.model_dump(exclude_defaults=True)
    assert changed == {"crop_padding": 3}


def test_own_photos_train_a_head_first_and_what_was_not_measured_has_no_figure() -> None:
    recipe = RECIPES["own-photos"]
    training = recipe.config.training
    assert recipe.config.architecture.base and training.fine_tuning is not None
    assert training.fine_tuning.learning_rate < recipe.config.schedule.learning_rate
    assert recipe.reached.startswith("Not measured here: ")
    assert not any(letter.isdigit() for letter in recipe.reached)
