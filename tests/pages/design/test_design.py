"""The Design page: the draft as a file, presets, recipes, refusals and the preview."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.config import RunConfig, apply_overrides
from core.recipes import RECIPES, find_recipe
from core.runs.drafts import load_draft, save_draft
from tests.pages.design.drafted import DRAFT, saved
from tests.pages.opening import errors, go_to, healthy, metrics, open_page, parameter, seen, texts


def design(step: str = "Recipe") -> AppTest:
    return open_page("design", "Design", draft=DRAFT, step=step)


def drafted(app: AppTest) -> str:
    """The draft in one line, as a person sees it."""
    return seen(next(item.value for item in app.markdown if "learning rate" in item.value))


def network(app: AppTest) -> dict[str, str]:
    """The widest drawing of the network, and its words."""
    sent = [item.proto.json for item in app.get("bidi_component") if "<svg" in item.proto.json]
    found = json.loads(sent[0])
    return {"svg": found["drawings"][-1]["svg"], "words": found["words"]}


def test_starts_from_the_first_recipe(runs_folder: Path):
    app = open_page("design", "Design")
    epochs = find_recipe("digits-quick").config.training.epochs
    line = drafted(app)
    assert line.startswith("**Digits** · 32 × 32, grey · **Compact")
    assert f"89,994 parameters · {epochs} epochs · learning rate 0.006, one cycle · " in line
    assert "shifts, rotations and 2 more changes · :material/schedule: " in line
    assert re.search(r"[\d.]+ (s )?to [\d.]+ s an epoch here, \d+ to \d+ s in all$", line)


def test_a_run_that_may_stop_early_may_take_less(draft: RunConfig):
    save_draft(DRAFT, apply_overrides(draft, ['training.early_stopping={"patience": 3}']))
    line = drafted(design())
    assert re.search(r"here, \d+ to \d+ s in all, less if it stops early$", line)


def test_every_step_opens(draft: RunConfig):
    for step in ("Recipe", "Data", "Network", "Training"):
        app = design(step)
        assert not app.error, step
        assert saved() == draft, f"{step} changed the draft without being asked"


def test_a_change_is_saved_at_once_and_survives_a_page_change(draft: RunConfig):
    app = design("Training")
    app.number_input(key="draft.training.epochs").set_value(7)
    healthy(app.run())
    assert saved().training.epochs == 7
    assert "7 epochs" in drafted(app)
    go_to(app, "browse", "Browse")
    assert parameter(app, "draft") == DRAFT
    go_to(app, "design", "Design", step="Training")
    assert app.number_input(key="draft.training.epochs").value == 7
    assert "7 epochs" in drafted(design())  # a new session at the same address


def test_a_new_session_begins_anew_and_offers_the_last_draft(draft: RunConfig):
    last = apply_overrides(draft, ["epochs=3", "title=Mine"])
    save_draft(DRAFT, last)
    save_draft("0123abce", apply_overrides(draft, ["architecture.head=sigmoid"]))  # cannot start
    app = open_page("design", "Design")
    assert f"{draft.training.epochs} epochs" in drafted(app)
    assert not app.error
    offer = app.button(key="last_draft")
    assert offer.label == "Go on with the last draft: Mine"
    offer.click()
    healthy(app.run())
    own = parameter(app, "draft")
    assert own != DRAFT, "two sessions must not write one draft"
    assert load_draft(own) == last
    assert "last_draft" not in {button.key for button in app.button}


def test_a_session_that_has_a_draft_is_offered_no_other(draft: RunConfig):
    save_draft("0123abce", apply_overrides(draft, ["epochs=3"]))
    assert "last_draft" not in {button.key for button in design().button}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_fills_the_whole_draft(draft: RunConfig, name: str):
    app = design()
    app.button(key=f"recipe_{name}").click()
    healthy(app.run())
    assert saved() == draft, "looking at a recipe changed the draft"
    assert RECIPES[name].source in texts(app)
    button = app.button(key="use_recipe")
    if not button.disabled:
        button.click()
        healthy(app.run())
    assert saved() == RECIPES[name].for_draft(draft)


def test_a_recipe_for_any_images_keeps_the_drafts_data_set(draft: RunConfig, datasets_folder: Path):
    changes = ["dataset.name=cifar10", "dataset.limit=1000"]
    save_draft(DRAFT, apply_overrides(draft, changes))
    app = design()
    app.button(key="recipe_small-images").click()
    shown = texts(healthy(app.run()))
    assert "CIFAR-10 (your draft's), 20 epochs" in shown
    button = app.button(key="use_recipe")
    assert "but the data set" in button.help
    button.click()
    healthy(app.run())
    taken = apply_overrides(RECIPES["small-images"].config, changes)
    assert saved() == taken
    assert app.button(key="use_recipe").label == "In the draft"


def test_without_a_draft_a_recipe_for_any_images_is_as_it_ships(runs_folder: Path):
    app = open_page("design", "Design", step="Recipe")
    app.button(key="recipe_own-photos").click()
    shown = texts(healthy(app.run()))
    assert "(or any others), 8 epochs" in shown
    app.button(key="use_recipe").click()
    healthy(app.run())
    assert load_draft(parameter(app, "draft")) == RECIPES["own-photos"].config


def test_images_chosen_after_a_recipe_for_any_are_brought_to_its_size(
    draft: RunConfig, datasets_folder: Path
):
    recipe = RECIPES["small-images"]
    save_draft(DRAFT, recipe.for_draft(draft))
    app = design("Data")
    app.selectbox(key="draft.dataset.name").set_value("cifar10")
    healthy(app.run())
    assert saved() == apply_overrides(recipe.config, ["dataset.name=cifar10"])


def test_a_recipe_for_any_images_says_whose_images_are_missing(draft: RunConfig):
    save_draft(DRAFT, apply_overrides(draft, ["dataset.name=my_pets"]))
    app = design()
    app.button(key="recipe_small-images").click()
    healthy(app.run())
    assert any("Your draft's images are missing" in seen(item.value) for item in app.warning)


def test_a_recipe_without_its_images_says_so(
    draft: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path / "none"))
    app = design()
    app.button(key="recipe_catdog-2019").click()
    healthy(app.run())
    assert "images are missing" in app.warning[0].value
    app.button(key="use_recipe").click()
    healthy(app.run())
    assert "parameters" not in drafted(app)
    for step in ("Data", "Network", "Training", "Augmentation"):
        design(step)


def test_the_presets_have_their_exact_parameters(draft: RunConfig, datasets_folder: Path):
    save_draft(DRAFT, apply_overrides(draft, ["dataset.name=cifar10"]))
    shown = texts(design("Network"))
    for number in ("2,168,362", "2,397,226", "552,362"):
        assert f"{number} parameters" in shown
    config = find_recipe("catdog-2019").config
    save_draft(DRAFT, config)
    app = design("Network")
    assert "3,453,121 parameters" in texts(app)
    assert metrics(app)["Parameters"] == "3,453,121"


def test_too_small_an_input_is_refused_and_one_click_resizes(draft: RunConfig):
    app = design("Network")
    app.button(key="preset_catdog-4").click()
    healthy(app.run())
    assert "block4_conv1" in errors(app)[0]
    assert "46" in errors(app)[0]
    assert app.button(key="mend_top_0").label == "Resize the images to 46 × 46"
    app.button(key="mend_top_0").click()
    healthy(app.run())
    assert not app.error
    assert saved().dataset.image_size == (46, 46)
    assert "46 × 46, grey" in drafted(app)


def test_a_sigmoid_head_for_ten_classes_is_refused(draft: RunConfig):
    save_draft(DRAFT, apply_overrides(draft, ["architecture.head=sigmoid"]))
    app = design("Training")
    assert "exactly 2 classes" in errors(app)[0]
    app.button(key="mend_top_0").click()
    healthy(app.run())
    assert not app.error
    assert saved().architecture.head == "softmax"


def test_blocks_can_be_changed_one_field_at_a_time(draft: RunConfig):
    app = design("Network")
    app.number_input(key="draft.architecture.blocks.1.filters").set_value(48)
    healthy(app.run())
    assert [block.filters for block in saved().architecture.blocks] == [16, 48, 64]
    assert "16 × 16 × 48" in network(app)["svg"]
    app.button(key="add_block").click()
    healthy(app.run())
    assert [block.filters for block in saved().architecture.blocks] == [16, 48, 64, 64]
    assert "Block 4" in network(app)["svg"]
    assert "Block 4 4 × 4 × 64 then 2 × 2" in network(app)["words"]


def test_another_schedule_and_optimizer_bring_their_own_fields(draft: RunConfig):
    app = design("Training")
    app.selectbox(key="draft.schedule.kind").set_value("cyclical")
    healthy(app.run())
    schedule = saved().schedule
    assert schedule.kind == "cyclical"
    assert schedule.learning_rate == draft.schedule.learning_rate
    app.number_input(key="draft.schedule.max_learning_rate").set_value(1e-6)
    healthy(app.run())
    assert "must be above learning_rate" in errors(app)[0]
    assert saved().schedule == schedule
    app.selectbox(key="draft.optimizer.kind").set_value("sgd")
    healthy(app.run())
    assert not app.error
    assert saved().optimizer.kind == "sgd"
    app.toggle(key="draft.training.early_stopping_off").set_value(True)
    healthy(app.run())
    app.number_input(key="draft.training.early_stopping.patience").set_value(9)
    healthy(app.run())
    training = saved().training
    assert training.early_stopping is not None
    assert training.early_stopping.patience == 9


def test_stopping_early_leaves_the_choice_of_weights_alone_where_it_can(draft: RunConfig):
    app = design("Training")
    stop_early = "draft.training.early_stopping_off"
    assert draft.training.keep == "last"
    for on in (True, False):
        app.toggle(key=stop_early).set_value(on)
        healthy(app.run())
        assert saved().training.keep == "last"
    app.toggle(key=stop_early).set_value(True)
    healthy(app.run())
    app.selectbox(key="draft.training.keep").set_value("early_stopping")
    healthy(app.run())
    assert saved().training.keep_monitor == "val_loss"
    app.toggle(key=stop_early).set_value(False)
    healthy(app.run())
    assert not app.error
    assert (saved().training.early_stopping, saved().training.keep) == (None, "best_val_loss")


def test_photos_are_fitted_as_chosen(draft: RunConfig):
    app = design("Data")
    app.selectbox(key="draft.dataset.fit").set_value("pad")
    healthy(app.run())
    app.selectbox(key="draft.dataset.interpolation").set_value("nearest")
    healthy(app.run())
    assert (saved().dataset.fit, saved().dataset.interpolation) == ("pad", "nearest")


def test_folds_are_chosen_and_counted_from_one(draft: RunConfig):
    app = design("Data")
    app.selectbox(key="draft.split.method").set_value("fold")
    healthy(app.run())
    assert "One of k folds" in app.selectbox(key="draft.split.method").options
    assert saved().split == draft.split.model_copy(update={"method": "fold"})
    fields = {field.label: field for field in app.number_input}
    assert (fields["Folds"].value, fields["Fold"].value) == (5, 1)
    assert not [slider for slider in app.slider if slider.label == "Share set aside"]
    assert (metrics(app)["Train"], metrics(app)["Validation"]) == ("1,150", "288")
    app.number_input(key="draft.split.fold").set_value(5)
    healthy(app.run())
    assert saved().split.fold == 4
    assert (metrics(app)["Train"], metrics(app)["Validation"]) == ("1,151", "287")
    app.number_input(key="draft.split.fold").set_value(6)
    healthy(app.run())
    assert "Received 6; allowed is 1 to 5" in errors(app)[0]
    assert (saved().split.fold, app.number_input(key="draft.split.fold").value) == (4, 5)


def test_with_fewer_folds_the_one_chosen_is_the_last(draft: RunConfig):
    save_draft(DRAFT, apply_overrides(draft, ["split.method=fold", "split.fold=4"]))
    app = design("Data")
    app.number_input(key="draft.split.folds").set_value(3)
    healthy(app.run())
    assert not app.error
    assert (saved().split.folds, saved().split.fold) == (3, 2)
    assert app.number_input(key="draft.split.fold").value == 3
    for refused in (1, 21):
        app.number_input(key="draft.split.folds").set_value(refused)
        healthy(app.run())
        assert f"Received {refused}; allowed is 2 to 20" in errors(app)[0]
        assert saved().split.folds == 3


def test_a_fold_written_by_hand_is_no_dead_end(draft: RunConfig):
    save_draft(DRAFT, apply_overrides(draft, ["split.fold=9"]))
    app = design("Data")
    app.selectbox(key="draft.split.method").set_value("fold")
    healthy(app.run())
    assert not app.error
    assert (saved().split.method, saved().split.fold) == ("fold", 4)


def test_mixup_and_cutmix_exclude_each_other_beside_the_field(draft: RunConfig):
    app = design("Augmentation")
    app.number_input(key="draft.augmentation.mixup").set_value(0.2)
    healthy(app.run())
    app.number_input(key="draft.augmentation.cutmix").set_value(1.0)
    healthy(app.run())
    assert "cannot both be on" in errors(app)[0]
    assert saved().augmentation.cutmix == 0.0
    assert app.number_input(key="draft.augmentation.cutmix").value == 0.0


def test_the_preview_shows_the_original_among_its_versions(draft: RunConfig):
    app = design("Augmentation")
    original, versions = _previews(app)
    assert len(versions) >= 8
    assert original not in versions
    app.button(key="reshuffle_augmentation").click()
    healthy(app.run())
    assert _previews(app)[0] == original
    assert _previews(app)[1] != versions
    app.button(key="another_image").click()
    healthy(app.run())
    assert _previews(app)[0] != original


def test_with_augmentation_off_the_versions_are_the_original(draft: RunConfig):
    app = design("Augmentation")
    app.button(key="augmentation_off").click()
    healthy(app.run())
    assert not saved().augmentation.active
    original, versions = _previews(app)
    assert set(versions) == {original}


def _previews(app: AppTest) -> tuple[str, list[str]]:
    """The original and its versions, each as the address that holds its pixels."""
    body = next(item.proto.body for item in app.get("html") if "cs-row" in item.proto.body)
    original, *versions = re.findall(r"--image:url\('([^']*)'\)", body)
    return original, versions
