"""Design in one tab while another one changes the same draft: no click is lost without a word."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.config import PRESETS, RunConfig, apply_overrides
from core.recipes import find_recipe
from core.runs.drafts import save_draft
from tests.bases import NAME
from tests.pages.design.drafted import DRAFT, saved
from tests.pages.opening import errors, healthy, open_page, seen

ADD, MENU = "add_block", "menu_blocks_2"
FIELD = "draft.architecture.blocks.2.filters"


def opened(step: str = "Network") -> AppTest:
    return open_page("design", "Design", draft=DRAFT, step=step)


def elsewhere(*changes: str) -> RunConfig:
    """What another tab makes of the draft."""
    changed = apply_overrides(saved(), list(changes))
    save_draft(DRAFT, changed)
    return changed


def click(app: AppTest, key: str) -> None:
    app.button(key=key).click()
    healthy(app.run())


@pytest.fixture
def with_base(runs_folder) -> None:
    config = find_recipe("digits-quick").config
    save_draft(DRAFT, apply_overrides(config, [f"architecture={NAME}"]))


def test_a_preset_is_taken_though_fine_tuning_was_switched_on_meanwhile(with_base):
    app = opened()
    elsewhere('training.fine_tuning={"frozen_epochs": 2}')
    click(app, "preset_compact")
    assert saved().architecture == PRESETS["compact"].architecture
    assert saved().training.fine_tuning is None and not errors(app)


def test_the_card_of_a_base_that_is_there_leaves_a_head_that_was_changed_meanwhile(with_base):
    app = opened()
    changed = elsewhere("architecture.flatten_dropout=0.5", "title=A name of its own")
    click(app, f"base_{NAME}")
    assert saved() == changed


@pytest.mark.parametrize("now", [f"architecture={NAME}", 'architecture.blocks=[{"filters": 2}]'])
@pytest.mark.parametrize("what", ["typed", "typed beyond its bounds", "deleted"])
def test_what_became_of_a_row_that_is_gone_is_said_in_plain_words(draft: RunConfig, what, now):
    app = opened()
    changed = elsewhere(now)
    if what == "deleted":
        app.menu_button(key=MENU).click("Delete")
    else:
        app.number_input(key=FIELD).set_value(24 if what == "typed" else 9_999)
    healthy(app.run())
    (told,) = app.toast
    assert "the draft was changed elsewhere" in seen(told.value)
    assert saved() == changed and not errors(app)


def test_no_block_is_added_where_a_base_has_taken_their_place(draft: RunConfig):
    app = opened()
    changed = elsewhere(f"architecture={NAME}")
    click(app, ADD)
    assert "the draft was changed elsewhere" in seen(app.toast[0].value)
    assert saved() == changed


def test_a_number_of_another_optimizer_is_no_longer_there(draft: RunConfig):
    app = opened("Training")
    changed = elsewhere("optimizer.kind=sgd")
    app.number_input(key="draft.optimizer.beta_1").set_value(0.5)
    healthy(app.run())
    assert "the draft was changed elsewhere" in seen(app.toast[0].value)
    assert saved() == changed and not errors(app)


def test_why_nothing_more_can_be_added_is_said(draft: RunConfig):
    app = opened()
    full = elsewhere(f"architecture.blocks={json.dumps([{'filters': 2, 'pool': 'none'}] * 32)}")
    click(app, ADD)
    assert saved() == full
    (told,) = errors(app)
    assert "at most 32" in told


def test_what_was_wrong_with_a_field_that_is_no_longer_shown_is_said_once(draft: RunConfig):
    shrinking = {"kind": "cyclical", "policy": "exp_range", "gamma": 0.999}
    elsewhere(f"schedule={json.dumps(shrinking)}")
    app = opened("Training")
    changed = elsewhere("schedule.policy=triangular", "schedule.gamma=1.0")
    app.number_input(key="draft.schedule.gamma").set_value(0.5)
    healthy(app.run())
    (told,) = app.toast
    assert "gamma" in seen(told.value)
    assert saved() == changed and not errors(app)
    assert not healthy(app.run()).toast
