"""What comes in the middle of something else on Design: a click while one types, another tab, a
data set that is not decoded yet."""

from __future__ import annotations

from core.config import RunConfig, apply_overrides
from core.data.places import cache_folder
from core.runs.drafts import save_draft
from core.runs.networks import list_networks
from tests.pages.design.drafted import DRAFT, saved
from tests.pages.opening import healthy, metrics, open_page, texts

BLOCKS = "draft.architecture.blocks"


def filters() -> list[int]:
    return [block.filters for block in saved().architecture.blocks]


def test_a_number_that_was_just_typed_is_in_what_is_added(draft: RunConfig):
    """The click ends the typing: the page was not drawn between the two."""
    app = open_page("design", "Design", draft=DRAFT, step="Network")
    app.number_input(key=f"{BLOCKS}.2.filters").set_value(99)
    app.button(key="add_block").click()
    healthy(app.run())
    assert filters() == [16, 32, 99, 99]
    save_draft(DRAFT, apply_overrides(saved(), ["architecture.blocks.0.filters=20"]))
    app.menu_button(key="menu_blocks_0").click("Copy")
    healthy(app.run())
    assert filters() == [20, 20, 32, 99, 99]


def test_a_number_that_was_just_typed_is_in_what_is_saved(draft: RunConfig):
    app = open_page("design", "Design", draft=DRAFT, step="Network")
    app.session_state["save_network"] = True
    healthy(app.run())
    save_draft(DRAFT, apply_overrides(saved(), ["architecture.blocks.0.filters=20"]))
    app.text_input(key="network_name").set_value("mine")
    app.button(key="save_network_now").click()
    healthy(app.run())
    assert list_networks()["mine"].blocks[0].filters == filters()[0] == 20


def test_what_another_tab_changed_is_a_step_of_its_own(draft: RunConfig):
    app = open_page("design", "Design", draft=DRAFT, step="Network")
    app.number_input(key=f"{BLOCKS}.0.filters").set_value(20)
    healthy(app.run())
    save_draft(DRAFT, apply_overrides(saved(), ["architecture.blocks.1.filters=77"]))
    app.button(key="network_undo").click()
    healthy(app.run())
    assert filters() == [20, 32, 64]
    app.button(key="network_redo").click()
    healthy(app.run())
    assert filters() == [20, 77, 64]


def test_a_name_that_a_preset_took_away_comes_back(draft: RunConfig):
    save_draft(DRAFT, apply_overrides(draft, ['title="my run"']))
    app = open_page("design", "Design", draft=DRAFT, step="Network")
    app.button(key="preset_lenet-5").click()
    healthy(app.run())
    assert saved().title == ""
    app.button(key="network_undo").click()
    healthy(app.run())
    assert saved() == apply_overrides(draft, ['title="my run"'])


def test_another_size_of_the_images_decodes_nothing(draft: RunConfig):
    app = open_page("design", "Design", draft=DRAFT, step="Data")
    shown = metrics(app)
    before = set(cache_folder().iterdir())
    save_draft(DRAFT, apply_overrides(draft, ["dataset.image_size=[40, 37]"]))
    for step in ("Data", "Training"):
        app = open_page("design", "Design", draft=DRAFT, step=step)
        if step == "Data":
            assert metrics(app) == shown and shown["Train"] == "1,294"
        else:
            assert "21 steps an epoch" in texts(app)
    assert set(cache_folder().iterdir()) == before


def test_a_division_that_cannot_be_leaves_the_other_steps_whole(draft: RunConfig):
    changes = ["split.method=first-n", "split.count=5000"]
    save_draft(DRAFT, apply_overrides(draft, changes))
    app = open_page("design", "Design", draft=DRAFT, step="Training")
    assert [expander.label for expander in app.expander] == ["Advanced"]
    assert not app.error
    app = open_page("design", "Design", draft=DRAFT, step="Data")
    assert any("1,438 training images" in item.value for item in app.error)
