"""Undo and redo of the network on Design: whatever changed it is a step."""

from __future__ import annotations

from core.config import PRESETS, RunConfig, apply_overrides
from core.runs.drafts import load_draft, save_draft
from core.runs.networks import network_json
from tests.pages.design.drafted import DRAFT
from tests.pages.design.drafted import saved as saved_config
from tests.pages.design.test_network import BLOCKS, choose, click, filters, opened, saved, take_in
from tests.pages.opening import healthy


def test_steps_back_and_forward(draft: RunConfig):
    app = opened()
    assert app.button(key="network_undo").disabled and app.button(key="network_redo").disabled
    app.number_input(key=f"{BLOCKS}.0.filters").set_value(20)
    healthy(app.run())
    click(app, "preset_resnet-20")
    click(app, "add_block")
    assert len(saved().blocks) == 11
    click(app, "network_undo")
    assert saved() == PRESETS["resnet-20"].architecture
    click(app, "network_undo")
    assert filters() == [20, 32, 64]
    click(app, "network_undo")
    assert saved() == draft.architecture
    assert app.number_input(key=f"{BLOCKS}.0.filters").value == 16
    assert app.button(key="network_undo").disabled
    click(app, "network_redo")
    click(app, "network_redo")
    assert saved() == PRESETS["resnet-20"].architecture
    choose(app, "menu_blocks_9", "Delete")
    assert app.button(key="network_redo").disabled, "another way was taken"
    click(app, "network_undo")
    assert saved() == PRESETS["resnet-20"].architecture


def test_the_card_of_the_network_that_is_there_changes_nothing(draft: RunConfig):
    app = opened("architecture=compact", "title=A name of its own")
    click(app, "preset_compact")
    take_in(app, "it.json", network_json(PRESETS["compact"].architecture))
    assert saved_config().title == "A name of its own"
    assert app.button(key="network_undo").disabled
    click(app, "preset_resnet-20")
    assert saved_config().title == "", "it may speak of the network before"


def test_a_title_comes_back_with_the_network_before_and_one_cleared_on_purpose_does_not(draft):
    app = opened("title=Mine")
    click(app, "preset_resnet-20")
    assert saved_config().title == ""
    click(app, "network_undo")
    assert saved_config().title == "Mine"
    click(app, "add_block")
    save_draft(DRAFT, apply_overrides(saved_config(), ["title="]))
    click(app, "network_undo")
    assert saved() == draft.architecture and saved_config().title == ""


def test_a_step_back_takes_the_size_of_the_images_back_too(draft: RunConfig):
    app = opened("architecture.blocks.2.padding=valid")
    app.number_input(key=f"{BLOCKS}.2.kernel_size").set_value(11)
    healthy(app.run())
    (resize,) = (item for item in app.button if item.key == "mend_top_0")
    assert resize.label == "Resize the images to 48 × 48"
    click(app, "mend_top_0")
    assert saved_config().dataset.image_size == (48, 48)
    click(app, "network_undo")
    assert saved_config().dataset.image_size is None and saved().blocks[2].kernel_size == 11
    click(app, "network_undo")
    assert saved().blocks[2].kernel_size == 3
    click(app, "network_redo")
    click(app, "network_redo")
    assert saved_config().dataset.image_size == (48, 48)
    save_draft(DRAFT, apply_overrides(saved_config(), ["dataset.name=mnist"]))
    click(app, "network_undo")
    assert saved_config().dataset.image_size == (48, 48), "of another set no size is taken back"


def test_another_draft_has_steps_of_its_own(draft: RunConfig):
    app = opened()
    click(app, "add_block")
    other = "0123abce"
    save_draft(other, draft)
    app.query_params["draft"] = other
    healthy(app.run())
    assert app.button(key="network_undo").disabled
    assert load_draft(other) == draft
